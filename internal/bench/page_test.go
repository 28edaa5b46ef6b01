package bench

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// catalogue fills acme with n packages, spread over all types.
func catalogue(n int) func(*ghfake.Server) {
	return func(s *ghfake.Server) {
		s.AddOrg(ghfake.Org{Login: "acme"})
		s.AddUser(ghfake.User{Login: "ada"})
		s.AddMember("acme", "ada", ghpkg.RoleAdmin)
		types := ghpkg.Types()
		for i := range n {
			s.AddPackage(ghfake.Package{
				Owner: "acme", Type: types[i%len(types)], Name: fmt.Sprintf("team-%d/service-%04d", i%17, i),
				Repository: fmt.Sprintf("repository-%d", i%40), CreatedAt: time.Now().Add(-time.Duration(i) * time.Hour),
			}, ghfake.Version{Name: "1.0.0"})
		}
	}
}

// barePage serves the bare page of n rows with echo and templ alone.
func barePage(n int) http.Handler {
	rows := make([]bareRow, n)
	for i := range rows {
		name := fmt.Sprintf("team-%d/service-%04d", i%17, i)
		rows[i] = bareRow{
			ID: fmt.Sprintf("package-%d", i), Name: name, Href: "/orgs/acme/packages/npm/" + name,
			Type: "npm", Visibility: "Private", Repository: "acme/repository", RepositoryURL: "https://github.example/acme/repository",
			Updated: "3 days ago", Exact: "Thursday, November 26, 2026, 09:16:20 UTC", Stamp: "2026-11-26T09:16:20Z",
			Delete: "/orgs/acme/packages/npm/" + name + "/-/delete",
		}
	}
	e := echo.New()
	e.GET("/", func(c echo.Context) error {
		var page bytes.Buffer
		if err := bare(rows).Render(c.Request().Context(), &page); err != nil {
			return err
		}
		return c.HTMLBlob(http.StatusOK, page.Bytes())
	})
	return e
}

// serve answers one request in this process and returns how long it took.
func serve(b *testing.B, h http.Handler, r *http.Request) time.Duration {
	b.Helper()
	w := httptest.NewRecorder()
	began := time.Now()
	h.ServeHTTP(w, r)
	took := time.Since(began)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d\n%s", r.URL, w.Code, w.Body)
	}
	return took
}

// asBrowser returns a request with the cookies of a signed-in browser.
func asBrowser(p *apptest.Portal, browser *apptest.Browser, path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, p.URL+path, nil)
	for _, c := range browser.Cookies() {
		r.AddCookie(c)
	}
	return r
}

// BenchmarkPackagesPage is a page of 100 rows from a warm cache: the whole way
// through the program, against echo and templ alone. Both are served in this
// process, in turns, uncompressed.
func BenchmarkPackagesPage(b *testing.B) {
	for _, packages := range []int{200, 2000} {
		b.Run(fmt.Sprintf("packages=%d", packages), func(b *testing.B) {
			portal := apptest.Start(b, apptest.Options{Seed: catalogue(packages), Quiet: true})
			browser := portal.SignIn(b, "ada", ghpkg.ScopeRepo)
			ours := asBrowser(portal, browser, "/orgs/acme/packages?per_page=100")
			serve(b, portal.App.Handler, ours) // fills the cache
			plain, bareRequest := barePage(100), httptest.NewRequest(http.MethodGet, "/", nil)
			portal.GitHub.ResetRequests()

			var bareTime, oursTime time.Duration
			b.ReportAllocs()
			for b.Loop() {
				bareTime += serve(b, plain, bareRequest)
				oursTime += serve(b, portal.App.Handler, ours)
			}
			b.ReportMetric(float64(bareTime)/float64(oursTime), "of-bare-throughput")
			b.ReportMetric(float64(oursTime.Microseconds())/float64(b.N), "µs/page")
			b.ReportMetric(float64(bareTime.Microseconds())/float64(b.N), "µs/bare")
			b.ReportMetric(float64(len(portal.GitHub.Requests())), "GitHub-calls")
		})
	}
}
