package auth

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Session is one signed-in browser. Each request has a copy of its own.
type Session struct {
	ID        string // names the session in lists; opens nothing
	Viewer    ghpkg.Viewer
	Token     string // GitHub's, for the request's calls; never shown
	CreatedAt time.Time
}

// String leaves the token out, so that a session can be printed.
func (s *Session) String() string { return fmt.Sprintf("session %s of %s", s.ID, s.Viewer.Login) }

// GoString is String.
func (s *Session) GoString() string { return s.String() }

// LogValue is String, for slog.
func (s *Session) LogValue() slog.Value { return slog.StringValue(s.String()) }

// identity is what of a signed-in session is sealed.
type identity struct {
	Viewer       ghpkg.Viewer
	Token        string
	RefreshToken string    `json:",omitempty"` // empty: GitHub gave none
	TokenExpires time.Time `json:",omitzero"`  // zero: not before it is revoked
}

// session is what is held, for whoever acts with it.
func (h *held) session() *Session {
	id := h.contents.Session
	return &Session{ID: h.record.ID, Viewer: id.Viewer, Token: id.Token, CreatedAt: h.record.CreatedAt}
}

type contextKey struct{}

// From returns the session that makes the request; false if nobody is signed in.
func From(ctx context.Context) (*Session, bool) {
	s, ok := ctx.Value(contextKey{}).(*Session)
	return s, ok && s != nil
}

// Without returns a context in which nobody is signed in any more, for the
// answer to the request that ended the session.
func Without(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, (*Session)(nil))
}

// Middleware puts the session into the request's context, with a token that is
// fresh. Without a session the request goes on without one.
func (a *Auth) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, err := a.current(r)
		if err != nil {
			a.Fail(w, r, err)
			return
		}
		if h == nil {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, h.session())))
	})
}

// touchInterval is how exactly the idle lifetime is kept: a session's use is
// written down at most this often.
const touchInterval = 5 * time.Minute

// current returns the session that the request's cookie opens, nil if none.
func (a *Auth) current(r *http.Request) (*held, error) {
	h, err := a.presented(r)
	if err != nil || h == nil {
		return nil, err
	}
	if now := a.Now(); now.Sub(h.record.SeenAt) >= touchInterval {
		if h, err = a.touch(r.Context(), h, now); err != nil || h == nil {
			return nil, err
		}
	}
	if h.expiring(a.Now()) {
		fresh, err := a.refresh(r.Context(), h.record.ID)
		if err != nil || fresh == nil || fresh.record.Key != h.record.Key { // signed out of meanwhile
			return nil, err
		}
		return fresh, nil
	}
	return h, nil
}

// presented is current without its side effects. A session that another SSO
// identity opened is none for this one, but is left alone: the cookie may have
// been stolen from somebody who goes on using it.
func (a *Auth) presented(r *http.Request) (*held, error) {
	c, err := r.Cookie(a.cookies.cookieName())
	if err != nil {
		return nil, nil // no cookie, no session
	}
	h, err := a.cookies.load(r.Context(), rowKey(c.Value))
	if err != nil {
		return nil, unavailable("auth.Session", err)
	}
	if h == nil || h.contents.Session == nil || h.contents.Session.Viewer.ProxyUser != a.ProxyUser(r.Context()) {
		return nil, nil
	}
	return h, nil
}

// touch notes that the session was used; nil if it was ended meanwhile.
func (a *Auth) touch(ctx context.Context, h *held, now time.Time) (*held, error) {
	touched := *h
	touched.record.SeenAt, touched.record.ExpiresAt = now, expiry(h.record.CreatedAt, now)
	ok, err := a.Store.TouchSession(ctx, h.record.Key, touched.record.SeenAt, touched.record.ExpiresAt)
	a.cookies.cache.drop(h.record.Key)
	if err != nil {
		return nil, unavailable("auth.Session", err)
	}
	if !ok {
		return nil, nil
	}
	return &touched, nil
}

// expiry returns the moment at which a session ends unless it is used again.
func expiry(created, seen time.Time) time.Time {
	idle, absolute := seen.Add(IdleLifetime), created.Add(AbsoluteLifetime)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}
