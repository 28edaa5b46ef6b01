package ghfake

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The ids of the first versions in the small world, both owners.
const (
	idLatest  = "70000001" // sha256:a, tagged 1 and latest
	idTagged  = "70000002" // sha256:b, tagged 2
	idPlain   = "70000003" // sha256:c
	idPopular = "70000009" // 5,001 downloads
	idBarely  = "70000010" // 5,000 downloads
	idSingle  = "70000011"
)

const orgPkg, orgVersions = "/orgs/acme/packages/", "/orgs/acme/packages/container/api%2Fgateway/versions"

// refusalCase is one request that GitHub refuses.
type refusalCase struct {
	name    string
	setup   func(fixture)
	login   string // empty: olivia
	scopes  string // empty: all; "-": anonymous
	request string
	status  int
	want    string // GitHub's sentence
	docs    string // the end of documentation_url; empty: not looked at
	header  [2]string
}

func scopeRefusals() []refusalCase {
	needDelete := "You need at least delete:packages and read:packages scopes to "
	return []refusalCase{
		{name: "anonymous", scopes: "-", request: "GET /user/packages?package_type=npm", status: 401, want: "Requires authentication"},
		{name: "list without scope", scopes: "read:org", request: "GET /user/packages?package_type=npm", status: 403,
			want: "You need at least read:packages scope to list packages.", docs: "#list-packages-for-the-authenticated-users-namespace",
			header: [2]string{"X-Accepted-Oauth-Scopes", "read:packages"}},
		{name: "versions without scope", scopes: "read:org", request: "GET " + orgVersions, status: 403,
			want: "You need at least read:packages scope to get a package's versions.", header: [2]string{"X-Oauth-Scopes", "read:org"}},
		{name: "delete version without scope", scopes: "read:packages", request: "DELETE " + orgVersions + "/" + idPlain, status: 403,
			want: needDelete + "delete a package version.", docs: "#delete-package-version-for-an-organization"},
		{name: "write does not include delete", scopes: "write:packages", request: "DELETE " + orgPkg + "npm/lib", status: 403,
			want: needDelete + "delete a package.", header: [2]string{"X-Accepted-Oauth-Scopes", "delete:packages, read:packages"}},
		{name: "delete does not include read", scopes: "delete:packages", request: "DELETE " + orgPkg + "npm/lib", status: 403,
			want: needDelete + "delete a package."},
		{name: "restore without scope", scopes: "read:packages delete:packages", request: "POST " + orgPkg + "npm/lib/restore", status: 403,
			want: "You need at least write:packages and read:packages scopes to restore a package."},
		{name: "repository-scoped without repo", scopes: "read:packages delete:packages", request: "DELETE " + orgPkg + "maven/com.acme.core", status: 403,
			want: "You need at least delete:packages, read:packages and repo scopes to delete a package."},
		{name: "organizations without scope", scopes: "read:packages", request: "GET /user/memberships/orgs", status: 403, want: msgReadOrg},
		{name: "dead token", setup: func(f fixture) { f.RevokeUser("olivia") }, request: "GET /user", status: 401, want: "Bad credentials"},
	}
}

func notFoundRefusals() []refusalCase {
	return []refusalCase{
		{name: "no package", request: "GET " + orgPkg + "npm/nothing", status: 404, want: "Package not found.", docs: "#get-a-package-for-an-organization"},
		{name: "name in other case", request: "GET " + orgPkg + "npm/LIB", status: 404, want: "Package not found."},
		{name: "no version", request: "DELETE " + orgVersions + "/1", status: 404, want: "Package version not found."},
		{name: "user below orgs", request: "GET /orgs/olivia/packages?package_type=npm", status: 404, want: "Not Found"},
		{name: "organization below users", request: "GET /users/acme/packages?package_type=npm", status: 404, want: "Not Found"},
		{name: "raw slash", request: "GET " + orgPkg + "container/api/gateway", status: 404, want: "Not Found"},
		{name: "trailing slash", request: "GET " + orgPkg + "npm/lib/", status: 404, want: "Not Found"},
		{name: "double slash", request: "GET " + orgPkg + "npm//lib", status: 404, want: "Not Found"},
		{name: "wrong method", request: "PUT " + orgPkg + "npm/lib", status: 404, want: "Not Found"},
		{name: "member has no right to delete", login: "marco", request: "DELETE " + orgPkg + "npm/lib", status: 404, want: "Package not found."},
		{name: "member has no right to restore", login: "marco", setup: deleteLib, request: "POST " + orgPkg + "npm/lib/restore", status: 404, want: "Package not found."},
		{name: "member reads no restricted package", login: "marco", request: "GET " + orgPkg + "npm/secret", status: 404, want: "Package not found."},
		{name: "outsider reads no private package", login: "sam", request: "GET " + orgPkg + "npm/lib", status: 404, want: "Package not found."},
		{name: "private maven without repo", scopes: "read:packages", request: "GET " + orgPkg + "maven/com.acme.core", status: 404, want: "Package not found."},
		{name: "deleted package", setup: deleteLib, request: "GET " + orgPkg + "npm/lib", status: 404, want: "Package not found."},
		{name: "versions of a deleted package", setup: deleteLib, request: "GET " + orgPkg + "npm/lib/versions", status: 404, want: "Package not found."},
		{name: "delete twice", setup: deleteLib, request: "DELETE " + orgPkg + "npm/lib", status: 404, want: "Package not found."},
		{name: "restore what is there", request: "POST " + orgPkg + "npm/lib/restore", status: 404, want: "Package not found."},
		{name: "membership of a stranger", request: "GET /orgs/acme/memberships/sam", status: 404, want: "Not Found"},
		{name: "membership seen by a stranger", login: "sam", request: "GET /orgs/acme/memberships/marco", status: 403,
			want: "You must be a member of Acme to see membership information for marco."},
	}
}

func ruleRefusals() []refusalCase {
	late := func(f fixture) { f.clock.advance(30 * day) }
	deleteVersion := func(f fixture) {
		f.DeleteVersionNow(ref(f.t, ghpkg.Organization, "acme", ghpkg.Container, "api/gateway"), 70_000_003)
	}
	return []refusalCase{
		{name: "type missing", request: "GET /orgs/acme/packages", status: 400, want: "Invalid argument.", docs: "#list-packages-for-an-organization"},
		{name: "type unknown", request: "GET /orgs/acme/packages?package_type=cargo", status: 400, want: "Invalid argument."},
		{name: "beyond row 10,000", request: "GET /orgs/acme/packages?package_type=npm&per_page=100&page=101", status: 400,
			want: "The value of `per_page` multiplied by `page` cannot be greater than 10000."},
		{name: "last version", request: "DELETE " + orgPkg + "rubygems/single/versions/" + idSingle, status: 400, want: msgLastVersion},
		{name: "last tagged version", setup: func(f fixture) {
			f.DeleteVersionNow(ref(f.t, ghpkg.Organization, "acme", ghpkg.Container, "api/gateway"), 70_000_001)
		},
			request: "DELETE " + orgVersions + "/" + idTagged, status: 400, want: msgLastTagged},
		{name: "popular version", request: "DELETE " + orgPkg + "nuget/Popular/versions/" + idPopular, status: 400, want: msgDownloads},
		{name: "popular package", request: "DELETE " + orgPkg + "nuget/Popular", status: 400, want: msgPackageDownloads},
		{name: "restore a package too late", setup: func(f fixture) { deleteLib(f); late(f) }, request: "POST " + orgPkg + "npm/lib/restore", status: 404, want: "Package not found."},
		{name: "restore a version too late", setup: func(f fixture) { deleteVersion(f); late(f) }, request: "POST " + orgVersions + "/" + idPlain + "/restore", status: 404,
			want: "Package version not found."},
		{name: "restore a version that is there", request: "POST " + orgVersions + "/" + idPlain + "/restore", status: 404, want: "Package version not found."},
		{name: "name taken again", setup: takeLib, request: "POST " + orgPkg + "npm/lib/restore", status: 400, want: msgNameReused},
		{name: "name taken again, the other guess", setup: func(f fixture) { takeLib(f); f.SetReusedStatus(422) }, request: "POST " + orgPkg + "npm/lib/restore", status: 422, want: msgNameReused},
		{name: "version published again", setup: func(f fixture) { deleteVersion(f); f.AddVersion(500_001, Version{Name: "sha256:c"}) },
			request: "POST " + orgVersions + "/" + idPlain + "/restore", status: 400, want: msgVersionReused},
		{name: "SAML", login: "sam", request: "GET /orgs/initech/packages?package_type=npm", status: 403, want: msgSAML},
		{name: "SAML, one package", login: "sam", request: "GET /orgs/initech/packages/npm/closed", status: 403, want: msgSAML},
		{name: "app restriction", login: "sam", request: "GET /orgs/umbrella/packages?package_type=npm", status: 403,
			want: "Although you appear to have the correct authorization credentials, the `umbrella` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited. For more information on these restrictions, including how to enable this app, visit https://docs.github.com/articles/restricting-access-to-your-organization-s-data/"},
	}
}

func deleteLib(f fixture) {
	f.DeletePackageNow(ref(f.t, ghpkg.Organization, "acme", ghpkg.NPM, "lib"))
}

func takeLib(f fixture) {
	deleteLib(f)
	f.AddPackage(Package{Owner: "acme", Type: ghpkg.NPM, Name: "lib"}, Version{Name: "1"})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range append(append(scopeRefusals(), notFoundRefusals()...), ruleRefusals()...) {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.check(start(t))
		})
	}
}

func (tc refusalCase) check(f fixture) {
	login, scopes := "olivia", allScopes()
	if tc.login != "" {
		login = tc.login
	}
	if tc.scopes != "" {
		scopes = strings.Fields(tc.scopes)
	}
	token := ""
	if tc.scopes != "-" {
		token = f.Token(login, scopes...)
	}
	if tc.setup != nil {
		tc.setup(f)
	}
	before := f.snapshot()
	got := f.do(token, tc.request)
	if got.status != tc.status || got.message() != tc.want {
		f.t.Errorf("got %d %q\nwant %d %q", got.status, got.message(), tc.status, tc.want)
	}
	if !strings.Contains(got.body, tc.docs+`","status"`) {
		f.t.Errorf("documentation_url does not end in %q: %s", tc.docs, got.body)
	}
	if name := tc.header[0]; name != "" && got.header.Get(name) != tc.header[1] {
		f.t.Errorf("%s = %q, want %q", name, got.header.Get(name), tc.header[1])
	}
	if diff := cmp.Diff(before, f.snapshot()); diff != "" {
		f.t.Errorf("a refused request changed the world (-before +after):\n%s", diff)
	}
}

// snapshot returns when each package and version was deleted, by id.
func (f fixture) snapshot() map[int64]time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[int64]time.Time{}
	for _, p := range f.world.packages {
		all[p.ID] = p.DeletedAt
		for _, v := range p.versions {
			all[v.ID] = v.DeletedAt
		}
	}
	return all
}

func TestClosedOrganizations(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("sam", allScopes()...)

	list := f.do(token, "GET /user/memberships/orgs")
	if got := list.names(t); len(got) != 0 {
		t.Errorf("memberships = %v, want none", got)
	}
	// The app restriction is passed over in silence, SAML is named by id.
	if got, want := list.header.Get("X-GitHub-SSO"), "partial-results; organizations=1006"; got != want {
		t.Errorf("X-GitHub-SSO = %q, want %q", got, want)
	}
	refused := f.do(token, "GET /orgs/initech/packages?package_type=npm")
	if got, want := refused.header.Get("X-GitHub-SSO"), "required; url="+f.URL+"/orgs/initech/sso?authorization_request="; !strings.HasPrefix(got, want) {
		t.Errorf("X-GitHub-SSO = %q, want %q…", got, want)
	}

	f.SetSSO("sam", "initech", true)
	f.SetOrg("umbrella", func(o *Org) { o.AppRestricted = false })
	for _, org := range []string{"initech", "umbrella"} {
		if got := f.do(token, "GET /orgs/"+org+"/packages?package_type=npm").status; got != http.StatusOK {
			t.Errorf("%s: status %d after it was opened", org, got)
		}
	}
	if got := f.do(f.Token("marco", allScopes()...), "GET /orgs/initech/packages?package_type=npm"); got.status != http.StatusOK || got.body != "[]" {
		t.Errorf("an outsider gets %d %s, want what is public", got.status, got.body)
	}
}
