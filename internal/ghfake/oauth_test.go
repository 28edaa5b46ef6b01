package ghfake

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

const callback = "http://127.0.0.1:9/login/callback"

// app returns the OAuth app as an ordinary client sees it.
func (f fixture) app(scopes ...string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: f.ClientID(), ClientSecret: f.ClientSecret(), RedirectURL: callback, Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:   f.URL + "/login/oauth/authorize",
			TokenURL:  f.URL + "/login/oauth/access_token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// visit opens an address of the web flow and returns the parameters with which
// the browser was sent on; nil if it was not.
func (f fixture) visit(address string, form url.Values) (response, url.Values) {
	f.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(f.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := f.send(r)
	if err != nil {
		f.t.Fatal(err)
	}
	location, err := url.Parse(got.header.Get("Location"))
	if err != nil || location.Host == "" {
		return got, nil
	}
	return got, location.Query()
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.Authorize("olivia")
	app, verifier := f.app("read:packages", "write:packages", "read:org"), oauth2.GenerateVerifier()
	_, sent := f.visit(app.AuthCodeURL("st&te", oauth2.S256ChallengeOption(verifier)), nil)
	if got := sent.Get("state"); got != "st&te" {
		t.Errorf("state = %q", got)
	}
	token, err := app.Exchange(t.Context(), sent.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := token.Extra("scope"), "read:org,write:packages"; got != want {
		t.Errorf("scope = %v, want %v (a wider scope swallows a narrower one)", got, want)
	}
	if !token.Expiry.IsZero() || token.RefreshToken != "" {
		t.Errorf("the token expires: %+v", token)
	}
	got := f.do(token.AccessToken, "GET /user")
	if !strings.Contains(got.body, `"login":"Olivia"`) || got.header.Get("X-OAuth-Scopes") != "read:org, write:packages" {
		t.Errorf("GET /user: %v %s", got.header, got.body)
	}
	if _, err := app.Exchange(t.Context(), sent.Get("code"), oauth2.VerifierOption(verifier)); errorCode(err) != "bad_verification_code" {
		t.Errorf("the code worked twice: %v", err)
	}
}

// errorCode returns GitHub's code in a failed exchange.
func errorCode(err error) string {
	if e, is := errors.AsType[*oauth2.RetrieveError](err); is {
		return e.ErrorCode
	}
	return ""
}

func TestExchangeRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		edit func(fixture, *oauth2.Config) []oauth2.AuthCodeOption
		want string
	}{
		{"wrong verifier", func(fixture, *oauth2.Config) []oauth2.AuthCodeOption {
			return []oauth2.AuthCodeOption{oauth2.VerifierOption(oauth2.GenerateVerifier())}
		}, "bad_verification_code"},
		{"no verifier", func(fixture, *oauth2.Config) []oauth2.AuthCodeOption { return nil }, "bad_verification_code"},
		{"code too old", func(f fixture, _ *oauth2.Config) []oauth2.AuthCodeOption {
			f.clock.advance(10 * time.Minute)
			return nil
		}, "bad_verification_code"},
		{"wrong secret", func(_ fixture, c *oauth2.Config) []oauth2.AuthCodeOption { c.ClientSecret = "x"; return nil }, "incorrect_client_credentials"},
		{"other redirect_uri", func(_ fixture, c *oauth2.Config) []oauth2.AuthCodeOption {
			c.RedirectURL = "http://127.0.0.1:9/elsewhere"
			return []oauth2.AuthCodeOption{oauth2.VerifierOption(strings.Repeat("v", 43))}
		}, "redirect_uri_mismatch"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.Authorize("olivia")
			app := f.app("read:packages")
			_, sent := f.visit(app.AuthCodeURL("s", oauth2.S256ChallengeOption(strings.Repeat("v", 43))), nil)
			options := tc.edit(f, app)
			if _, err := app.Exchange(t.Context(), sent.Get("code"), options...); errorCode(err) != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// TestConsentPage signs in as a person would: sees the page, leaves a scope
// out, chooses who they are.
func TestConsentPage(t *testing.T) {
	t.Parallel()
	f := start(t)
	address := f.app("read:packages", "read:org").AuthCodeURL(`"><script>&`)
	page, _ := f.visit(address, nil)
	for _, want := range []string{"Practice GitHub", `value="Olivia"`, `value="read:org" checked`, "prefers-color-scheme: dark", "<title>Sign in"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	_, action, _ := strings.Cut(page.body, `action="?`)
	action, _, _ = strings.Cut(action, `"`)
	target := f.URL + "/login/oauth/authorize?" + html.UnescapeString(action)

	_, sent := f.visit(target, url.Values{"login": {"marco"}, "scope": {"read:packages", "admin:org"}})
	if got := sent.Get("state"); got != `"><script>&` {
		t.Errorf("state = %q", got)
	}
	token, err := f.app().Exchange(t.Context(), sent.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	if got := token.Extra("scope"); got != "read:packages" {
		t.Errorf("scope = %v: what was left out, or never asked for, was granted", got)
	}
	if _, sent := f.visit(target, url.Values{"login": {""}}); sent.Get("error") != "access_denied" || sent.Get("state") == "" {
		t.Errorf("cancel: %v", sent)
	}
	if got, _ := f.visit(target, url.Values{"login": {"nobody"}}); got.status != http.StatusNotFound {
		t.Errorf("an unknown person: %d", got.status)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	const registered = "https://portal.example/login"
	for _, tc := range []struct {
		registered, asked string
		want              bool
	}{
		{"", callback, true},
		{"", "", false},
		{registered, registered, true},
		{registered, registered + "/callback", true},
		{registered, registered + "x", false},
		{registered, "https://portal.example/", false},
		{registered, "https://evil.example/login", false},
		{registered, "http://portal.example/login", false},
		{registered, "https://portal.example:444/login", false},
		{"http://127.0.0.1/login", "http://127.0.0.1:8080/login", true},
	} {
		if got := allowedRedirect(tc.registered, tc.asked); got != tc.want {
			t.Errorf("allowedRedirect(%q, %q) = %v", tc.registered, tc.asked, got)
		}
	}
	f := fixture{Start(t, Options{CallbackURL: registered}, small), t, nil}
	f.Authorize("olivia")
	if got, sent := f.visit(f.app().AuthCodeURL("s"), nil); sent.Get("error") != "redirect_uri_mismatch" || !strings.HasPrefix(got.header.Get("Location"), registered+"?") {
		t.Errorf("an unregistered redirect_uri: sent to %s", got.header.Get("Location"))
	}
	plain := oauth2.SetAuthURLParam("code_challenge", "x")
	app := f.app()
	app.RedirectURL = registered
	if _, sent := f.visit(app.AuthCodeURL("s", plain), nil); sent.Get("error") != "invalid_request" {
		t.Errorf("a plain challenge: %v", sent)
	}
	app.ClientID = "other"
	if got, _ := f.visit(app.AuthCodeURL("s"), nil); got.status != http.StatusNotFound {
		t.Errorf("an unknown app: %d", got.status)
	}
}
