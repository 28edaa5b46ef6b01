package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/auth"
)

// opens reports whether a cookie header alone, in some other browser, is let in.
func opens(t *testing.T, p *apptest.Portal, cookie string) bool {
	t.Helper()
	b := p.Browser(t)
	page := b.Send("GET", "/settings", nil, http.Header{"Cookie": {cookie}})
	program := b.Send("GET", "/settings?format=json", nil, http.Header{"Cookie": {cookie}})
	in := page.Status == http.StatusOK
	if !in && (page.Status != http.StatusSeeOther || program.Status != http.StatusUnauthorized) || in && program.Status != http.StatusOK {
		t.Errorf("the cookie %s: the page is %d, the JSON %d", cookie, page.Status, program.Status)
	}
	return in
}

// TestPlantedCookies: whatever cookie somebody put into a browser before its
// owner signs in, they do not share the session that begins then.
func TestPlantedCookies(t *testing.T) {
	t.Parallel()
	for name, planted := range map[string]func(*testing.T, *apptest.Portal) string{
		"invented":       func(*testing.T, *apptest.Portal) string { return "stockroom=" + strings.Repeat("A", 26) },
		"empty":          func(*testing.T, *apptest.Portal) string { return "stockroom=" },
		"their own":      func(t *testing.T, p *apptest.Portal) string { return sessionCookie(t, p.SignIn(t, apptest.Stranger)) },
		"one that ended": endedCookie,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apptest.Start(t, apptest.Options{})
			cookie := planted(t, p)
			victim := p.Browser(t)
			victim.Header = http.Header{"Cookie": {cookie}} // beside those of the jar, on every request
			victim.Approve(apptest.Owner)
			callback := victim.Send("GET", victim.Send("GET", "/login", nil, nil).Location(), nil, nil).Location()
			if page := victim.Send("GET", callback, nil, nil); page.Status != http.StatusSeeOther {
				t.Fatalf("the sign-in: %s", page)
			}
			victim.Header = nil
			if page := victim.Get("/settings"); !page.HasText(apptest.Owner) || page.Status != http.StatusOK {
				t.Errorf("the owner is not in: %s", page)
			}
			if got := sessionCookie(t, victim); strings.Contains(got, cookie+";") || strings.HasSuffix(got, cookie) {
				t.Errorf("the sign-in kept the cookie %s", cookie)
			}
			if opens(t, p, cookie) {
				t.Errorf("the planted cookie opens a session after the sign-in")
			}
		})
	}
}

// endedCookie is one of a session that its owner signed out of.
func endedCookie(t *testing.T, p *apptest.Portal) string {
	t.Helper()
	b := p.SignIn(t, apptest.Owner)
	cookie := sessionCookie(t, b)
	b.PostForm("/logout", nil)
	return cookie
}

// TestStolenCookie: a copied cookie is worth something until its session ends,
// however that comes about, and never again after that.
func TestStolenCookie(t *testing.T) {
	t.Parallel()
	const revoke = "/settings/sessions/revoke"
	for name, end := range map[string]func(p *apptest.Portal, b *apptest.Browser, clock *apptest.Clock){
		"signed out": func(_ *apptest.Portal, b *apptest.Browser, _ *apptest.Clock) { b.PostForm("/logout", nil) },
		"signed out everywhere": func(_ *apptest.Portal, b *apptest.Browser, _ *apptest.Clock) {
			b.PostForm(revoke, url.Values{"all": {"1"}})
		},
		"signed in again":   func(_ *apptest.Portal, b *apptest.Browser, _ *apptest.Clock) { b.SignIn(apptest.Owner) },
		"granted more":      func(_ *apptest.Portal, b *apptest.Browser, _ *apptest.Clock) { b.SignIn(apptest.Owner, allScopes...) },
		"another's sign-in": func(_ *apptest.Portal, b *apptest.Browser, _ *apptest.Clock) { b.SignIn(apptest.Member) },
		"revoked at GitHub": func(p *apptest.Portal, b *apptest.Browser, _ *apptest.Clock) {
			p.GitHub.RevokeUser(apptest.Owner)
			b.Get("/orgs/acme/packages?type=npm")
		},
		"not used":      func(_ *apptest.Portal, _ *apptest.Browser, clock *apptest.Clock) { clock.Advance(auth.IdleLifetime) },
		"used too long": func(_ *apptest.Portal, b *apptest.Browser, clock *apptest.Clock) { grow(b, clock) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := apptest.NewClock(time.Now())
			p := apptest.Start(t, apptest.Options{Clock: clock})
			b := p.SignIn(t, apptest.Owner)
			stolen := sessionCookie(t, b)
			if !opens(t, p, stolen) {
				t.Fatal("the copy opens nothing while the session lives")
			}
			end(p, b, clock)
			if opens(t, p, stolen) {
				t.Error("the copy still opens the session")
			}
		})
	}
}

// grow uses a session, never idle, until its absolute end.
func grow(b *apptest.Browser, clock *apptest.Clock) {
	const step = auth.IdleLifetime - time.Hour
	for age := step; age < auth.AbsoluteLifetime+step; age += step {
		clock.Advance(step)
		b.Send("GET", "/settings", nil, nil)
	}
}

// TestCookiesOfOtherKinds: the cookie of a sign-in on its way opens no session,
// and nothing like a session's cookie does.
func TestCookiesOfOtherKinds(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{})
	b := p.SignIn(t, apptest.Owner)
	cookie := sessionCookie(t, b)
	_, value, _ := strings.Cut(cookie, "=")
	leaving := p.Browser(t)
	toGitHub(t, leaving, apptest.Owner)
	_, signIn, _ := strings.Cut(sessionCookie(t, leaving), "=")
	for name, tt := range map[string]struct {
		cookie string
		in     bool
	}{
		"its own":               {cookie, true},
		"lower case":            {"stockroom=" + strings.ToLower(value), false},
		"cut":                   {"stockroom=" + value[:len(value)-1], false},
		"longer":                {"stockroom=" + value + "A", false},
		"another name":          {"Stockroom=" + value, false},
		"the name on https":     {"__Host-stockroom=" + value, false},
		"a sign-in on its way":  {"stockroom=" + signIn, false},
		"one of many, the last": {"stockroom=x; stockroom=" + value, false},
		"a megabyte less":       {"stockroom=" + strings.Repeat("A", 8<<10), false},
		"SQL":                   {"stockroom=' OR 1=1 --", false},
		"a path":                {"stockroom=../../sessions", false},
	} {
		if got := opens(t, p, tt.cookie); got != tt.in {
			t.Errorf("%s: let in: %t, want %t", name, got, tt.in)
		}
	}
}

// TestPlainCookieOverHTTPS: where people come over https, a cookie that another
// host of the domain could have set is not looked at.
func TestPlainCookieOverHTTPS(t *testing.T) {
	t.Parallel()
	plain := apptest.Start(t, apptest.Options{})
	cookie := sessionCookie(t, plain.SignIn(t, apptest.Owner))
	secure := apptest.Start(t, apptest.Options{Beside: plain, Config: map[string]string{"BASE_URL": "https://stockroom.example"}})
	if opens(t, secure, cookie) {
		t.Error("the cookie without the prefix is let in")
	}
	if !opens(t, secure, "__Host-"+cookie) {
		t.Error("the session's own cookie is not let in")
	}
}
