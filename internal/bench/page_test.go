package bench

import (
	"bytes"
	"fmt"
	"io"
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
			Select: "Select " + name,
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
	w := &sink{header: http.Header{}}
	began := time.Now()
	h.ServeHTTP(w, r)
	took := time.Since(began)
	if w.status != http.StatusOK || w.bytes == 0 {
		b.Fatalf("%s: %d, %d bytes", r.URL, w.status, w.bytes)
	}
	return took
}

// sink is a browser that forgets what it reads. A recorder would have to grow
// with each answer, which no connection does.
type sink struct {
	header        http.Header
	status, bytes int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	s.bytes += len(p)
	return len(p), nil
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
// through the program, against echo and templ alone. Both are asked for over
// loopback connections that are kept, in turns, uncompressed: what is compared
// is how many pages a browser could get.
func BenchmarkPackagesPage(b *testing.B) {
	for _, packages := range []int{200, 2000} {
		b.Run(fmt.Sprintf("packages=%d", packages), func(b *testing.B) {
			portal := apptest.Start(b, apptest.Options{Seed: catalogue(packages), Quiet: true})
			browser := portal.SignIn(b, "ada", ghpkg.ScopeRepo)
			ours := asBrowser(portal, browser, "/orgs/acme/packages?per_page=100")
			ours.RequestURI = "" // it is sent, not received
			plain := httptest.NewServer(barePage(100))
			b.Cleanup(plain.Close)
			bareRequest, err := http.NewRequestWithContext(b.Context(), http.MethodGet, plain.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			b.Cleanup(client.CloseIdleConnections)
			fetch(b, client, ours) // fills the cache
			portal.GitHub.ResetRequests()

			var bareTime, oursTime time.Duration
			b.ReportAllocs()
			for b.Loop() {
				bareTime += fetch(b, client, bareRequest)
				oursTime += fetch(b, client, ours)
			}
			b.ReportMetric(float64(bareTime)/float64(oursTime), "of-bare-throughput")
			b.ReportMetric(float64(oursTime.Microseconds())/float64(b.N), "µs/page")
			b.ReportMetric(float64(bareTime.Microseconds())/float64(b.N), "µs/bare")
			b.ReportMetric(float64(len(portal.GitHub.Requests())), "GitHub-calls")
		})
	}
}

// fetch gets one page over a connection and returns how long it took.
func fetch(b *testing.B, client *http.Client, r *http.Request) time.Duration {
	b.Helper()
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	read, err := io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	took := time.Since(began)
	if err != nil || answer.StatusCode != http.StatusOK || read == 0 {
		b.Fatalf("%s: %s, %d bytes, %v", r.URL, answer.Status, read, err)
	}
	return took
}
