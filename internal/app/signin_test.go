package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// toGitHub begins a sign-in and returns where GitHub sends the browser back to.
func toGitHub(t *testing.T, b *apptest.Browser, login string) *url.URL {
	t.Helper()
	b.Approve(login)
	page := b.Send("GET", b.Send("GET", "/login", nil, nil).Location(), nil, nil)
	back, err := url.Parse(page.Location())
	if err != nil || back.Path != "/login/callback" {
		t.Fatalf("GitHub does not lead back: %v %s", err, page)
	}
	return back
}

// TestState: a sign-in ends in the browser that began it, and once.
func TestState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(url.Values)
		text   string
	}{
		{"missing", func(v url.Values) { v.Del("state") }, "did not work"},
		{"empty", func(v url.Values) { v.Set("state", "") }, "did not work"},
		{"wrong", func(v url.Values) { v.Set("state", strings.Repeat("A", 26)) }, "did not work"},
		{"almost right", func(v url.Values) { v.Set("state", v.Get("state")[:25]+"a") }, "did not work"},
		{"without a code", func(v url.Values) { v.Del("code") }, "did not work"},
		{"with a wrong code", func(v url.Values) { v.Set("code", "0123456789abcdef0123") }, "did not work"},
		{"cancelled", func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }, "cancelled on GitHub"},
		{"another error", func(v url.Values) { v.Del("code"); v.Set("error", "<b>x</b>") }, "did not work"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := apptest.Start(t, apptest.Options{})
			b := p.Browser(t)
			back := toGitHub(t, b, apptest.Owner)
			query := back.Query()
			c.change(query)
			page := b.Get("/login/callback?" + query.Encode())
			if page.Status < 400 || page.Status > 499 || !page.HasText(c.text) || strings.Contains(page.Body, "<b>x") {
				t.Errorf("%s", page)
			}
			if _, err := page.Link("Sign in again"); err != nil {
				t.Errorf("%v: %s", err, page)
			}
			if page := b.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
				t.Errorf("signed in: %s", page)
			}
		})
	}
}

// TestStateOfAnotherBrowser: an address that somebody else's sign-in led back
// to signs nobody in, twice as little.
func TestStateOfAnotherBrowser(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{})
	attacker, victim := p.Browser(t), p.Browser(t)
	back := toGitHub(t, attacker, apptest.Stranger)
	toGitHub(t, victim, apptest.Owner)
	if page := victim.Send("GET", back.String(), nil, nil); page.Status != http.StatusBadRequest {
		t.Errorf("another browser's state: %s", page)
	}
	if page := attacker.Get(back.String()); page.Status != http.StatusOK {
		t.Errorf("its own: %s", page)
	}
	if page := attacker.Send("GET", back.String(), nil, nil); page.Status != http.StatusBadRequest {
		t.Errorf("used again: %s", page)
	}
}

// TestReturnTo: a sign-in leads back to where it began, and never to another site.
func TestReturnTo(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{})
	for to, want := range map[string]string{
		"/orgs/acme/packages?type=npm&q=a":  "/orgs/acme/packages?type=npm&q=a",
		"/orgs/acme/packages/npm/@acme/app": "/orgs/acme/packages/npm/@acme/app",
		"":                                  "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "/%5cevil.example/..": "",
		"/\t/evil.example": "/", "javascript:alert(1)": "/", "orgs/acme": "/", "/\r\nSet-Cookie: a=b": "/", "/login?return_to=/login": "/", "/logout": "/",
	} {
		b := p.Browser(t)
		b.Approve(apptest.Owner)
		page := b.Get("/login?" + url.Values{"return_to": {to}}.Encode())
		if page.URL.Host != strings.TrimPrefix(p.URL, "http://") {
			t.Errorf("%q leads to %s", to, page.URL)
		}
		if want != "" && page.URL.RequestURI() != want {
			t.Errorf("%q leads to %s, want %s", to, page.URL.RequestURI(), want)
		}
	}
}

// TestStepUp: who lacks a permission grants it at GitHub, is asked for no more
// than that, and is back where they were.
func TestStepUp(t *testing.T) {
	t.Parallel()
	p, b := start(t)
	page := b.Get(version + "/delete")
	grant, err := page.Link("Grant access on GitHub")
	if err != nil {
		t.Fatalf("%v: %s", err, page)
	}
	authorize, err := url.Parse(b.Send("GET", grant, nil, nil).Location())
	if err != nil {
		t.Fatal(err)
	}
	scopes := ghpkg.ParseScopes(authorize.Query().Get("scope"))
	if want := "delete:packages read:org read:packages write:packages"; scopes.String() != want || authorize.Query().Get("login") != apptest.Owner {
		t.Errorf("GitHub is asked for %q as %q, want %q", scopes, authorize.Query().Get("login"), want)
	}
	page = b.Get(grant)
	if page.Path() != version+"/delete" || page.Status != http.StatusOK {
		t.Fatalf("after the grant: %s", page)
	}
	if p.GitHub.VersionState(acmes(t, ghpkg.NPM, "@acme/app"), 101) != ghpkg.Active {
		t.Error("it was deleted without being confirmed again")
	}
	page = b.Submit(page, "Delete this version", nil)
	if page.Status != http.StatusOK || !page.HasText("was deleted") {
		t.Errorf("after the deletion: %s", page)
	}
}

// TestSession: its cookie is renewed at each sign-in, and ends for good.
func TestSession(t *testing.T) {
	t.Parallel()
	watch := &spy{RoundTripper: &http.Transport{}}
	p := apptest.Start(t, apptest.Options{Transport: watch})
	b := p.SignIn(t, apptest.Owner)
	first := sessionCookie(t, b)
	b.SignIn(apptest.Owner, allScopes...)
	second := sessionCookie(t, b)
	if first == second {
		t.Error("the cookie is the same after the step-up")
	}
	old := p.Browser(t)
	for name, want := range map[string]int{first: http.StatusSeeOther, second: http.StatusOK} {
		if page := old.Send("GET", "/settings", nil, http.Header{"Cookie": {name}}); page.Status != want {
			t.Errorf("the cookie %s: status %d, want %d", name, page.Status, want)
		}
	}
	if page := b.PostForm("/logout", nil); page.Status != http.StatusOK {
		t.Errorf("%s", page)
	}
	if page := old.Send("GET", "/settings", nil, http.Header{"Cookie": {second}}); page.Status != http.StatusSeeOther {
		t.Errorf("after the logout: %s", page)
	}
	tokens := 0
	for _, token := range watch.secrets {
		if strings.HasPrefix(token, "gho_") {
			tokens++
			if p.GitHub.TokenAlive(token) {
				t.Errorf("the token %s is alive", token)
			}
		}
	}
	if tokens != 2 {
		t.Errorf("%d tokens were used, want 2", tokens)
	}
}

// sessionCookie is what b would send for the portal, as a header.
func sessionCookie(t *testing.T, b *apptest.Browser) string {
	t.Helper()
	var all []string
	for _, c := range b.Cookies() {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// TestRevoked: who was signed out by GitHub is told so in every form, and is
// back where they were after signing in again.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/orgs/acme/packages?q=app", app, version, "/orgs/acme/docker/conflicts", "/settings", "/"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			p, b := start(t)
			p.GitHub.RevokeUser(apptest.Owner)
			page := b.Get(path)
			if page.Status != http.StatusUnauthorized || !page.HasText("Bad credentials") || !page.HasText("no longer accepts this sign-in") {
				t.Fatalf("%s", page)
			}
			if again := b.Click(page, "Sign in again"); again.Status != http.StatusOK || again.URL.RequestURI() != path {
				t.Errorf("after signing in again: %s", again)
			}
			program := p.SignIn(t, apptest.Owner)
			p.GitHub.RevokeUser(apptest.Owner)
			program.JSON(path, http.StatusUnauthorized, nil)
			if page := program.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
				t.Errorf("the session goes on: %s", page)
			}
		})
	}
}
