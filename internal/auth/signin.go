package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/sessions"
	"golang.org/x/oauth2"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// signIn is a sign-in on its way: between leaving for GitHub and coming back.
type signIn struct {
	State     string
	Verifier  string // PKCE
	ReturnTo  string
	ProxyUser string `json:",omitempty"` // whose it is at the proxy; nobody else can finish it
}

const (
	// maxSignIns bounds the sign-ins on their way in one browser; the oldest
	// give way. Each has a cookie of its own, so that two tabs do not take each
	// other's.
	maxSignIns   = 8
	signInIDSize = 8 // of the state's characters, which name the cookie

	exchangeTimeout = 5 * time.Second // for the code or the refresh token
	identifyTimeout = 5 * time.Second // for who the token belongs to
	revokeTimeout   = 5 * time.Second

	revokeTogether = 16 // how many tokens are revoked at the same time
)

// Begin starts a sign-in and returns the address at GitHub to lead to. A viewer
// who is signed in already keeps the scopes that were granted; GitHub is asked
// for those and scopes together.
func (a *Auth) Begin(w http.ResponseWriter, r *http.Request, returnTo string, scopes ghpkg.Scopes) (string, error) {
	old, err := a.presented(r)
	if err != nil {
		return "", err
	}
	var options []oauth2.AuthCodeOption
	if old != nil {
		viewer := old.contents.Session.Viewer
		scopes = append(slices.Clone(viewer.Scopes), viewer.Scopes.Missing(scopes)...)
		options = append(options, oauth2.SetAuthURLParam("login", viewer.Login))
	}
	in := &signIn{
		State: rand.Text(), Verifier: oauth2.GenerateVerifier(), ReturnTo: ReturnTo(returnTo),
		ProxyUser: a.ProxyUser(r.Context()),
	}
	a.dropOldSignIns(w, r)
	if err := a.saveSignIn(w, r, in); err != nil {
		return "", unavailable("auth.Begin", err)
	}
	config := *a.oauth
	config.Scopes = scopes
	return config.AuthCodeURL(in.State, append(options, oauth2.S256ChallengeOption(in.Verifier))...), nil
}

func (a *Auth) saveSignIn(w http.ResponseWriter, r *http.Request, in *signIn) error {
	session := sessions.NewSession(a.cookies, a.signInCookie(in.State))
	session.Options = a.cookies.options(SignInLifetime)
	now := a.Now()
	session.Values[valueKey{}] = &held{
		record:   ghpkg.SessionRecord{CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SignInLifetime)},
		contents: contents{SignIn: in},
	}
	return session.Save(r, w)
}

// signInCookie is the name of the cookie that ties the sign-in with that state
// to the browser that began it.
func (a *Auth) signInCookie(state string) string {
	return a.signInPrefix() + state[:min(len(state), signInIDSize)]
}

func (a *Auth) signInPrefix() string { return a.cookies.cookieName() + "-signin-" }

// dropOldSignIns makes place for one more. Browsers send the oldest cookies
// first (RFC 6265, 5.4).
func (a *Auth) dropOldSignIns(w http.ResponseWriter, r *http.Request) {
	var names []string
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, a.signInPrefix()) {
			names = append(names, c.Name)
		}
	}
	for len(names) >= maxSignIns {
		http.SetCookie(w, sessions.NewCookie(names[0], "", a.cookies.options(-time.Second)))
		names = names[1:]
	}
}

// Recording writes down that the viewer's session begins, and lets it begin by
// calling begin, whose error it returns.
type Recording func(viewer ghpkg.Viewer, begin func(context.Context) error) error

// Finish ends the sign-in that GitHub sends back: it identifies the viewer by
// the new token and gives the browser a new session, within record. It also
// returns where the viewer wanted to go, as far as that is known when it fails,
// and who it was that may not enter.
func (a *Auth) Finish(w http.ResponseWriter, r *http.Request, record Recording) (ghpkg.Viewer, string, error) {
	query := r.URL.Query()
	in, err := a.takeSignIn(w, r, query.Get("state"))
	if err != nil {
		return ghpkg.Viewer{}, ReturnTo(""), err
	}
	if code := query.Get("error"); code != "" {
		return ghpkg.Viewer{}, in.ReturnTo, refusedAtGitHub("auth.Finish", code, query.Get("error_description"), fmt.Errorf("GitHub sent the error %q", code))
	}
	began, id, err := a.identify(r.Context(), query.Get("code"), in.Verifier)
	if err != nil {
		return began.Viewer, in.ReturnTo, err
	}
	err = record(id.Viewer, func(context.Context) error { return a.replaceSession(w, r, began, id) })
	if err != nil {
		a.revoke(r.Context(), id.Token) // nobody will use it
		return ghpkg.Viewer{}, in.ReturnTo, err
	}
	return id.Viewer, in.ReturnTo, nil
}

// takeSignIn returns the sign-in with that state if this browser began it. It
// can be taken once.
func (a *Auth) takeSignIn(w http.ResponseWriter, r *http.Request, state string) (*signIn, error) {
	const op = "auth.Finish"
	cookie, err := r.Cookie(a.signInCookie(state))
	if err != nil {
		return nil, signInFailed(op, "", err)
	}
	http.SetCookie(w, sessions.NewCookie(cookie.Name, "", a.cookies.options(-time.Second)))
	h, err := a.cookies.take(r.Context(), rowKey(cookie.Value))
	if err != nil {
		return nil, unavailable(op, err)
	}
	if h == nil || h.contents.SignIn == nil || !h.record.ExpiresAt.After(a.Now()) ||
		!sameState(h.contents.SignIn.State, state) || h.contents.SignIn.ProxyUser != a.ProxyUser(r.Context()) {
		return nil, signInFailed(op, "", nil)
	}
	return h.contents.SignIn, nil
}

func sameState(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

// identify exchanges the code for a token and asks GitHub whose it is, and
// whether they may enter. The session that it returns has not begun yet.
func (a *Auth) identify(ctx context.Context, code, verifier string) (Session, *identity, error) {
	began := Session{ID: rand.Text(), CreatedAt: a.Now()}
	if code == "" {
		return began, nil, signInFailed("auth.Finish", "", nil)
	}
	token, err := a.oauth.Exchange(a.exchanging(ctx), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return began, nil, exchangeError("auth.Finish", err)
	}
	ctx, cancel := context.WithTimeout(ctx, identifyTimeout)
	defer cancel()
	viewer, err := a.GitHub.Viewer(ctx, token.AccessToken)
	if err == nil && viewer.ID <= 0 {
		err = &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: "auth.Finish"}
	}
	var id *identity
	if err == nil {
		viewer.ProxyUser = a.ProxyUser(ctx)
		id = a.newIdentity(viewer, token)
		began.Viewer, began.Token = id.Viewer, id.Token
		err = a.Admit(ctx, &began)
	}
	if err != nil {
		a.revoke(ctx, token.AccessToken) // nobody will use it
		return began, nil, err
	}
	return began, id, nil
}

// exchanging is a context in which oauth2 uses our HTTP client.
func (a *Auth) exchanging(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, a.client)
}

func (a *Auth) newIdentity(viewer ghpkg.Viewer, token *oauth2.Token) *identity {
	if granted, ok := token.Extra("scope").(string); ok && len(viewer.Scopes) == 0 {
		viewer.Scopes = ghpkg.ParseScopes(granted)
	}
	return &identity{
		Viewer: viewer, Token: token.AccessToken,
		RefreshToken: token.RefreshToken, TokenExpires: a.tokenExpiry(token),
	}
}

// tokenExpiry is the token's end by our clock; oauth2 counts from the machine's.
func (a *Auth) tokenExpiry(token *oauth2.Token) time.Time {
	if token.Expiry.IsZero() {
		return time.Time{}
	}
	return a.Now().Add(time.Until(token.Expiry))
}

// replaceSession gives the browser a session under a new cookie value, so that
// one that somebody planted before the sign-in is worth nothing, and ends the
// session that it had before, whoever's that was.
func (a *Auth) replaceSession(w http.ResponseWriter, r *http.Request, began Session, id *identity) error {
	now := began.CreatedAt
	session := sessions.NewSession(a.cookies, a.cookies.cookieName())
	session.Options = a.cookies.options(AbsoluteLifetime)
	session.Values[valueKey{}] = &held{
		record: ghpkg.SessionRecord{
			ID: began.ID, ViewerID: id.Viewer.ID, UserAgent: r.UserAgent()[:min(len(r.UserAgent()), maxUserAgent)],
			CreatedAt: now, SeenAt: now, ExpiresAt: expiry(now, now),
		},
		contents: contents{Session: id},
	}
	if err := session.Save(r, w); err != nil {
		return unavailable("auth.Finish", err)
	}
	cookie, err := r.Cookie(a.cookies.cookieName())
	if err != nil {
		return nil // there was none before
	}
	old, err := a.leave(r.Context(), rowKey(cookie.Value))
	if err != nil { // its cookie is gone: it ends when it expires
		a.Log.WarnContext(r.Context(), "the session before a sign-in could not be ended", "error", err)
		return nil
	}
	if old != nil && old.contents.Session != nil && old.contents.Session.Token != id.Token {
		a.revoke(r.Context(), old.contents.Session.Token)
	}
	return nil
}

// maxUserAgent is as much of a browser's name as the list of sessions needs.
const maxUserAgent = 256
