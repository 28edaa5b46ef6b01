package ghfake

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	const npm, maven, nuget = "?package_type=npm", "?package_type=maven", "?package_type=nuget"
	for _, tc := range []struct {
		name, login, scopes, request string
		want                         []string
	}{
		{"owner", "olivia", "read:packages", "/orgs/acme/packages" + npm, []string{"secret", "lib"}},
		{"member", "marco", "read:packages", "/orgs/acme/packages" + npm, []string{"lib"}},
		{"collaborator", "casey", "read:packages", "/orgs/acme/packages" + npm, []string{"lib"}},
		{"stranger", "sam", "read:packages", "/orgs/acme/packages" + npm, []string{}},
		{"stranger, public", "sam", "read:packages", "/orgs/ACME/packages" + nuget, []string{"Popular"}},
		{"write includes read", "olivia", "write:packages", "/orgs/acme/packages" + npm, []string{"secret", "lib"}},
		{"maven without repo", "olivia", "read:packages", "/orgs/acme/packages" + maven, []string{}},
		{"maven with repo", "olivia", "read:packages repo", "/orgs/acme/packages" + maven, []string{"com.acme.core"}},
		{"own namespace", "olivia", "read:packages", "/user/packages" + npm, []string{"secret", "lib"}},
		{"own namespace by name", "olivia", "read:packages", "/users/OLIVIA/packages" + npm, []string{"secret", "lib"}},
		{"another's namespace", "sam", "read:packages", "/users/olivia/packages" + npm, []string{}},
		{"public only", "olivia", "read:packages", "/orgs/acme/packages" + nuget + "&visibility=public", []string{"Popular"}},
		{"private only", "olivia", "read:packages", "/orgs/acme/packages" + nuget + "&visibility=private", []string{}},
		{"internal means private where there is none", "olivia", "read:packages repo", "/orgs/acme/packages" + maven + "&visibility=internal", []string{"com.acme.core"}},
		{"internal is its own elsewhere", "olivia", "read:packages", "/orgs/acme/packages" + npm + "&visibility=internal", []string{}},
		{"undocumented state is ignored", "olivia", "read:packages", "/orgs/acme/packages" + npm + "&state=deleted", []string{"secret", "lib"}},
		{"conflicts", "olivia", "read:packages", "/orgs/acme/docker/conflicts", []string{"old"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			got := f.do(f.Token(tc.login, strings.Fields(tc.scopes)...), "GET "+tc.request)
			if diff := cmp.Diff(tc.want, got.names(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got.body, "version_count") {
				t.Error("a list has version_count")
			}
		})
	}
}

func TestPackageDetail(t *testing.T) {
	t.Parallel()
	f := start(t)
	got := f.do(f.Token("olivia", allScopes()...), "GET /orgs/ACME/packages/container/api%2Fgateway")
	var p struct {
		VersionCount int    `json:"version_count"`
		HTMLURL      string `json:"html_url"`
		URL          string
		Repository   struct {
			FullName string `json:"full_name"`
		}
	}
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatal(err)
	}
	if p.VersionCount != 3 || p.Repository.FullName != "Acme/api" {
		t.Errorf("got %+v", p)
	}
	if want := f.URL + "/orgs/Acme/packages/container/package/api%2Fgateway"; p.HTMLURL != want {
		t.Errorf("html_url = %s, want %s", p.HTMLURL, want)
	}
	if want := f.APIURL + "/orgs/Acme/packages/container/api%2Fgateway"; p.URL != want {
		t.Errorf("url = %s, want %s", p.URL, want)
	}
}

// TestVersionComesBack follows a version through deletion and restore: its
// tags go, and return unless another version took them.
func TestVersionComesBack(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", allScopes()...)
	gateway := ref(t, ghpkg.Organization, "acme", ghpkg.Container, "api/gateway")

	if got := f.do(token, "DELETE "+orgVersions+"/"+idLatest); got.status != http.StatusNoContent || got.body != "" {
		t.Fatalf("delete: %d %s", got.status, got.body)
	}
	if got := f.VersionState(gateway, 70_000_001); got != ghpkg.Deleted {
		t.Errorf("state = %q", got)
	}
	if got := f.do(token, "GET "+orgVersions).names(t); cmp.Diff([]string{"sha256:c", "sha256:b"}, got) != "" {
		t.Errorf("active versions: %v", got)
	}
	deleted := f.do(token, "GET "+orgVersions+"?state=deleted").body
	if !strings.Contains(deleted, `"deleted_at":"2026-03-10T12:00:00Z"`) || !strings.Contains(deleted, `"tags":[]`) {
		t.Errorf("deleted versions: %s", deleted)
	}
	// Other users' namespaces know no state.
	if got := f.do(token, "GET /users/olivia/packages/npm/lib/versions?state=deleted").names(t); len(got) != 2 {
		t.Errorf("state was not ignored: %v", got)
	}

	f.clock.advance(30*day - time.Second)
	f.AddVersion(500_001, Version{Name: "sha256:d", Tags: []string{"latest"}})
	if got := f.do(token, "POST "+orgVersions+"/"+idLatest+"/restore"); got.status != http.StatusNoContent {
		t.Fatalf("restore: %d %s", got.status, got.body)
	}
	if got, want := f.Versions(gateway)[0].Tags, []string{"1"}; cmp.Diff(want, got) != "" {
		t.Errorf("tags after restore = %v, want %v", got, want)
	}
}

func TestPackageComesBack(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", allScopes()...)
	lib := ref(t, ghpkg.Organization, "acme", ghpkg.NPM, "lib")
	for _, step := range []struct {
		request string
		want    ghpkg.State
	}{
		{"DELETE " + orgPkg + "npm/lib", ghpkg.Deleted},
		{"POST " + orgPkg + "npm/lib/restore", ghpkg.Active},
	} {
		if got := f.do(token, step.request).status; got != http.StatusNoContent {
			t.Errorf("%s: %d", step.request, got)
		}
		if got := f.PackageState(lib); got != step.want {
			t.Errorf("%s: state = %q, want %q", step.request, got, step.want)
		}
	}
	if got := f.PackageState(ref(t, ghpkg.Organization, "acme", ghpkg.NPM, "never")); got != "" {
		t.Errorf("state of what never was = %q", got)
	}
}

// TestRulesHaveEdges deletes what is just about allowed.
func TestRulesHaveEdges(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"5,000 downloads":                     "DELETE " + orgPkg + "nuget/Popular/versions/" + idBarely,
		"untagged beside tagged":              "DELETE " + orgVersions + "/" + idPlain,
		"tagged beside tagged":                "DELETE " + orgVersions + "/" + idTagged,
		"package with a single version":       "DELETE " + orgPkg + "rubygems/single",
		"repository-scoped with all scopes":   "DELETE " + orgPkg + "maven/com.acme.core",
		"an owner's package below their name": "DELETE /users/Olivia/packages/npm/lib",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			if got := f.do(f.Token("olivia", allScopes()...), request); got.status != http.StatusNoContent {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	for name, escaped := range map[string]string{
		"a/b": "a%2Fb", "@scope/x": "@scope%2Fx", "a b": "a%20b", "100%": "100%25", "a%2Fb": "a%252Fb", "한국": "%ED%95%9C%EA%B5%AD",
		"..": "%2E%2E", "<script>": "%3Cscript%3E", "versions": "versions",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, func(s *Server) {
				s.AddPackage(Package{Owner: "acme", Type: ghpkg.NPM, Name: name}, Version{Name: "1"})
			})
			got := f.do(f.Token("olivia", allScopes()...), "GET "+orgPkg+"npm/"+escaped)
			var p struct{ Name string }
			if err := json.Unmarshal([]byte(got.body), &p); err != nil || p.Name != name {
				t.Errorf("got %q (%v), want %q", p.Name, err, name)
			}
		})
	}
}

func TestAPIVersion(t *testing.T) {
	t.Parallel()
	f := start(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.APIURL+"/versions", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-GitHub-Api-Version", "2021-01-01")
	if got, err := f.send(r); err != nil || got.status != http.StatusBadRequest {
		t.Errorf("an unknown version: %v, %v", got, err)
	}
}

func TestOutOfBand(t *testing.T) {
	t.Parallel()
	f := start(t)
	lib := ref(t, ghpkg.Organization, "acme", ghpkg.NPM, "lib")
	if !f.DeletePackageNow(lib) || f.DeletePackageNow(lib) || !f.RestorePackageNow(lib) || f.RestorePackageNow(lib) {
		t.Error("a package was not deleted and restored exactly once")
	}
	id := f.Versions(lib)[0].ID
	if !f.DeleteVersionNow(lib, id) || f.DeleteVersionNow(lib, id) || !f.RestoreVersionNow(lib, id) || f.RestoreVersionNow(lib, id) {
		t.Error("a version was not deleted and restored exactly once")
	}
	if !f.SetPackage(lib, func(p *Package) { p.Restricted = true }) {
		t.Error("the package was not found")
	}
	f.RemoveMember("acme", "olivia")
	if got := f.do(f.Token("olivia", allScopes()...), "GET /orgs/acme/packages?package_type=npm").names(t); len(got) != 0 {
		t.Errorf("a former owner sees %v", got)
	}
}
