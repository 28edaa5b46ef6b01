package app_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// The three ways in which GitHub addresses packages, each with a name that a
// path is easily broken by.
func namespaces() []struct {
	name, prefix, pkg string
	kind              ghpkg.OwnerKind
	owner             string
} {
	return []struct {
		name, prefix, pkg string
		kind              ghpkg.OwnerKind
		owner             string
	}{
		{"organization, slash and at", "/orgs/acme", "@acme/deep/app", ghpkg.Organization, "acme"},
		{"organization, percent and space", "/orgs/acme", "100% a b%2Fc", ghpkg.Organization, "acme"},
		{"organization, dots", "/orgs/acme", "..com.acme..core..", ghpkg.Organization, "acme"},
		{"organization, unicode", "/orgs/acme", "größe/포장-📦", ghpkg.Organization, "acme"},
		{"organization, signs of a query", "/orgs/acme", "a?b#c&d=e+f;g", ghpkg.Organization, "acme"},
		{"viewer", "/user", "@olivia/a.b%20c d", ghpkg.User, apptest.Owner},
		{"another user", "/users/otto", "tools/ü?@v1.0%", ghpkg.User, apptest.Stranger},
	}
}

// TestOperations reaches each of GitHub's 27 operations by an address of ours,
// and looks at what arrives there.
func TestOperations(t *testing.T) {
	t.Parallel()
	for _, ns := range namespaces() {
		t.Run(ns.name, func(t *testing.T) {
			t.Parallel()
			p, b := operationsWorld(t, ns.owner, ns.pkg)
			ref := refOf(t, ns.kind, ns.owner, ghpkg.Container, ns.pkg)
			version := versionOf(t, ref, 9002)
			at := ns.prefix + "/packages/container/" + url.PathEscape(ns.pkg)
			confirm := url.Values{"confirm": {ns.pkg}}
			// In this order: each step finds what the one before left.
			for _, step := range []struct {
				name, method, path string
				form               url.Values
				want               string
			}{
				{"packages", "GET", link.Packages(ref.Owner()) + "?type=container", nil, "GET " + ns.prefix + "/packages?package_type=container&per_page=100"},
				{"conflicts", "GET", link.Conflicts(ref.Owner()), nil, "GET " + ns.prefix + "/docker/conflicts"},
				{"package", "GET", link.Package(ref), nil, "GET " + at},
				{"versions", "GET", link.Package(ref), nil, "GET " + at + "/versions?per_page=100&state=active"},
				{"deleted versions", "GET", link.Package(ref) + "?state=deleted", nil, "GET " + at + "/versions?per_page=100&state=deleted"},
				{"version", "GET", link.Version(version), nil, "GET " + at + "/versions/9002"},
				{"delete version", "POST", link.DeleteVersion(version), nil, "DELETE " + at + "/versions/9002"},
				{"restore version", "POST", link.RestoreVersion(version), nil, "POST " + at + "/versions/9002/restore"},
				{"delete package", "POST", link.DeletePackage(ref), confirm, "DELETE " + at},
				{"restore package", "POST", link.RestorePackage(ref), nil, "POST " + at + "/restore"},
			} {
				if ns.prefix == "/users/otto" && step.name == "deleted versions" {
					continue // GitHub documents no state below /users
				}
				t.Run(step.name, func(t *testing.T) {
					p.GitHub.ResetRequests()
					b.Send("POST", link.RefreshPackage(ref), nil, nil)
					page := b.Send(step.method, step.path, step.form, nil)
					if page.Status != http.StatusOK && page.Status != http.StatusSeeOther {
						t.Fatal(page)
					}
					checkSent(t, p, step.want)
				})
			}
		})
	}
}

// operationsWorld is Acme's, with one more package, which olivia administers.
func operationsWorld(t *testing.T, owner, name string) (*apptest.Portal, *apptest.Browser) {
	t.Helper()
	p := apptest.Start(t, apptest.Options{Seed: func(s *ghfake.Server) {
		apptest.Acme(s)
		s.AddPackage(ghfake.Package{Owner: owner, Type: ghpkg.Container, Name: name, Admins: []string{apptest.Owner}, Visibility: ghpkg.Public},
			ghfake.Version{ID: 9001, Name: "sha256:1", Tags: []string{"1"}}, ghfake.Version{ID: 9002, Name: "sha256:2", Tags: []string{"2"}})
	}})
	return p, p.SignIn(t, apptest.Owner, allScopes...)
}

// checkSent looks for the request among those that reached GitHub, and at the
// headers of all of them.
func checkSent(t *testing.T, p *apptest.Portal, want string) {
	t.Helper()
	var found *ghfake.Request
	for _, r := range p.GitHub.Requests() {
		if r.String() == want || r.String() == want+"?per_page=100" {
			found = &r
		}
		for name, value := range map[string]string{
			"X-Github-Api-Version": "2022-11-28", "Accept": "application/vnd.github+json", "User-Agent": "Stockroom",
			"Authorization": apptest.Owner, // the log holds whose token it was
		} {
			if got := r.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", r, name, got, value)
			}
		}
	}
	if found == nil {
		t.Fatalf("GitHub was not asked\n\t%s\nbut\n\t%v", want, p.GitHub.Requests())
	}
	if found.Status >= 400 {
		t.Errorf("%s was answered with %d", found, found.Status)
	}
}
