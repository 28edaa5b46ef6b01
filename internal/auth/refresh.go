package auth

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	// refreshBefore is how long before its end a token is replaced, so that it
	// does not end within a request.
	refreshBefore = 2 * time.Minute
	// Where GitHub refuses a refresh token, another replica may have used it a
	// moment ago, and be about to write down what it got.
	rereadTries    = 4
	rereadInterval = 200 * time.Millisecond
)

// expiring reports whether the session's token is due for being replaced at now.
func (h *held) expiring(now time.Time) bool {
	id := h.contents.Session
	return id != nil && id.RefreshToken != "" && !id.TokenExpires.IsZero() &&
		now.After(id.TokenExpires.Add(-refreshBefore))
}

// refresh returns the session with a fresh token; nil if GitHub no longer gives
// it one, which ends it. A refresh token works once: within the process the
// requests of a session wait for one refresh, and the row is read anew before,
// because another replica may have been first. It goes on when the request that
// began it is cancelled, or the new token would be lost.
func (a *Auth) refresh(ctx context.Context, id string) (*held, error) {
	ctx = context.WithoutCancel(ctx)
	h, err, _ := a.refreshes.Do(id, func() (any, error) {
		h, err := a.cookies.readByID(ctx, id)
		if err != nil {
			return (*held)(nil), unavailable("auth.refresh", err)
		}
		if h == nil || !h.expiring(a.Now()) {
			return h, nil
		}
		return a.exchangeRefreshToken(ctx, h)
	})
	return h.(*held), err
}

func (a *Auth) exchangeRefreshToken(ctx context.Context, h *held) (*held, error) {
	const op = "auth.refresh"
	id := *h.contents.Session
	token, err := a.oauth.TokenSource(a.exchanging(ctx), &oauth2.Token{RefreshToken: id.RefreshToken}).Token()
	switch {
	case err == nil:
	case refusedRefresh(err):
		return a.afterRefusal(ctx, h)
	case a.Now().Before(id.TokenExpires):
		a.Log.WarnContext(ctx, "a token could not be refreshed yet", "session", h.record.ID, "error", withoutBody(err))
		return h, nil
	default:
		return nil, exchangeError(op, err)
	}
	fresh := *h
	if granted, ok := token.Extra("scope").(string); ok && granted != "" {
		id.Viewer.Scopes = ghpkg.ParseScopes(granted)
	}
	id.Token, id.RefreshToken, id.TokenExpires = token.AccessToken, token.RefreshToken, a.tokenExpiry(token)
	fresh.contents.Session = &id
	kept, err := a.keep(ctx, &fresh)
	if err != nil {
		return nil, unavailable(op, err)
	}
	if kept == nil { // signed out meanwhile
		a.revoke(ctx, id.Token)
	}
	return kept, nil
}

// keep writes a refreshed session down; nil if it is gone. One that was
// detached since it was read is written where it is now.
func (a *Auth) keep(ctx context.Context, fresh *held) (*held, error) {
	for {
		ok, err := a.cookies.update(ctx, fresh)
		if err != nil || ok {
			return fresh, err
		}
		if fresh, err = a.moved(ctx, fresh); err != nil || fresh == nil {
			return nil, err
		}
	}
}

// afterRefusal looks whether another replica has refreshed the session; if not,
// it is over.
func (a *Auth) afterRefusal(ctx context.Context, h *held) (*held, error) {
	for range rereadTries {
		time.Sleep(rereadInterval)
		again, err := a.cookies.readByID(ctx, h.record.ID)
		if err != nil {
			return nil, unavailable("auth.refresh", err)
		}
		if again == nil {
			return nil, nil
		}
		if again.contents.Session.Token != h.contents.Session.Token {
			return again, nil
		}
	}
	if _, err := a.cookies.take(ctx, h.record.Key); err != nil {
		return nil, unavailable("auth.refresh", err)
	}
	return nil, nil
}

// refusedRefresh reports whether GitHub no longer takes the refresh token, as
// opposed to not answering, or not knowing Stockroom itself.
func refusedRefresh(err error) bool {
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	return ok && (e.ErrorCode == "bad_refresh_token" || e.ErrorCode == "invalid_grant")
}
