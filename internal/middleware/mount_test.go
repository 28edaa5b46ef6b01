package middleware_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/middleware"
)

// mounted is a portal below /tools/stockroom that answers with what it was asked.
func mounted(t *testing.T, inside http.HandlerFunc) http.Handler {
	t.Helper()
	probe := func(path string) bool { return path == "/healthz" }
	return middleware.Mount("/tools/stockroom", probe, func(w http.ResponseWriter, _ *http.Request, err error) {
		if fault.CodeOf(err) != fault.CodeNoPage {
			t.Errorf("answered with %v", err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<a href="/">No such page</a>`)
	})(inside)
}

func TestMountTakesThePathOff(t *testing.T) {
	t.Parallel()
	h := mounted(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.RequestURI()) })
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/tools/stockroom/", "/", 200},
		{"/tools/stockroom/orgs/acme/packages?q=a%2Fb", "/orgs/acme/packages?q=a%2Fb", 200},
		{"/tools/stockroom/orgs/acme/packages/npm/@acme%2Fapp", "/orgs/acme/packages/npm/@acme%2Fapp", 200},
		{"/tools/stockroom/tools/stockroom/", "/tools/stockroom/", 200},
		{"/tools/stockroom/healthz", "/healthz", 200},
		{"/healthz", "/healthz", 200},
		{"/", `<a href="/tools/stockroom/">No such page</a>`, 404},
		{"/orgs/acme/packages", `<a href="/tools/stockroom/">No such page</a>`, 404},
		{"/tools/stockroomy", `<a href="/tools/stockroom/">No such page</a>`, 404},
		{"/tools%2Fstockroom/", "404 page not found\n", 404},
	} {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, c.path, nil))
		if answer.Code != c.status || answer.Body.String() != c.body {
			t.Errorf("%s: %d %q", c.path, answer.Code, answer.Body)
		}
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/tools/stockroom", nil))
	if answer.Code != http.StatusPermanentRedirect || answer.Header().Get("Location") != "/tools/stockroom/" {
		t.Errorf("without the slash: %d to %q", answer.Code, answer.Header().Get("Location"))
	}
}

func TestMountPutsThePathBeforeAddresses(t *testing.T) {
	t.Parallel()
	const page = `<html><a class="name" href="/orgs/acme">/orgs/acme</a><a href="#main"></a><a href="https://github.com/"></a><use href="/static/o.svg#x"/>
<script src="/static/app.js"></script><form action="/logout" hx-post="/logout"><input name="return_to" value="/ledger"></form><div hx-get="/operations/badge"></div>
a text that says  href=&#34;/orgs&#34; or href=/orgs</html>`
	const want = `<html><a class="name" href="/tools/stockroom/orgs/acme">/orgs/acme</a><a href="#main"></a><a href="https://github.com/"></a><use href="/tools/stockroom/static/o.svg#x"/>
<script src="/tools/stockroom/static/app.js"></script><form action="/tools/stockroom/logout" hx-post="/tools/stockroom/logout"><input name="return_to" value="/ledger"></form><div hx-get="/tools/stockroom/operations/badge"></div>
a text that says  href=&#34;/orgs&#34; or href=/orgs</html>`
	for _, c := range []struct{ name, kind, body, want, location, to string }{
		{"a page", "text/html; charset=utf-8", page, want, "", ""},
		{"a script", "text/javascript", page, page, "", ""},
		{"JSON", "application/json", `{"path": "/orgs/acme", "html": " href=\"/x"}`, `{"path": "/orgs/acme", "html": " href=\"/x"}`, "", ""},
		{"a redirect", "", "", "", "/ledger", "/tools/stockroom/ledger"},
		{"a redirect to GitHub", "", "", "", "https://github.com/login/oauth", "https://github.com/login/oauth"},
		{"a page after a redirect", "text/html", page, want, "/", "/tools/stockroom/"},
	} {
		answer := httptest.NewRecorder()
		mounted(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			if c.location != "" {
				w.Header().Set("Location", c.location)
				w.Header().Set("HX-Redirect", c.location)
				w.WriteHeader(http.StatusSeeOther)
			}
			for i := range len(c.body) { // as slowly as a writer can
				_, _ = io.WriteString(w, c.body[i:i+1])
			}
		}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/tools/stockroom/", nil))
		if got := answer.Body.String(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		for _, name := range []string{"Location", "Hx-Redirect"} {
			if got := answer.Header().Get(name); got != c.to {
				t.Errorf("%s: %s leads to %q", c.name, name, got)
			}
		}
	}
}
