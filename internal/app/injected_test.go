package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/middleware"
)

// knock sends one request outside of a browser, and follows nothing. The
// answer's header is as one text.
func knock(t *testing.T, r *http.Request) (status int, header, body string) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	if err := answer.Header.Write(&all); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, all.String(), string(content)
}

// TestHeaderInjection: a line break in what somebody sends begins no header of
// the answer, wherever it is put.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	for _, end := range []string{"\r\n", "\n", "\u560d\u560a"} {
		evil := "x" + end + "X-Injected: 1" + end + "Set-Cookie: stockroom=planted" + end + end + "<script>"
		query, path := url.QueryEscape(evil), url.PathEscape(evil)
		for _, to := range []string{
			"/login?return_to=/" + query, "/login?scope=" + query, "/login/callback?state=" + query + "&code=" + query,
			"/login/callback?error=" + query + "&state=" + query, "/" + path, "/orgs/" + path + "/packages", "/orgs/acme/packages?q=" + query,
			"/orgs/acme/packages?format=csv&q=" + query, "/orgs/acme/packages?format=" + query, "/orgs/acme/packages?state=" + query,
			"/orgs/acme/packages/npm/" + path, "/orgs/acme/packages/npm/" + path + "/-/delete", "/users/acme/packages?q=" + query,
			"/ledger/" + path, "/ledger?format=csv&actor=" + query, "/operations/" + path, "/settings?saved=" + query, "/static/" + path,
		} {
			for _, page := range []*apptest.Page{b.Send("GET", to, nil, nil), p.Browser(t).Send("GET", to, nil, nil), b.HTMX("GET", to, nil)} {
				checkNothingInjected(t, to, page)
			}
		}
		for _, r := range actions() {
			form := url.Values{}
			for _, name := range []string{"confirm", "reason", "return_to", "from", "name", "path", "session", "language", "theme", "item", "all", "action"} {
				form.Set(name, evil)
			}
			checkNothingInjected(t, r.path, b.Send("POST", r.path, form, nil))
			checkNothingInjected(t, r.path, b.HTMX("POST", r.path, form))
		}
	}
	for line := range strings.Lines(p.Log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("the log has a line that we did not begin: %q", line)
		}
	}
}

func checkNothingInjected(t *testing.T, what string, page *apptest.Page) {
	t.Helper()
	if page.Header.Get("X-Injected") != "" || strings.Contains(strings.Join(page.Header.Values("Set-Cookie"), "\n"), "planted") || page.Status >= 500 {
		t.Errorf("%s: %s with %v", what, page, page.Header)
	}
	if strings.Contains(page.Header.Get("Content-Disposition"), "njected") {
		t.Errorf("%s names the file %q", what, page.Header.Get("Content-Disposition"))
	}
	if page.Status == http.StatusOK || page.Status == http.StatusSeeOther {
		for _, c := range page.Location() {
			if c < ' ' {
				t.Errorf("%s leads to %q", what, page.Location())
			}
		}
	}
}

// TestNoOpenRedirect: no address and no form of ours leads a browser elsewhere.
func TestNoOpenRedirect(t *testing.T) {
	t.Parallel()
	p, in := start(t, allScopes...)
	out := p.Browser(t)
	elsewhere := []string{
		"//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example", "https:evil.example", "/%2fevil.example",
		"/%5cevil.example", "/.//evil.example", "//evil.example/%2e%2e", "/orgs/../..//evil.example", "/;@evil.example", "/@evil.example",
		"/\tevil.example", "http://127.0.0.1@evil.example", "/packages//evil.example", "?//evil.example", "data:text/html,x", "javascript:alert(1)",
	}
	for i, to := range elsewhere {
		if strings.HasPrefix(to, "/") && !strings.Contains(to, "\t") {
			for _, b := range []*apptest.Browser{in, out} {
				checkLeadsHome(t, p, to, b.Send("GET", p.URL+strings.ReplaceAll(to, `\`, "%5c"), nil, nil))
				checkLeadsHome(t, p, to, b.Send("GET", p.URL+strings.ReplaceAll(to, `\`, "%5c")+"/", nil, nil))
			}
		}
		for _, r := range actions() {
			if strings.HasSuffix(r.path, "/sessions/revoke") || i%6 != 0 {
				continue // it signs out; and a few of them are enough for what no form reads
			}
			form := url.Values{}
			for name, all := range r.form {
				form[name] = all
			}
			for _, name := range []string{"return_to", "next", "redirect", "from", "url"} {
				form.Set(name, to)
			}
			header := http.Header{"Referer": {to}, "Hx-Current-Url": {to}}
			checkLeadsHome(t, p, r.path, in.Send("POST", r.path, form, header))
			checkLeadsHome(t, p, r.path, out.Send("POST", r.path, form, header))
		}
		signIn := p.Browser(t)
		signIn.Approve(apptest.Owner)
		callback := signIn.Send("GET", signIn.Send("GET", "/login?"+url.Values{"return_to": {to}}.Encode(), nil, nil).Location(), nil, nil).Location()
		checkLeadsHome(t, p, "the sign-in", signIn.Send("GET", callback, nil, nil))
		checkLeadsHome(t, p, "the views", in.Send("POST", "/settings/views", url.Values{"name": {"x"}, "path": {to}}, nil))
		checkLeadsHome(t, p, "logging out", out.Send("POST", "/logout", url.Values{"return_to": {to}}, nil))
	}
}

// checkLeadsHome resolves where a page leads to as browsers do, which take
// backslashes for slashes and skip control characters.
func checkLeadsHome(t *testing.T, p *apptest.Portal, what string, page *apptest.Page) {
	t.Helper()
	for _, to := range []string{page.Location(), page.Header.Get("HX-Redirect"), page.Header.Get("HX-Location"), page.Header.Get("Refresh")} {
		as := strings.NewReplacer(`\`, "/", "\t", "", "\r", "", "\n", "").Replace(to)
		if u, err := page.URL.Parse(as); err != nil || "http://"+u.Host != p.URL {
			t.Errorf("%s leads to %q", what, to)
		}
	}
}

// TestMixedUpSignIns: of two sign-ins that are on their way in one browser each
// takes its own code, and neither takes what GitHub never sent for it.
func TestMixedUpSignIns(t *testing.T) {
	t.Parallel()
	for name, mix := range map[string]func(first, second url.Values){
		"the other's code":     func(first, second url.Values) { first.Set("code", second.Get("code")) },
		"both codes":           func(first, second url.Values) { first["code"] = []string{second.Get("code"), first.Get("code")} },
		"both states":          func(first, second url.Values) { first["state"] = []string{second.Get("state"), first.Get("state")} },
		"halves of the states": func(first, second url.Values) { first.Set("state", first.Get("state")[:8]+second.Get("state")[8:]) },
		"a code and an error":  func(first, _ url.Values) { first.Set("error", "access_denied") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apptest.Start(t, apptest.Options{})
			b := p.Browser(t)
			first := toGitHub(t, b, apptest.Owner).Query()
			second := toGitHub(t, b, apptest.Stranger).Query()
			mix(first, second)
			if page := b.Send("GET", "/login/callback?"+first.Encode(), nil, nil); page.Status < 400 || page.Status > 499 {
				t.Errorf("%s", page)
			}
			if page := b.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
				t.Errorf("somebody is signed in: %s", page)
			}
		})
	}
}

// TestAnothersCallbackWhileSignedIn: following an address with which somebody
// else's sign-in ends leaves whoever is in as who they are.
func TestAnothersCallbackWhileSignedIn(t *testing.T) {
	t.Parallel()
	p, b := start(t)
	before := sessionCookie(t, b)
	back := toGitHub(t, p.Browser(t), apptest.Stranger)
	if page := b.Send("GET", back.String(), nil, nil); page.Status != http.StatusBadRequest {
		t.Errorf("%s", page)
	}
	if page := b.Get("/settings"); !page.HasText(apptest.Owner) || sessionCookie(t, b) != before {
		t.Errorf("the session is another: %s", page)
	}
}

// endless is a body that goes on for as long as it is read, and counts.
type endless struct {
	begin io.Reader
	more  string
	read  int
}

// Read returns what it begins with, then more again and again.
func (e *endless) Read(b []byte) (int, error) {
	n, err := e.begin.Read(b)
	if err != nil {
		n = copy(b, e.more)
	}
	e.read += n
	return n, nil
}

// TestOversizedBodies: of no body more than a megabyte is read, in whatever way
// it is sent; where it says itself that it is larger, or is no form, none of it.
func TestOversizedBodies(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	cookie, before := sessionCookie(t, b), snapshot(t, p)
	const form = "application/x-www-form-urlencoded"
	more := strings.Repeat("x", 32<<10)
	for _, r := range append(actions(), route{method: "POST", path: "/logout"}) {
		for _, tt := range []struct {
			name, kind string
			length     int64
			read       int
			want       int // 0: it does not need to read a form
		}{
			{"announced", form, middleware.MaxBody + 1, 0, http.StatusRequestEntityTooLarge},
			{"announced, in parts", "multipart/form-data; boundary=b", middleware.MaxBody + 1, 0, http.StatusRequestEntityTooLarge},
			{"endless", form, -1, middleware.MaxBody + 1, 0},
			{"endless, in parts", "multipart/form-data; boundary=b", -1, 0, http.StatusUnsupportedMediaType},
			{"endless JSON", "application/json", -1, 0, http.StatusUnsupportedMediaType},
		} {
			if tt.want == 0 && r.path == "/logout" {
				continue // it reads nothing, and signs out
			}
			body := &endless{begin: strings.NewReader(r.form.Encode() + "&padding="), more: more}
			request := httptest.NewRequestWithContext(t.Context(), r.method, r.path, body)
			request.ContentLength = tt.length
			request.Header = http.Header{"Cookie": {cookie}, "Content-Type": {tt.kind}, "Sec-Fetch-Site": {"same-origin"}}
			answer := httptest.NewRecorder()
			p.App.Handler.ServeHTTP(answer, request)
			if body.read > tt.read || tt.want != 0 && answer.Code != tt.want {
				t.Errorf("%s %s, %s: status %d, %d bytes were read", r.method, r.path, tt.name, answer.Code, body.read)
			}
		}
	}
	if diff := cmp.Diff(before, snapshot(t, p)); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	if !opens(t, p, cookie) {
		t.Error("the session was ended")
	}
}
