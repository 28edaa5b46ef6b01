package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// A route of the table, as one address that it serves.
type route struct {
	method, path string
	form         url.Values
}

const version = app + "/-/versions/101"

// pages are the addresses for the signed in. Tables also answer JSON and CSV.
func pages() []route {
	return []route{
		{method: "GET", path: "/orgs/acme/packages"},
		{method: "GET", path: "/orgs/acme/packages?state=deleted"},
		{method: "GET", path: "/users/olivia/packages"},
		{method: "GET", path: "/orgs/acme/docker/conflicts"},
		{method: "GET", path: "/users/olivia/docker/conflicts"},
		{method: "GET", path: "/packages"},
		{method: "GET", path: "/packages?state=deleted"},
		{method: "GET", path: "/orgs/acme/bin"},
		{method: "GET", path: "/users/olivia/bin"},
		{method: "GET", path: app},
		{method: "GET", path: app + "?state=deleted"},
		{method: "GET", path: "/users/olivia/packages/npm/@olivia/tool"},
		{method: "GET", path: version},
		{method: "GET", path: app + "/-/delete"},
		{method: "GET", path: gone + "/-/restore"},
		{method: "GET", path: version + "/delete"},
		{method: "GET", path: version + "/restore"},
		{method: "GET", path: "/ledger"},
		{method: "GET", path: "/ledger/none"},
		{method: "GET", path: "/operations/badge"},
		{method: "GET", path: "/operations/none"},
		{method: "GET", path: "/operations"},
		{method: "GET", path: "/settings"},
	}
}

// actions are the addresses that change something.
func actions() []route {
	return []route{
		{method: "POST", path: "/orgs/acme/-/refresh"},
		{method: "POST", path: "/users/olivia/-/refresh"},
		{method: "POST", path: app + "/-/refresh"},
		{method: "POST", path: app + "/-/delete", form: url.Values{"confirm": {"@acme/app"}}},
		{method: "POST", path: gone + "/-/restore"},
		{method: "POST", path: version + "/delete"},
		{method: "POST", path: version + "/restore"},
		{method: "POST", path: "/users/olivia/packages/npm/@olivia/tool/-/delete", form: url.Values{"confirm": {"@olivia/tool"}}},
		{method: "POST", path: "/operations", form: url.Values{"action": {"delete"}, "item": {version}}},
		{method: "POST", path: "/settings", form: url.Values{"language": {"ko"}, "theme": {"dark"}}},
		{method: "POST", path: "/settings/views", form: url.Values{"name": {"stale"}, "path": {"/orgs/acme/packages?q=older:90d"}}},
		{method: "POST", path: "/settings/views/none/delete"},
		{method: "POST", path: "/settings/notices/none/language", form: url.Values{"language": {"ko"}}},
		{method: "POST", path: "/operations/none/start", form: url.Values{"confirm": {"1"}}},
		{method: "POST", path: "/operations/none/pause"},
		{method: "POST", path: "/operations/none/resume"},
		{method: "POST", path: "/operations/none/stop"},
		{method: "POST", path: "/operations/none/retry"},
		{method: "POST", path: "/operations/none/undo"},
		{method: "POST", path: "/operations/none/continue"},
		{method: "POST", path: "/operations/none/remove", form: url.Values{"item": {"1"}}},
		{method: "POST", path: "/operations/none/discard"},
		{method: "POST", path: "/settings/sessions/revoke", form: url.Values{"all": {"1"}}},
	}
}

// TestSignedOut: people are led to the sign-in and back, programs get a 401,
// and GitHub is not asked for anybody.
func TestSignedOut(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{})
	b := p.Browser(t)
	for _, r := range append(pages(), actions()...) {
		page := b.Send(r.method, r.path, r.form, nil)
		if page.Status != http.StatusSeeOther || !strings.HasPrefix(page.Location(), "/login") {
			t.Errorf("%s %s: %d to %q, want the sign-in", r.method, r.path, page.Status, page.Location())
		}
		want := "/login?return_to=" + url.QueryEscape(r.path)
		if r.method == "GET" && page.Location() != want {
			t.Errorf("%s leads to %q, want %q", r.path, page.Location(), want)
		}
		for name, page := range map[string]*apptest.Page{
			"JSON": b.Send(r.method, apptest.WithFormat(r.path, "json"), r.form, nil),
			"CSV":  b.Send(r.method, apptest.WithFormat(r.path, "csv"), r.form, nil),
			"htmx": b.HTMX(r.method, r.path, r.form),
		} {
			if page.Status != http.StatusUnauthorized {
				t.Errorf("%s of %s %s: status %d, want 401", name, r.method, r.path, page.Status)
			}
			checkHeaders(t, name+" of "+r.path, page)
		}
	}
	b.JSON("/", http.StatusUnauthorized, nil)
	if asked := p.GitHub.Requests(); len(asked) != 0 {
		t.Errorf("GitHub was asked %v", asked)
	}
}

// TestCrossSite: no other page makes somebody's browser change anything.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]http.Header{
		"cross-site":      {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"same-site":       {"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://other.example"}},
		"only an origin":  {"Sec-Fetch-Site": nil, "Origin": {"https://evil.example"}},
		"an empty origin": {"Sec-Fetch-Site": nil, "Origin": {"null"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := start(t, allScopes...)
			before := snapshot(t, p)
			for _, r := range append(actions(), route{method: "POST", path: "/logout"}) {
				page := b.Send(r.method, r.path, r.form, header)
				if page.Status != http.StatusForbidden || !page.HasText("came from another site") {
					t.Errorf("%s: %s", r.path, page)
				}
				checkHeaders(t, r.path, page)
			}
			if asked := p.GitHub.Requests(); len(asked) != 0 || snapshot(t, p) != before {
				t.Errorf("GitHub was asked %v", asked)
			}
			page := b.Get("/settings")
			if page.Status != http.StatusOK || page.Doc.Find("html[lang=en]").Length() != 1 || page.Path() != "/settings" {
				t.Errorf("the session or its settings are not what they were: %s", page)
			}
		})
	}
}

// TestWrongMethod: an address takes its own methods, and says which.
func TestWrongMethod(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	before := snapshot(t, p)
	var wrong []route
	for _, r := range append(pages(), actions()...) {
		path, _, _ := strings.Cut(r.path, "?")
		for _, method := range []string{"PUT", "PATCH", "DELETE", "TRACE", "PURGE"} {
			wrong = append(wrong, route{method: method, path: path})
		}
	}
	for _, path := range []string{"/orgs/acme/packages", "/orgs/acme/docker/conflicts", app, version, "/ledger", "/ledger/none", "/login", "/metrics"} {
		wrong = append(wrong, route{method: "POST", path: path})
	}
	for _, path := range []string{"/orgs/acme/-/refresh", app + "/-/refresh", "/settings/sessions/revoke", "/logout", "/operations/none/start"} {
		wrong = append(wrong, route{method: "GET", path: path})
	}
	for _, r := range wrong {
		page := b.Send(r.method, r.path, nil, nil)
		if page.Status != http.StatusMethodNotAllowed || page.Header.Get("Allow") == "" || strings.Contains(page.Header.Get("Allow"), r.method) {
			t.Errorf("%s %s: status %d, Allow %q", r.method, r.path, page.Status, page.Header.Get("Allow"))
		}
		checkHeaders(t, r.path, page)
	}
	if asked := p.GitHub.Requests(); len(changes(asked)) != 0 || snapshot(t, p) != before {
		t.Errorf("GitHub was asked %v", asked)
	}
}

// TestUnknownQuery: a filter that is not known is refused by name, for what it
// would have left out would be shown.
func TestUnknownQuery(t *testing.T) {
	t.Parallel()
	p, b := start(t)
	for _, path := range []string{"/", "/orgs/acme/packages", app, "/orgs/acme/docker/conflicts", "/ledger", "/settings", version, app + "/-/delete", "/ledger/none", "/operations", "/operations/none"} {
		for _, form := range []string{"html", "json"} {
			to := path + "?tpye=npm"
			if form == "json" {
				to = apptest.WithFormat(to, form)
			}
			if form == "json" && path == app+"/-/delete" {
				continue // it has no JSON
			}
			page := b.Send("GET", to, nil, nil)
			if page.Status != http.StatusBadRequest || !strings.Contains(page.Body, "tpye") {
				t.Errorf("%s as %s: %s", path, form, page)
			}
		}
	}
	if asked := p.GitHub.Requests(); len(asked) != 0 {
		t.Errorf("GitHub was asked %v", asked)
	}
}

// TestStranger: who is signed in, but has no rights, sees and changes nothing
// of acme's and olivia's.
func TestStranger(t *testing.T) {
	t.Parallel()
	p, olivia := start(t, allScopes...)
	olivia.PostJSON(version+"/delete", url.Values{"reason": {"leaked a secret"}}, http.StatusOK, nil)
	own := entries(t, olivia, url.Values{"action": {"delete"}})[0]
	otto := p.SignIn(t, apptest.Stranger, allScopes...)
	before := snapshot(t, p)
	for _, r := range append(pages(), append(actions(), route{method: "GET", path: "/ledger/" + own.ID})...) {
		for _, format := range []string{"", "json"} {
			path := r.path
			if format != "" {
				path = apptest.WithFormat(path, format)
			}
			page := otto.Send(r.method, path, r.form, nil)
			if strings.Contains(page.Body, "1.0.0") || strings.Contains(page.Body, "leaked a secret") {
				t.Errorf("%s %s leaks: %s", r.method, path, page)
			}
			if page.Status < 300 && strings.Contains(r.path, "/packages/npm/") && r.path != gone+"/-/restore" && !strings.HasSuffix(r.path, "/-/refresh") {
				t.Errorf("%s %s: %s", r.method, path, page)
			}
			if strings.HasSuffix(r.path, "/sessions/revoke") {
				otto.SignIn(apptest.Stranger, allScopes...)
			}
		}
	}
	if page := otto.Send("GET", "/ledger/"+own.ID, nil, nil); page.Status != http.StatusNotFound {
		t.Errorf("olivia's entry: %s", page)
	}
	if after := snapshot(t, p); after != before {
		t.Errorf("GitHub has\n%s, and had\n%s", after, before)
	}
	if page := olivia.Get("/settings"); !page.HasText(apptest.Owner) || page.Path() != "/settings" {
		t.Errorf("olivia was signed out: %s", page)
	}
}

// TestHeaders looks at the answers that no page handler gives.
func TestHeaders(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	home := b.Get("/")
	checkHeaders(t, "/", home)
	paths := []string{"/healthz", "/readyz", "/metrics", "/login", "/login/callback", "/favicon.ico", "/static/none", "/nowhere", "/orgs/acme/packages?format=csv", "/orgs/acme/packages?format=xml"}
	home.Doc.Find("link[href^='/static/'], script[src^='/static/']").Each(func(_ int, s *goquery.Selection) {
		paths = append(paths, s.AttrOr("href", s.AttrOr("src", "")))
	})
	if len(paths) < 12 {
		t.Errorf("the page has no style or no script: %v", paths)
	}
	for _, path := range paths {
		page := b.Send("GET", path, nil, nil)
		checkHeaders(t, path, page)
		stored := !strings.Contains(page.Header.Get("Cache-Control"), "no-store")
		if static := strings.HasPrefix(path, "/static/") && page.Status == 200; stored && !static && path != "/favicon.ico" {
			t.Errorf("%s may be stored: %q", path, page.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/debug/requests", "/.git/HEAD", "/.env", "/server-status"} {
		if page := b.Send("GET", path, nil, nil); page.Status != http.StatusNotFound {
			t.Errorf("%s: %s", path, page)
		}
	}
	large := b.Send("POST", "/settings", url.Values{"theme": {strings.Repeat("x", 2<<20)}}, nil)
	if large.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("two megabytes: %s", large)
	}
	checkHeaders(t, "too large", large)
	secure := apptest.Start(t, apptest.Options{Config: map[string]string{"BASE_URL": "https://stockroom.example"}})
	page := secure.Browser(t).Send("GET", "/login", nil, nil)
	if page.Header.Get("Strict-Transport-Security") == "" || !strings.Contains(page.Header.Get("Set-Cookie"), "; Secure") {
		t.Errorf("over https: %v", page.Header)
	}
}

// checkHeaders looks at what every answer carries.
func checkHeaders(t *testing.T, what string, page *apptest.Page) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy": "camera=()",
	} {
		if got := page.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	for _, name := range []string{"Server", "X-Powered-By", "Via"} {
		if got := page.Header.Get(name); got != "" {
			t.Errorf("%s tells in %s that it is %q", what, name, got)
		}
	}
	if policy := page.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("%s: the policy is %q", what, policy)
	}
}
