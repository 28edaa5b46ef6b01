package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestLensesKeepTheFilters: a lens puts its term into the query or takes it out
// again, and is lit where the term is in there; everything else stays.
func TestLensesKeepTheFilters(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	const packages = "/orgs/acme/packages"
	for _, c := range []struct {
		from, lens, to string // queries
		lit            bool
		table          string
	}{
		{"", "Public", "q=visibility:public", false, packages},
		{"q=visibility:public", "Public", "", true, packages},
		{"type=container&q=team&sort=name&per_page=25&page=2", "No repository", "type=container&q=team repo:none&sort=name&per_page=25", false, packages},
		{"type=container&q=team REPO:None", "No repository", "type=container&q=team", true, packages},
		{"repo=core&q=-web", "No repository", "q=-web repo:none", false, packages},
		{"visibility=private&type=npm", "Public", "type=npm&q=visibility:public", false, packages},
		{"visibility=public&type=npm", "Public", "type=npm", true, packages},
		{"visibility=private&q=app", "No release in 90 days", "visibility=private&q=app older:90d&sort=updated", false, packages},
		{"visibility=private&q=app older:90d&sort=updated", "No release in 90 days", "visibility=private&q=app", true, packages},
		{"q=older:90d app&sort=name", "No release in 90 days", "q=app&sort=name", true, packages},
		{"type=npm", "No repository", "type=npm&q=repo:none", false, "/packages"},
		{"q=older:90d", "Untagged", "q=older:90d tag:none", false, web},
		{"q=older:90d is:untagged&sort=name", "Untagged", "q=older:90d&sort=name", true, web},
		{"q=older:90d&state=deleted&per_page=25", "Untagged", "q=older:90d tag:none&state=deleted&per_page=25", false, web},
	} {
		t.Run(c.from+" "+c.lens, func(t *testing.T) {
			page := b.Get(c.table + "?" + valuesOf(t, c.from).Encode())
			to, err := page.Link(c.lens)
			if err != nil {
				t.Fatal(err)
			}
			_, query, _ := strings.Cut(to, "?")
			if diff := gocmp.Diff(valuesOf(t, c.to), valuesOf(t, query)); diff != "" {
				t.Errorf("it leads to %s (-want +got):\n%s", to, diff)
			}
			chip := page.Doc.Find(".chip[aria-current]").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Text()) == c.lens })
			if lit := chip.Length() == 1; lit != c.lit {
				t.Errorf("it is lit: %t", lit)
			}
		})
	}
}

func valuesOf(t *testing.T, query string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestTypesAreCountedUnderTheFilters: the number beside a type is how many rows
// it would show; there is none where that is not known.
func TestTypesAreCountedUnderTheFilters(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	blind := p.SignIn(t, apptest.Owner) // GitHub hides private Maven and Docker packages without the repo scope
	cold := p.SignIn(t, apptest.Owner, allScopes...)
	broken := p.SignIn(t, apptest.Owner, allScopes...)
	b.Get("/orgs/acme/packages")
	b.Get("/users/olivia/packages")
	for _, c := range []struct {
		name, path, want string
		b                *apptest.Browser
	}{
		{"all", "/orgs/acme/packages", "npm 1, maven 1, rubygems 1, docker 1, nuget 1, container 1", b},
		{"part of a name", "/orgs/acme/packages?q=acme", "npm 1, maven 1, rubygems 1, docker 0, nuget 1, container 0", b},
		{"with a type", "/orgs/acme/packages?q=web&type=npm", "npm 0, maven 0, rubygems 0, docker 1, nuget 0, container 1", b},
		{"a repository", "/orgs/acme/packages?repo=core&type=maven&type=npm", "npm 0, maven 1, rubygems 0, docker 0, nuget 0, container 0", b},
		{"of what is not listed", "/orgs/acme/packages?type=npm", "npm 1, maven, rubygems, docker, nuget, container", cold},
		{"by numbers that are not known", "/orgs/acme/packages?q=-versions:unknown&type=npm", "npm 0, maven, rubygems, docker, nuget, container", b},
		{"of what is not known", "/orgs/acme/packages?q=-versions:>5", "npm, maven, rubygems, docker, nuget, container", b},
		{"of what is not known beside", "/orgs/acme/packages?q=-visibility:internal&type=npm", "npm, maven, rubygems, docker, nuget, container", b},
		{"of what is hidden", "/orgs/acme/packages", "npm 1, maven, rubygems 1, docker, nuget 1, container 1", blind},
		{"of all owners", "/packages?q=type:npm,docker", "npm 2, maven 0, rubygems 0, docker 1, nuget 0, container 0", b},
		{"of all owners, with a type", "/packages?type=docker", "npm 2, maven 1, rubygems 1, docker 1, nuget 1, container 1", b},
		{"of what is deleted", "/orgs/acme/packages?state=deleted", "npm, maven, rubygems, docker, nuget, container", b},
		{"of what cannot be read", "/orgs/acme/packages?q=type:", "npm, maven, rubygems, docker, nuget, container", b},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := typeCounts(c.b.Get(c.path)); got != c.want {
				t.Errorf("the types are %s; want %s", got, c.want)
			}
		})
	}
	p.GitHub.Inject(ghfake.Fault{PathPattern: `/orgs/acme/packages$`, Status: http.StatusForbidden})
	if got := typeCounts(broken.Get("/orgs/acme/packages")); strings.Count(got, " 1") != 5 {
		t.Errorf("where one cannot be listed they are %s", got)
	}
	b.PostJSON("/orgs/acme/packages/rubygems/acme_gem/-/delete", url.Values{"confirm": {"acme_gem"}}, http.StatusOK, nil)
	if got, want := typeCounts(b.Get("/orgs/acme/packages?state=deleted&type=npm")), "npm, maven, rubygems 1, docker, nuget, container"; got != want {
		t.Errorf("of what is deleted they are %s; want %s", got, want)
	}
}

// typeCounts are the types of a page's filter with their numbers.
func typeCounts(page *apptest.Page) string {
	var all []string
	page.Doc.Find("fieldset.chips .chip").Each(func(_ int, chip *goquery.Selection) {
		said := chip.Find("input").AttrOr("value", "") + " " + chip.Find(".counter").Text()
		all = append(all, strings.TrimSpace(said))
	})
	return strings.Join(all, ", ")
}

// TestFiltersSayWhatTheyTake: a filter that is not understood is answered with
// what it would have taken; a query with what is wrong in it.
func TestFiltersSayWhatTheyTake(t *testing.T) {
	t.Parallel()
	_, b := start(t, ghpkg.ScopeRepo)
	const packages = "/orgs/acme/packages"
	for path, says := range map[string]string{
		packages + "?per_page=101":               "from 1 to 100",
		packages + "?page=0":                     "from 1 to 1000000",
		"/ledger?per_page=0":                     "from 1 to 100",
		packages + "?type=pip":                   "npm, maven, rubygems, docker, nuget, container",
		packages + "?visibility=secret":          "public, private, internal",
		packages + "?state=gone":                 "active, deleted",
		packages + "?sort=size":                  "name, updated",
		app + "?sort=versions":                   "name, created, updated, days_left",
		packages + "?format=xml":                 "json, csv",
		packages + "?tpye=npm":                   "There is no filter tpye here. Use one of: format, name, notice, page, per_page, q,",
		packages + "?q=a&q=b":                    "only once",
		"/ledger?since=yesterday":                "such as 2026-01-31",
		"/ledger?outcome=fine":                   "done, refused, failed",
		packages + "?q=tag:none":                 "The field “tag” is about versions. Open a package to ask for it there.",
		app + "?q=type:npm":                      "The field “type” is about packages.",
		packages + "?q=older:90":                 "such as 90d",
		packages + "?q=" + url.QueryEscape(`"a`): "not closed",
	} {
		for _, form := range []string{"json", "csv"} {
			to := path
			if !strings.Contains(path, "format=") {
				to = apptest.WithFormat(path, form)
			}
			page := b.Send(http.MethodGet, to, nil, nil)
			if page.Status != http.StatusBadRequest || !strings.Contains(page.Body, says) {
				t.Errorf("%s does not say %q: %s", to, says, page)
			}
		}
	}
}
