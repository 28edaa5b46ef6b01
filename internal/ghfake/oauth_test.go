package ghfake

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

func TestExpiringTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.Authorize("olivia")
	f.ExpireAfter(8 * time.Hour)
	app := f.app("read:packages")
	_, sent := f.visit(app.AuthCodeURL("s"), nil)
	token, err := app.Exchange(t.Context(), sent.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.advance(8 * time.Hour)
	if got := f.do(token.AccessToken, "GET /user"); got.status != http.StatusUnauthorized || f.TokenAlive(token.AccessToken) {
		t.Errorf("an expired token: %d", got.status)
	}
	refresh := func(value string) (*oauth2.Token, error) {
		return app.TokenSource(context.Background(), &oauth2.Token{RefreshToken: value}).Token()
	}
	renewed, err := refresh(token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.do(renewed.AccessToken, "GET /user"); got.status != http.StatusOK || renewed.RefreshToken == token.RefreshToken {
		t.Errorf("the renewed token: %d", got.status)
	}
	if _, err := refresh(token.RefreshToken); errorCode(err) != "bad_refresh_token" {
		t.Errorf("a refresh token worked twice: %v", err)
	}
}

func TestTokenLimit(t *testing.T) {
	t.Parallel()
	f := start(t)
	first := f.Token("olivia", "read:packages")
	other := f.Token("olivia", "read:org")
	for range maxTokens {
		f.Token("olivia", "read:packages")
	}
	if f.TokenAlive(first) || !f.TokenAlive(other) {
		t.Error("the eleventh token did not revoke the first of its kind, and only that")
	}
}

func TestApplicationEndpoints(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", "read:packages")
	send := func(request, value, secret string) response {
		return f.do("", request, func(r *http.Request) {
			body, _ := json.Marshal(map[string]string{"access_token": value})
			withBody(r, string(body))
			r.SetBasicAuth(f.ClientID(), secret)
		})
	}
	path := " /applications/" + f.ClientID()
	other := f.Token("olivia", "read:org")
	var got []int
	for _, r := range []response{
		send("POST"+path+"/token", token, "wrong"),
		send("POST"+path+"/token", token, f.ClientSecret()),
		send("POST"+path+"/token", "", f.ClientSecret()),
		send("DELETE"+path+"/token", token, "wrong"),
		send("DELETE"+path+"/token", token, f.ClientSecret()),
		send("DELETE"+path+"/token", token, f.ClientSecret()),
		send("POST"+path+"/token", token, f.ClientSecret()),
		send("DELETE"+path+"/grant", other, f.ClientSecret()),
	} {
		got = append(got, r.status)
	}
	if diff := cmp.Diff([]int{401, 200, 422, 401, 204, 404, 404, 204}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.TokenAlive(token) || f.TokenAlive(other) {
		t.Error("a token survived its revocation")
	}
}
