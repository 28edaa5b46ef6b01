package bench

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// large fills acme with 10,000 packages and 200,000 versions, of which one
// package has 135,000, and beta with 2,000 packages.
func large(s *ghfake.Server) {
	catalogue(10_000)(s)
	s.AddOrg(ghfake.Org{Login: "beta"})
	s.AddMember("beta", "ada", ghpkg.RoleAdmin)
	for i := range 2_000 {
		s.AddPackage(ghfake.Package{Owner: "beta", Type: ghpkg.NPM, Name: fmt.Sprintf("module-%04d", i)}, ghfake.Version{Name: "1.0.0"})
	}
	for name, n := range map[string]int{"few": 100, "many": 135_000, "rest": 54_000} {
		versions := make([]ghfake.Version, n)
		for i := range versions {
			versions[i] = ghfake.Version{
				Name: fmt.Sprintf("sha256:%064x", i), CreatedAt: time.Now().Add(-time.Duration(i) * time.Minute),
			}
			if i%10 == 0 {
				versions[i].Tags = []string{fmt.Sprintf("v%d", i)}
			}
		}
		s.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.Container, Name: name}, versions...)
	}
}

// against measures two requests in turns, and reports what the second costs in
// units of the first.
func against(b *testing.B, h http.Handler, one, other *http.Request) {
	b.Helper()
	serve(b, h, one)
	serve(b, h, other)
	var first, second time.Duration
	for b.Loop() {
		first += serve(b, h, one)
		second += serve(b, h, other)
	}
	b.ReportMetric(float64(second)/float64(first), "times-the-first")
	b.ReportMetric(float64(second.Microseconds())/float64(b.N), "µs/page")
}

// wholeness is what a table says of itself.
type wholeness struct {
	Complete bool
	Total    int
}

// settledWhole asks until a table is whole.
func settledWhole(b *testing.B, browser *apptest.Browser, path string) {
	b.Helper()
	for range 60 {
		var t wholeness
		browser.JSON(path, http.StatusOK, &t)
		if t.Complete && t.Total > 0 {
			return
		}
	}
	b.Fatalf("%s is never whole", path)
}

// BenchmarkScale compares pages of small and large tables, warm.
func BenchmarkScale(b *testing.B) {
	portal := apptest.Start(b, apptest.Options{Seed: large, Quiet: true})
	browser := portal.SignIn(b, "ada", ghpkg.ScopeRepo)
	for _, path := range []string{
		"/orgs/acme/packages", "/orgs/beta/packages",
		"/orgs/acme/packages/container/few", "/orgs/acme/packages/container/many", "/orgs/acme/packages/container/rest",
	} {
		settledWhole(b, browser, path)
	}
	page := func(path string) *http.Request { return asBrowser(portal, browser, path) }
	list := page("/orgs/acme/packages?per_page=100")
	tests := []struct {
		name       string
		one, other *http.Request
	}{
		{"10000-packages-against-2000", page("/orgs/beta/packages?per_page=100"), list},
		{"search-against-list", list, page("/orgs/acme/packages?per_page=100&q=service-0+older:1h+-zzz")},
		{"sort-against-list", list, page("/orgs/acme/packages?per_page=100&sort=name&page=40")},
		{"135000-versions-against-100", page("/orgs/acme/packages/container/few?per_page=100"), page("/orgs/acme/packages/container/many?per_page=100")},
	}
	portal.GitHub.ResetRequests()
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) { against(b, portal.App.Handler, tt.one, tt.other) })
	}
	if calls := len(portal.GitHub.Requests()); calls > 0 {
		b.Logf("%d calls to GitHub behind the pages, none of which waited", calls)
	}
}
