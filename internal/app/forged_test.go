package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// forged are headers that somewhere, behind some proxy, mean something.
func forged() http.Header {
	return http.Header{
		"X-Forwarded-Host":       {"evil.example"},
		"X-Forwarded-Server":     {"evil.example"},
		"X-Forwarded-Proto":      {"https"},
		"X-Forwarded-Ssl":        {"on"},
		"X-Forwarded-Port":       {"1"},
		"X-Forwarded-Prefix":     {"/evil"},
		"X-Forwarded-Uri":        {"/healthz"},
		"X-Forwarded-User":       {"mallory"},
		"X-Forwarded-Email":      {"mallory@acme.example"},
		"Forwarded":              {"for=203.0.113.7;host=evil.example;proto=https"},
		"X-Original-Url":         {"/healthz"},
		"X-Rewrite-Url":          {"/healthz"},
		"X-Original-Host":        {"evil.example"},
		"X-Host":                 {"evil.example"},
		"X-Script-Name":          {"/evil"},
		"X-Real-Ip":              {"203.0.113.7"},
		"True-Client-Ip":         {"203.0.113.7"},
		"Cf-Connecting-Ip":       {"203.0.113.7"},
		"X-Client-Ip":            {"203.0.113.7"},
		"X-Remote-User":          {"mallory"},
		"X-Http-Method-Override": {"POST"},
		"X-Method-Override":      {"POST"},
		"X-Http-Method":          {"POST"},
	}
}

// TestForgedHeaders: what a client says of itself changes no address, no
// cookie, no page, no method and no name, not even by way of a trusted proxy
// that passes it on.
func TestForgedHeaders(t *testing.T) {
	t.Parallel()
	for name, proxies := range map[string]string{"direct": "", "through a trusted proxy": "127.0.0.0/8"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := map[string]string{}
			if proxies != "" {
				config["TRUSTED_PROXIES"] = proxies
			}
			p := apptest.Start(t, apptest.Options{Config: config})
			b := p.Browser(t)
			b.Header = forged()
			begun := b.Send("GET", "/login?return_to=/settings", nil, nil)
			to, err := url.Parse(begun.Location())
			if err != nil || to.Query().Get("redirect_uri") != p.URL+"/login/callback" {
				t.Errorf("GitHub is to lead back to %q", to.Query().Get("redirect_uri"))
			}
			if got := begun.Header.Get("Set-Cookie"); strings.Contains(got, "Secure") || strings.Contains(got, "Domain") || begun.Header.Get("Strict-Transport-Security") != "" {
				t.Errorf("the cookie is %q, HSTS %q", got, begun.Header.Get("Strict-Transport-Security"))
			}
			b.SignIn(apptest.Owner, allScopes...)
			before := snapshot(t, p)
			for _, r := range pages() {
				with := b.Send(r.method, r.path, nil, nil)
				b.Header = nil
				without := b.Send(r.method, r.path, nil, nil)
				b.Header = forged()
				if with.Status != without.Status || with.Location() != without.Location() || strings.Contains(with.Body, "evil") || strings.Contains(with.Body, "mallory") {
					t.Errorf("%s: %s, without the headers %d to %q", r.path, with, without.Status, without.Location())
				}
			}
			if diff := cmp.Diff(before, snapshot(t, p)); diff != "" {
				t.Errorf("a GET changed something:\n%s", diff)
			}
			b.PostJSON(changeables[0], nil, http.StatusOK, nil)
			page := b.Send("GET", "/ledger?format=json", nil, nil)
			if !strings.Contains(page.Body, `"from": "127.0.0.1"`) || strings.Contains(page.Body, "203.0.113.7") || strings.Contains(page.Body, "mallory") {
				t.Errorf("the ledger believes it: %s", page)
			}
		})
	}
}

// TestForgedClientAddress: the ledger names whom the trusted proxy saw, not
// whom the client claims to be; and without a trusted proxy, who connected.
func TestForgedClientAddress(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ proxies, forwarded, want string }{
		"nobody is trusted":                   {"", "203.0.113.7", "127.0.0.1"},
		"somebody else is trusted":            {"192.0.2.1", "203.0.113.7", "127.0.0.1"},
		"a proxy says":                        {"127.0.0.0/8", "203.0.113.7", "203.0.113.7"},
		"a proxy adds to what it was told":    {"127.0.0.0/8", "198.51.100.1, 203.0.113.7", "203.0.113.7"},
		"a proxy adds to one of our own":      {"127.0.0.0/8", "127.0.0.9, 203.0.113.7", "203.0.113.7"},
		"a proxy passes on what is no number": {"127.0.0.0/8", "<script>", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := map[string]string{}
			if tt.proxies != "" {
				config["TRUSTED_PROXIES"] = tt.proxies
			}
			p := apptest.Start(t, apptest.Options{Config: config})
			b := p.Browser(t)
			b.Header = http.Header{"X-Forwarded-For": {tt.forwarded}}
			b.SignIn(apptest.Owner)
			if page := b.Send("GET", "/ledger?format=json", nil, nil); !strings.Contains(page.Body, `"from": "`+tt.want+`"`) {
				t.Errorf("want %s: %s", tt.want, page)
			}
		})
	}
}

// TestForgedHost: a request for another host gets no address of that host.
func TestForgedHost(t *testing.T) {
	t.Parallel()
	p, b := start(t)
	for _, path := range []string{"/", "/login", "/settings", "/orgs/acme/packages", "/users/acme/packages", "/orgs/acme/packages?format=json", "/logout", "/nowhere"} {
		for _, cookie := range []string{"", sessionCookie(t, b)} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "evil.example"
			r.Header.Set("Cookie", cookie)
			status, header, body := knock(t, r)
			if strings.Contains(header, "evil.example") || strings.Contains(body, "evil.example") {
				t.Errorf("%s: %d\n%s\n%s", path, status, header, body)
			}
		}
	}
}

// TestNoCORS: no other site's script reads anything of ours, whatever it asks
// for and however.
func TestNoCORS(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	for _, r := range append(pages(), actions()...) {
		for _, method := range []string{"OPTIONS", "GET", r.method} {
			for _, origin := range []string{"https://evil.example", "null"} {
				page := b.Send(method, r.path, nil, http.Header{
					"Origin": {origin}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"cors"},
					"Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"content-type"},
				})
				for name := range page.Header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s %s allows %s: %s", method, r.path, name, page.Header.Get(name))
					}
				}
			}
		}
	}
}
