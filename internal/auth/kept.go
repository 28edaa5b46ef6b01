package auth

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Held returns the session with that public id for work that goes on without a
// browser, with a token that is fresh: also after its person has signed out of
// it, or it has expired, as long as an operation needs it.
func (a *Auth) Held(ctx context.Context, id string) (*Session, error) {
	h, err := a.cookies.readByID(ctx, id)
	if err != nil {
		return nil, unavailable("auth.Held", err)
	}
	if h != nil && h.expiring(a.Now()) {
		if h, err = a.refresh(ctx, id); err != nil {
			return nil, err
		}
	}
	if h == nil || h.contents.Session == nil {
		return nil, &fault.Error{
			Kind: fault.SignedOut, Code: fault.CodeSignedOut, Op: "auth.Held", Fix: &fault.Fix{Kind: fault.FixSignIn},
		}
	}
	return h.session(), nil
}

// Release says that no operation needs the session any more. If nobody is
// signed in with it either, it ends, and its token is revoked.
func (a *Auth) Release(ctx context.Context, id string) {
	if id != "" { // which would mean all of them
		a.endLeft(ctx, id)
	}
}

// Sweep ends all sessions that nobody is signed in with and no operation needs:
// those that a process could not release any more, and the expired ones.
func (a *Auth) Sweep(ctx context.Context) { a.endLeft(ctx, "") }

func (a *Auth) endLeft(ctx context.Context, id string) {
	ctx = context.WithoutCancel(ctx)
	records, err := a.Store.TakeSessionsLeft(ctx, id, a.Now())
	if err != nil {
		a.Log.ErrorContext(ctx, "sessions that are left could not be ended", "session", id, "error", err)
	}
	a.revokeAll(ctx, records)
}

// leave ends the session under key for whoever is signed in with it, and
// returns it if its token is to be revoked now. While an operation needs the
// session it is detached instead: it stays, but no cookie opens it.
func (a *Auth) leave(ctx context.Context, key string) (*held, error) {
	// Not with the request: who has left before the end has signed out as well.
	ctx = context.WithoutCancel(ctx)
	h, _, err := a.readPast(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case h == nil || h.contents.Session == nil:
		return a.cookies.take(ctx, key) // nothing that an operation could act with
	}
	used, err := a.InUse(ctx, h.record.ID)
	if err != nil {
		// For the person it is the same; and a token that is kept in vain ends
		// with the next sweep, but an operation's that is revoked is lost.
		a.Log.WarnContext(ctx, "whether an operation needs a session is not known; it is kept", "session", h.record.ID, "error", err)
	}
	if err == nil && !used {
		return a.cookies.take(ctx, key)
	}
	if err := a.detach(ctx, key); err != nil {
		return nil, err
	}
	if used { // the operation may have ended, and released the session, before it was detached
		a.Release(ctx, h.record.ID)
	}
	return nil, nil
}

// readPast returns the session under key even if it has expired, and its row;
// nil if there is none, or none that the configured keys open.
func (a *Auth) readPast(ctx context.Context, key string) (*held, ghpkg.SessionRecord, error) {
	record, ok, err := a.Store.Session(ctx, key, time.Time{})
	if err != nil || !ok {
		return nil, record, err
	}
	return a.cookies.unseal(ctx, record), record, nil
}

// detach moves the session from key to one that no cookie leads to. What is
// sealed is bound to its key, and so is sealed anew. A refresh may come between
// reading and writing; then it is read again.
func (a *Auth) detach(ctx context.Context, key string) error {
	defer a.cookies.cache.drop(key)
	for {
		h, record, err := a.readPast(ctx, key)
		if err != nil || h == nil {
			return err
		}
		to := ghpkg.DetachedKey + rand.Text()
		sealed, err := a.cookies.seal(to, h.contents)
		if err != nil {
			return err
		}
		if ok, err := a.Store.MoveSession(ctx, record, to, sealed); err != nil || ok {
			return err
		}
	}
}

// moved returns the session as it was refreshed, under the key to which it was
// moved since it was read; nil if it is gone.
func (a *Auth) moved(ctx context.Context, fresh *held) (*held, error) {
	now, err := a.cookies.readByID(ctx, fresh.record.ID)
	if err != nil || now == nil {
		return nil, err
	}
	again := *fresh
	again.record = now.record
	return &again, nil
}
