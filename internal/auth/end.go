package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Logout ends the request's session: here at once, and at GitHub, where its
// token is revoked, as far as GitHub answers in time. While an operation needs
// the token, it is revoked only when that is over.
func (a *Auth) Logout(w http.ResponseWriter, r *http.Request) error {
	h, err := a.drop(w, r, a.leave)
	if err != nil {
		return err
	}
	if h != nil && h.contents.Session != nil {
		a.revoke(r.Context(), h.contents.Session.Token)
	}
	return nil
}

// End ends the request's session after GitHub said that it no longer takes its
// token; there is nothing left to revoke. A session that has got another token
// since the request began, or that a new sign-in has replaced, is not meant.
func (a *Auth) End(w http.ResponseWriter, r *http.Request) {
	used, ok := From(r.Context())
	cookie, err := r.Cookie(a.cookies.cookieName())
	if !ok || err != nil {
		return
	}
	h, err := a.cookies.read(r.Context(), rowKey(cookie.Value))
	if err == nil && h != nil && h.contents.Session != nil && h.contents.Session.Token == used.Token {
		_, err = a.drop(w, r, a.cookies.take)
	}
	if err != nil {
		a.Log.ErrorContext(r.Context(), "a session could not be ended", "session", used, "error", err)
	}
}

// drop expires the cookie and ends the session.
func (a *Auth) drop(w http.ResponseWriter, r *http.Request, end func(context.Context, string) (*held, error)) (*held, error) {
	name := a.cookies.cookieName()
	cookie, err := r.Cookie(name)
	if err != nil {
		return nil, nil // nothing to end
	}
	http.SetCookie(w, sessions.NewCookie(name, "", a.cookies.options(-time.Second)))
	h, err := end(r.Context(), rowKey(cookie.Value))
	if err != nil {
		return nil, unavailable("auth.Logout", err)
	}
	return h, nil
}

// revoke takes the token back at GitHub, within bounds, and whether or not the
// person still waits. That it did not work is for the log: here the token is
// gone already.
func (a *Auth) revoke(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
	defer cancel()
	if err := a.GitHub.Revoke(ctx, token); err != nil {
		a.Log.WarnContext(ctx, "a token could not be revoked at GitHub", "error", err)
	}
}

// SignedIn is a session as its owner sees it in a list.
type SignedIn struct {
	ID        string
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time // exact to a few minutes
	ExpiresAt time.Time // unless it is used again
	// Kept says that nobody is signed in with it any more: its token is kept
	// until the operations that act with it are over.
	Kept bool
}

// Sessions returns the viewer's sessions, the last used first. Those that are
// kept for an operation are among them: they can be revoked like the others.
func (a *Auth) Sessions(ctx context.Context, viewerID int64) ([]SignedIn, error) {
	now := a.Now()
	records, err := a.Store.SessionsOf(ctx, viewerID, now)
	if err != nil {
		return nil, unavailable("auth.Sessions", err)
	}
	list := make([]SignedIn, len(records))
	for i, r := range records {
		list[i] = SignedIn{
			ID: r.ID, UserAgent: r.UserAgent,
			CreatedAt: r.CreatedAt, SeenAt: r.SeenAt, ExpiresAt: r.ExpiresAt,
			Kept: r.Detached() || !r.ExpiresAt.After(now),
		}
	}
	return list, nil
}

// RevokeSession ends the viewer's session with that id, here and at GitHub;
// found is false if they have none.
func (a *Auth) RevokeSession(ctx context.Context, viewerID int64, id string) (found bool, err error) {
	record, found, err := a.Store.TakeSessionOf(ctx, viewerID, id)
	if err != nil {
		return false, unavailable("auth.RevokeSession", err)
	}
	if found {
		a.revokeAll(ctx, []ghpkg.SessionRecord{record})
	}
	return found, nil
}

// RevokeAll ends all the viewer's sessions, here and at GitHub.
func (a *Auth) RevokeAll(ctx context.Context, viewerID int64) error {
	records, err := a.Store.TakeSessionsOf(ctx, viewerID)
	if err != nil {
		return unavailable("auth.RevokeAll", err)
	}
	a.revokeAll(ctx, records)
	return nil
}

// revokeAll forgets sessions whose rows are gone, and revokes their tokens
// together, so that many take no longer than one.
func (a *Auth) revokeAll(ctx context.Context, records []ghpkg.SessionRecord) {
	var group errgroup.Group
	group.SetLimit(revokeTogether)
	for _, record := range records {
		a.cookies.cache.drop(record.Key)
	}
	for _, record := range records {
		h := a.cookies.unseal(ctx, record)
		if h == nil || h.contents.Session == nil {
			continue
		}
		group.Go(func() error {
			a.revoke(ctx, h.contents.Session.Token)
			return nil
		})
	}
	_ = group.Wait() // revoke reports by itself
}
