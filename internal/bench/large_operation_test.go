package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// startedOf returns a portal in which an operation of n items is at work, with
// that pace, and the operation's path.
func startedOf(b *testing.B, n int, pace string) (*apptest.Portal, *apptest.Browser, string) {
	b.Helper()
	portal := apptest.Start(b, apptest.Options{Quiet: true, Config: map[string]string{"MUTATION_INTERVAL": pace}, Seed: func(s *ghfake.Server) {
		catalogue(0)(s)
		versions := make([]ghfake.Version, n+1)
		for i := range versions {
			versions[i] = ghfake.Version{Name: fmt.Sprintf("1.0.%d-nightly", i), CreatedAt: time.Now().Add(-time.Duration(i) * time.Minute)}
		}
		versions[n].Name = "1.0.0"
		s.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "many"}, versions...)
	}})
	portal.GitHub.SetPrimaryLimit("ada", 1_000_000, time.Now().Add(time.Hour)) // GitHub's hour would end it
	person := portal.SignIn(b, "ada", ghpkg.ScopeRepo, ghpkg.ScopeDeletePackages)
	draft := person.FreezeAll("delete", "/orgs/acme/packages/npm/many?q=nightly")
	if draft.Sum() != n {
		b.Fatalf("%d items are frozen, want %d", draft.Sum(), n)
	}
	person.Start(draft, "not needed any more")
	person.AwaitOperation(draft.ID, func(o apptest.Operation) bool { return o.Counts["done"] > 0 })
	return portal, person, "/operations/" + draft.ID
}

// weigh answers one request and returns how long it took and what it weighs.
func weigh(b *testing.B, h http.Handler, r *http.Request) (time.Duration, int) {
	b.Helper()
	w := &sink{header: http.Header{}}
	began := time.Now()
	h.ServeHTTP(w, r)
	took := time.Since(began)
	if w.status != http.StatusOK {
		b.Fatalf("%s: %d", r.URL, w.status)
	}
	return took, w.bytes
}

// BenchmarkLargeOperation compares what an open tab of an operation of 10,000
// items costs with the same for one of 100.
func BenchmarkLargeOperation(b *testing.B) {
	small, smallPerson, smallPath := startedOf(b, 100, "1h")
	large, largePerson, largePath := startedOf(b, 10_000, "1h")
	request := func(p *apptest.Portal, who *apptest.Browser, path string, htmx bool) *http.Request {
		r := asBrowser(p, who, path)
		if htmx {
			r.Header.Set("HX-Request", "true")
		}
		return r
	}
	for _, tt := range []struct {
		name string
		htmx bool
		path func(string) string
	}{
		{"poll", true, func(op string) string { return op }},
		{"page", false, func(op string) string { return op }},
		{"badge", true, func(string) string { return "/operations/badge" }},
		{"other-page", false, func(string) string { return "/settings" }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			one := request(small, smallPerson, tt.path(smallPath), tt.htmx)
			other := request(large, largePerson, tt.path(largePath), tt.htmx)
			var first, second time.Duration
			var light, heavy int
			for b.Loop() {
				took, bytes := weigh(b, small.App.Handler, one)
				first, light = first+took, bytes
				took, bytes = weigh(b, large.App.Handler, other)
				second, heavy = second+took, bytes
			}
			b.ReportMetric(float64(second)/float64(first), "times-that-of-100")
			b.ReportMetric(float64(second.Microseconds())/float64(b.N), "µs")
			b.ReportMetric(float64(heavy), "bytes")
			b.ReportMetric(float64(heavy)/float64(light), "times-the-bytes")
		})
	}
}

// BenchmarkOperationMemory looks at the heap at the begin and at the end of an
// operation of 2,000 items that waits for nothing.
func BenchmarkOperationMemory(b *testing.B) {
	for b.Loop() {
		portal, person, path := startedOf(b, 2000, "0s")
		id := path[len("/operations/"):]
		begin := heapAt(b, portal, person, id, 100)
		end := heapAt(b, portal, person, id, 1900)
		b.ReportMetric(begin, "MB-at-100")
		b.ReportMetric(end, "MB-at-1900")
		b.ReportMetric(end/begin, "times-the-begin")
		person.Await(id, "done")
	}
}

// heapAt returns what is in use when so many items are done, in MB, without
// GitHub's log, which is in the same process.
func heapAt(b *testing.B, portal *apptest.Portal, person *apptest.Browser, id string, done int) float64 {
	b.Helper()
	poll := asBrowser(portal, person, "/operations/"+id+"?format=json&per_page=1")
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer := httptest.NewRecorder()
		portal.App.Handler.ServeHTTP(answer, poll)
		if doneIn(b, answer) >= done {
			break
		}
		if time.Now().After(end) {
			b.Fatal("the operation does not get on")
		}
	}
	portal.GitHub.ResetRequests()
	runtime.GC()
	runtime.GC() // finalizers and pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// doneIn returns how many items an operation's JSON says are done.
func doneIn(b *testing.B, answer *httptest.ResponseRecorder) int {
	b.Helper()
	var now progress
	if err := json.Unmarshal(answer.Body.Bytes(), &now); err != nil {
		b.Fatalf("%v: %s", err, answer.Body)
	}
	return now.Counts["done"]
}
