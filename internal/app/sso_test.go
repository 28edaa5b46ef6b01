package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
)

// startBehindSSO runs a portal that takes the SSO identity from those proxies.
func startBehindSSO(t *testing.T, proxies string) *apptest.Portal {
	t.Helper()
	return apptest.Start(t, apptest.Options{Config: map[string]string{
		"TRUSTED_PROXIES": proxies, "PROXY_USER_HEADER": "X-Forwarded-Email",
	}})
}

// as is what the proxy adds for an identity.
func as(identity ...string) http.Header { return http.Header{"X-Forwarded-Email": identity} }

// TestWithoutSSO: without an identity of a trusted proxy there is nothing but
// the probes, and what the page of the refusal is made of.
func TestWithoutSSO(t *testing.T) {
	t.Parallel()
	trusted, untrusted := startBehindSSO(t, "127.0.0.0/8"), startBehindSSO(t, "192.0.2.1")
	for name, tt := range map[string]struct {
		portal *apptest.Portal
		header http.Header
	}{
		"none":           {trusted, nil},
		"empty":          {trusted, as("")},
		"blank":          {trusted, as("  ")},
		"two":            {trusted, as("mona@acme.example", "olivia@acme.example")},
		"too long":       {trusted, as(strings.Repeat("m", 257))},
		"not UTF-8":      {trusted, as("mona\xff")},
		"right to left":  {trusted, as("mona\u202e@acme.example")},
		"another header": {trusted, http.Header{"X-Forwarded-User": {"mona"}}},
		"forged":         {untrusted, as("olivia@acme.example")},
		"forged, from afar": {untrusted, http.Header{
			"X-Forwarded-Email": {"olivia@acme.example"}, "X-Forwarded-For": {"192.0.2.1"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := tt.portal.Browser(t)
			b.Header = tt.header
			for _, r := range append(append(pages(), actions()...), route{method: "GET", path: "/"}, route{method: "GET", path: "/login"},
				route{method: "GET", path: "/login/callback"}, route{method: "POST", path: "/logout"}, route{method: "GET", path: "/nowhere"}) {
				page := b.Send(r.method, r.path, r.form, nil)
				if page.Status != 403 || !page.HasText("company’s sign-on") {
					t.Errorf("%s %s: %s", r.method, r.path, page)
				}
				checkHeaders(t, r.path, page)
			}
			var got answer
			b.JSON("/", 403, &got)
			if got.Code != string(fault.CodeNoProxyUser) {
				t.Errorf("JSON: %+v", got)
			}
			if page := b.HTMX("GET", app, nil); page.Status != 403 || page.Header.Get("HX-Retarget") == "" {
				t.Errorf("htmx: %s", page)
			}
			for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/static/none": 404, "/favicon.ico": 200} {
				if page := b.Send("GET", path, nil, nil); page.Status != want {
					t.Errorf("%s: status %d, want %d", path, page.Status, want)
				}
			}
		})
	}
}

// TestSSO: the identity stands beside the name, and in the ledger.
func TestSSO(t *testing.T) {
	t.Parallel()
	p := startBehindSSO(t, "127.0.0.0/8")
	b := p.Browser(t)
	b.Header = as("Olívia Owner <olivia@acme.example>")
	page := b.SignIn(apptest.Owner, allScopes...)
	if got := page.Within("header"); !strings.Contains(got, "olivia") || !strings.Contains(got, "olivia@acme.example") {
		t.Errorf("the header says %q", got)
	}
	b.PostJSON(changeables[0], nil, 200, nil)
	b.PostForm("/logout", nil)
	b.SignIn(apptest.Owner)
	all := entries(t, b, nil)
	if len(all) != 4 { // login, delete, logout, login
		t.Fatalf("the ledger has %+v", all)
	}
	for _, e := range all {
		if e.Actor.ProxyUser != "Olívia Owner <olivia@acme.example>" {
			t.Errorf("the ledger has %+v", e)
		}
	}
	if page := b.Get("/ledger"); !page.HasText("olivia@acme.example") {
		t.Errorf("the ledger's page: %s", page)
	}
}

// TestSessionOfAnotherIdentity: a cookie is worth nothing to somebody else, and
// its owner does not lose it by their trying.
func TestSessionOfAnotherIdentity(t *testing.T) {
	t.Parallel()
	p := startBehindSSO(t, "127.0.0.0/8")
	b := p.Browser(t)
	b.Header = as("olivia@acme.example")
	b.SignIn(apptest.Owner, allScopes...)
	before := snapshot(t, p)
	for _, identity := range []string{"mallory@acme.example", "OLIVIA@acme.example", "olivia@acme.example.evil"} {
		b.Header = as(identity)
		for _, r := range append(pages(), actions()...) {
			if page := b.Send(r.method, r.path, r.form, nil); page.Status != 303 || !strings.HasPrefix(page.Location(), "/login") {
				t.Errorf("%s: %s %s: %d to %q", identity, r.method, r.path, page.Status, page.Location())
			}
			if page := b.Send(r.method, apptest.WithFormat(r.path, "json"), r.form, nil); page.Status != 401 {
				t.Errorf("%s: JSON of %s %s: %s", identity, r.method, r.path, page)
			}
		}
		b.Send("POST", "/logout", nil, nil)
	}
	if after := snapshot(t, p); after != before {
		t.Errorf("GitHub has\n%s, and had\n%s", after, before)
	}
	b.Header = as("olivia@acme.example")
	if page := b.Send("GET", "/settings", nil, nil); page.Status != 200 {
		t.Errorf("olivia was signed out: %s", page)
	}
	if all := entries(t, b, url.Values{"action": {"login"}}); len(all) != 1 {
		t.Errorf("the ledger has %+v", all)
	}
}

// TestSignInOfAnotherIdentity: who began a sign-in ends it.
func TestSignInOfAnotherIdentity(t *testing.T) {
	t.Parallel()
	p := startBehindSSO(t, "127.0.0.0/8")
	b := p.Browser(t)
	b.Header = as("mallory@acme.example")
	b.Approve(apptest.Owner)
	authorize := b.Send("GET", "/login", nil, nil).Location()
	callback := b.Send("GET", authorize, nil, nil).Location()
	b.Header = as("olivia@acme.example")
	if page := b.Send("GET", callback, nil, nil); page.Status != 400 {
		t.Errorf("finished by another: %s", page)
	}
	if page := b.Send("GET", "/settings", nil, nil); page.Status != 303 {
		t.Errorf("there is a session: %s", page)
	}
}
