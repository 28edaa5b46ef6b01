package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

const (
	olivia = "olivia@acme.example"
	bob    = "bob@acme.example"
)

// TestBehindOAuth2Proxy: people pass their company's sign-in and then GitHub's,
// and neither is worth anything without the other.
func TestBehindOAuth2Proxy(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds, and minutes where oauth2-proxy is not built yet")
	}
	t.Parallel()
	g := newGate(t)
	g.holdsUpStrangers(t)
	g.probesAreOpen(t)
	p := g.signsIn(t, olivia)
	p.identityIsNotTheirs(t)
	p.findsNames(t)
	p.changesNames(t)
	p.compression(t)
	p.keepsConnections(t)
	p.records(t)
	p.worthNothingToAnother(t)
	p.signsOut(t)
	p.signsOutOfTheCompany(t)
}

// TestBehindOAuth2ProxyWithoutItsPage: who is led to the company at once is not
// led on to GitHub.
func TestBehindOAuth2ProxyWithoutItsPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds, and minutes where oauth2-proxy is not built yet")
	}
	t.Parallel()
	g := newGate(t, "--skip-provider-button=true")
	p := g.person(t, olivia)
	p.open(t, "/login?return_to=/settings", nil)
	p.staysOut(t, p.leaves(t))
	p.staysOut(t, p.open(t, "/", nil))
	s := p.open(t, "/oauth2/sign_out", nil)
	if !p.ledTo(g.company.Host) {
		t.Errorf("it was led to %v", p.hops)
	}
	p.staysOut(t, s)
}

// asked waits until Stockroom's log has all that it was asked, and reports
// whether one of the paths is there.
func (g *gate) asked(t *testing.T, paths ...string) bool {
	t.Helper()
	said := func(path string) bool {
		return strings.Contains(g.program.log.String(), fmt.Sprintf(`"path":%q`, path))
	}
	last := fmt.Sprintf("/healthz/%d", len(g.program.log.String())) // it is nothing, but whatever came before is written by then
	g.person(t, "").direct(t, g.program.address, last, nil)
	if !apptest.Eventually(func() bool { return said(last) }) {
		t.Fatalf("the log does not say what was asked: %s", g.program.log.String())
	}
	return slices.ContainsFunc(paths, said)
}

// holdsUpStrangers: without the company's sign-in nothing is asked of
// Stockroom, whatever else is sent along.
func (g *gate) holdsUpStrangers(t *testing.T) {
	t.Helper()
	forged := http.Header{
		"X-Forwarded-Email": {olivia}, "X-Forwarded-User": {olivia}, "X-Forwarded-Access-Token": {"x"}, "Authorization": {"Basic b2xpdmlhOng="},
		"Cookie": {"_oauth2_proxy=x|1795710864|x; __Host-stockroom=x"}, "X-Forwarded-Uri": {"/healthz"}, "X-Original-Url": {"/healthz"},
		"X-Forwarded-For": {"127.0.0.1"}, "X-Real-Ip": {"127.0.0.1"},
	}
	for who, p := range map[string]*person{"nobody": g.person(t, ""), "another company's": g.person(t, "mallory@evil.example")} {
		if s := p.open(t, "/oauth2/start?rd=/operations", nil); s.status == http.StatusOK {
			t.Errorf("%s comes to %s", who, s.address)
		}
		for _, header := range []http.Header{nil, forged, {"Hx-Request": {"true"}}, {"Accept": {"application/json"}}} {
			for _, path := range []string{"/", "/login", "/login/callback?code=x&state=x", "/settings", "/metrics", "/orgs/acme/packages?format=json"} {
				s := p.open(t, path, header)
				want := http.StatusForbidden
				if header.Get("Accept") == "application/json" {
					want = http.StatusUnauthorized
				}
				if s.status != want || strings.Contains(s.body, "GitHub") {
					t.Errorf("%s at %s with %v: %d: %.300s", who, path, header, s.status, s.body)
				}
			}
			if s, err := p.try(http.MethodPost, "/operations", url.Values{"action": {"delete"}}, header); err != nil || s.status < 400 {
				t.Errorf("%s posts with %v: %+v, %v", who, header, s, err)
			}
		}
	}
	if g.asked(t, "/", "/login", "/login/callback", "/settings", "/metrics", "/orgs/acme/packages", "/operations") {
		t.Error("Stockroom was asked")
	}
	for _, path := range []string{"/", "/login", "/settings"} {
		if s := g.person(t, "").direct(t, g.program.address, path, forged); s.status != http.StatusForbidden {
			t.Errorf("past the proxies at %s: %+v", path, s)
		}
	}
}

// probesAreOpen, and those of oauth2-proxy, but nothing that looks like them.
func (g *gate) probesAreOpen(t *testing.T) {
	t.Helper()
	p := g.person(t, "")
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n", "/ping": "OK", "/ready": "OK", "/robots.txt": "User-agent: *\nDisallow: /\n"} {
		if s := p.open(t, path, nil); s.status != http.StatusOK || s.body != want {
			t.Errorf("%s: %+v", path, s)
		}
	}
	for _, path := range []string{
		"/healthz/../packages", "/healthz/%2e%2e/packages", "/healthz%2f..%2fpackages", "/packages?/healthz", "/packages#/healthz", "/healthz;/../packages",
		"//healthz/../packages", "/healthz%00/packages", "/packages%3f/healthz", "/%68ealthz/../packages", "/x/../packages",
	} {
		if s := p.direct(t, g.address, path, http.Header{"X-Forwarded-Email": {olivia}}); s.status == http.StatusOK {
			t.Errorf("%s opens %+v", path, s)
		}
	}
	if g.asked(t, "/packages", "/ping", "/ready", "/robots.txt") {
		t.Error("Stockroom was asked")
	}
}

// identityIsNotTheirs: who a person is is what the company says, whatever they
// send, and however they write it.
func (p *person) identityIsNotTheirs(t *testing.T) {
	t.Helper()
	for _, header := range []http.Header{
		{"X-Forwarded-Email": {bob}, "X-Forwarded-User": {bob}, "X-Forwarded-Preferred-Username": {bob}, "X-Forwarded-Groups": {"admins"}},
		{"x-forwarded-email": {bob}}, {"X_forwarded_email": {bob}}, {"X-Forwarded-Email": {bob, bob}},
		{"Authorization": {"Basic Ym9iOng="}}, {"Forwarded": {"for=" + bob}}, {"Gap-Auth": {bob}}, {"X-Auth-Request-Email": {bob}},
	} {
		if s, err := p.try(http.MethodGet, "/settings", nil, header); err == nil && (strings.Contains(s.body, bob) || s.status == http.StatusOK && !strings.Contains(s.body, olivia)) {
			t.Errorf("%v: %+v", header, s)
		}
		header["Cookie"] = []string{p.cookies()}
		if s := p.direct(t, p.gate.address, "/settings", header); s.status != http.StatusOK || strings.Contains(s.body, bob) || !strings.Contains(s.body, olivia) {
			t.Errorf("straight to oauth2-proxy, %v: %+v", header, s)
		}
	}
	// What Connection names is not passed on, and without an identity nobody enters.
	if s := p.direct(t, p.gate.address, "/settings", http.Header{"Cookie": {p.cookies()}, "Connection": {"X-Forwarded-Email"}}); s.status != http.StatusForbidden {
		t.Errorf("without an identity: %+v", s)
	}
}

// worthNothingToAnother: a session belongs to whom the company knew when it
// began, also at the same browser.
func (p *person) worthNothingToAnother(t *testing.T) {
	t.Helper()
	other := p.gate.person(t, bob)
	other.through(t, "/")
	other.takes(p)
	if s := other.open(t, "/settings?format=json", nil); s.status != http.StatusUnauthorized {
		t.Errorf("another has %+v", s)
	}
	if s := p.open(t, "/settings?format=json", nil); s.status != http.StatusOK {
		t.Errorf("the owner has %+v", s)
	}
}

// leaves presses "Sign out", and returns what comes.
func (p *person) leaves(t *testing.T) *seen {
	t.Helper()
	p.hops = nil
	s, err := p.try(http.MethodPost, "/logout", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ledTo reports whether the browser was led to that host by the last request.
func (p *person) ledTo(host string) bool {
	for _, hop := range p.hops {
		if strings.HasPrefix(hop, host+"/") {
			return true
		}
	}
	return false
}

// staysOut: the page is that of somebody who is signed out, and GitHub was not
// asked who they are on the way to it.
func (p *person) staysOut(t *testing.T, s *seen) {
	t.Helper()
	gitHub, err := url.Parse(p.github.URL)
	if err != nil {
		t.Fatal(err)
	}
	if s.status != http.StatusOK || s.address.Path != "/" || !strings.Contains(s.body, "Sign in with GitHub") || p.ledTo(gitHub.Host) {
		t.Errorf("%v lead to %s: %d: %.300s", p.hops, s.address, s.status, s.body)
	}
	if s := p.open(t, "/settings?format=json", nil); s.status != http.StatusUnauthorized {
		t.Errorf("signed in: %+v", s)
	}
}

// signsOut of Stockroom: its next page is for the signed out, also once the
// company has to be asked again.
func (p *person) signsOut(t *testing.T) {
	t.Helper()
	s := p.leaves(t)
	if !strings.Contains(s.body, "You are signed out") || p.ledTo(p.gate.company.Host) {
		t.Errorf("%v lead to %+v", p.hops, s)
	}
	p.staysOut(t, s)
	p.staysOut(t, p.open(t, "/", nil))
	if s := p.open(t, "/oauth2/sign_out", nil); s.status != http.StatusForbidden || !strings.Contains(s.body, companyPage) {
		t.Errorf("after the company's: %+v", s)
	}
	p.staysOut(t, p.through(t, "/"))
}

// signsOutOfTheCompany, and of nothing else: Stockroom's cookie alone opens
// nothing, until the same person comes back.
func (p *person) signsOutOfTheCompany(t *testing.T) {
	t.Helper()
	p.open(t, "/login?return_to=/", nil)
	session := p.cookie("__Host-stockroom")
	if s := p.open(t, "/oauth2/sign_out", nil); !strings.Contains(s.body, companyPage) || p.ledTo(p.gate.company.Host) {
		t.Errorf("%v: %+v", p.hops, s)
	}
	if p.cookie("__Host-stockroom") != session || p.cookie("_oauth2_proxy") != "" {
		t.Errorf("left are %v", p.jar)
	}
	for address, header := range map[string]http.Header{
		p.gate.address:         {"Cookie": {"__Host-stockroom=" + session}, "X-Forwarded-Email": {olivia}},
		p.gate.program.address: {"Cookie": {"__Host-stockroom=" + session}, "X-Forwarded-Email": {olivia}, "X-Forwarded-For": {"127.0.0.1"}},
	} {
		if s := p.direct(t, address, "/settings?format=json", header); s.status != http.StatusForbidden {
			t.Errorf("the cookie alone, at %s: %+v", address, s)
		}
	}
	if s := p.open(t, "/settings", nil); s.status != http.StatusForbidden || !strings.Contains(s.body, companyPage) {
		t.Errorf("the cookie alone: %+v", s)
	}
	if s := p.through(t, "/settings"); s.status != http.StatusOK || !strings.Contains(s.body, olivia) || s.address.Path != "/settings" {
		t.Errorf("back at the company: %+v", s)
	}
}
