package ghclient

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestAllOperations sends each of the 27 operations, and looks at what arrived.
func TestAllOperations(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	const name, escaped = "team/api gateway@2.0%", "team%2Fapi%20gateway@2.0%25"
	namespaces := []struct {
		viewer, prefix string
		owner          ghpkg.Owner
	}{
		{"olivia", "/orgs/acme", acme(t)},
		{"olivia", "/user", mustOwner(t, ghpkg.User, "Olivia")},
		{"stranger", "/users/olivia", mustOwner(t, ghpkg.User, "olivia")},
	}
	for _, n := range namespaces {
		ref := mustRef(t, n.owner, ghpkg.NPM, name)
		v := mustVersion(t, ref, 42)
		c := gh.For(fake.Token(n.viewer, allScopes()...), n.viewer)
		ctx := t.Context()
		pkg := n.prefix + "/packages/npm/" + escaped
		operations := []struct {
			want string
			call func()
		}{
			{"GET " + n.prefix + "/docker/conflicts", func() { c.Conflicts(ctx, n.owner) }},
			{"GET " + n.prefix + "/packages?package_type=npm&per_page=100&visibility=private", func() {
				c.PackagePages(ctx, n.owner, ghpkg.NPM, ghpkg.Private, func([]ghpkg.Package) {})
			}},
			{"GET " + pkg, func() { c.Package(ctx, ref) }},
			{"DELETE " + pkg, func() { c.DeletePackage(ctx, ref, 1) }},
			{"POST " + pkg + "/restore", func() { c.RestorePackage(ctx, ref) }},
			{"GET " + pkg + "/versions?per_page=100&state=deleted", func() {
				c.VersionPages(ctx, ref, ghpkg.Deleted, func([]ghpkg.Version) {})
			}},
			{"GET " + pkg + "/versions/42", func() { c.Version(ctx, v) }},
			{"DELETE " + pkg + "/versions/42", func() { c.DeleteVersion(ctx, v) }},
			{"POST " + pkg + "/versions/42/restore", func() { c.RestoreVersion(ctx, v) }},
		}
		for _, o := range operations {
			fake.ResetRequests()
			o.call()
			checkRequest(t, fake.Requests()[0], n.viewer, o.want)
		}
	}
}

func checkRequest(t *testing.T, r ghfake.Request, login, want string) {
	t.Helper()
	got := r.Method + " " + r.EscapedPath
	if r.RawQuery != "" {
		got += "?" + r.RawQuery
	}
	if got != want || r.Login != login {
		t.Errorf("%s asked %s, want %s by %s", r.Login, got, want, login)
	}
	for name, value := range map[string]string{
		"X-GitHub-Api-Version": "2026-03-10",
		"Accept":               "application/vnd.github+json",
		"User-Agent":           "stockroom/test",
	} {
		if got := r.Header.Get(name); got != value {
			t.Errorf("%s: header %s is %q, want %q", want, name, got, value)
		}
	}
}

func TestNamesArriveAsOneSegment(t *testing.T) {
	t.Parallel()
	var arrived string
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		arrived = r.URL.EscapedPath()
		refuseWith(w, http.StatusNotFound, "Not Found")
	})
	names := []string{
		"a", "a/b/c", "@scope/x", "com.example.artifact", "a b", "100%", "a%2Fb", "a%2f..", "%2e%2e", "..a", "a..", "...",
		"a?b", "a#b", "a;b", "a+b", "a&b=c", "a:b", "http://x", "-", "a\\b", "üñî/日本", "\u202egnp", `"><script>`, "preview", "a//b",
	}
	for _, name := range names {
		ref, err := ghpkg.NewRef(acme(t), ghpkg.Container, name)
		if err != nil {
			continue // cannot be a name here, so it cannot go astray
		}
		if _, err := gh.For("t", "olivia").Package(t.Context(), ref); err == nil {
			t.Errorf("%q was found", name)
		}
		rest, ok := strings.CutPrefix(arrived, "/api/v3/orgs/acme/packages/container/")
		if got, err := url.PathUnescape(rest); !ok || strings.Contains(rest, "/") || err != nil || got != name {
			t.Errorf("%q arrived as %s", name, arrived)
		}
	}
}

func FuzzEndpoint(f *testing.F) {
	for _, name := range []string{"a", "a/b", "a%2Fb", "..%2f", "é?#;"} {
		f.Add(name)
	}
	gh := New(options(f, "https://github.com", "https://api.github.com"))
	c := gh.For("t", "")
	f.Fuzz(func(t *testing.T, name string) {
		ref, err := ghpkg.NewRef(acme(t), ghpkg.NPM, name)
		if err != nil {
			return
		}
		v := mustVersion(t, ref, 7)
		for op := range operations {
			e := c.endpointOf(op, versionTarget(v))
			req, err := c.client().NewRequest(e.method, e.path, nil)
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if got := req.URL.EscapedPath(); got != "/"+e.path || strings.Count(got, "/") != strings.Count(e.route, "/") {
				t.Fatalf("%q: %s became %s", name, e.path, got)
			}
			if req.URL.Host != "api.github.com" || req.URL.RawQuery != "" || req.URL.Fragment != "" {
				t.Fatalf("%q leads to %s", name, req.URL)
			}
		}
	})
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, web, api, want string }{
		{"github.com", "https://github.com", "https://api.github.com", "https://api.github.com/orgs/acme/packages/npm/a%2Fb"},
		{"GHE.com", "https://octo.ghe.com", "https://api.octo.ghe.com", "https://api.octo.ghe.com/orgs/acme/packages/npm/a%2Fb"},
		{"GHES", "https://git.corp", "https://git.corp/api/v3", "https://git.corp/api/v3/orgs/acme/packages/npm/a%2Fb"},
		{"GHES with a slash", "https://git.corp", "https://git.corp/api/v3/", "https://git.corp/api/v3/orgs/acme/packages/npm/a%2Fb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got string
			o := options(t, tt.web, tt.api)
			o.Transport = transport(func(r *http.Request) (*http.Response, error) {
				got = r.URL.String()
				return reply(http.StatusOK, `{"id":1}`), nil
			})
			if _, err := New(o).For("t", "").Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "a/b")); err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("asked %s, want %s", got, tt.want)
			}
		})
	}
}
