package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrape returns what the handler says as Prometheus reads it: each series of
// ours with its value, of histograms the count and the sum.
func scrape(t *testing.T, m *Metrics) map[string]float64 {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("status %d, %s", w.Code, w.Header().Get("Content-Type"))
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatalf("Prometheus could not read it: %v", err)
	}
	all := map[string]float64{}
	for name, family := range families {
		if family.GetHelp() == "" {
			t.Errorf("%s is not explained", name)
		}
		for _, one := range family.GetMetric() {
			var labels []string
			for _, label := range one.GetLabel() {
				labels = append(labels, label.GetName()+"="+label.GetValue())
			}
			series := strings.TrimPrefix(name, "stockroom_") + "{" + strings.Join(labels, ",") + "}"
			switch {
			case one.GetHistogram() != nil:
				all[series+" count"] = float64(one.GetHistogram().GetSampleCount())
				all[series+" sum"] = one.GetHistogram().GetSampleSum()
			case one.GetCounter() != nil:
				all[series] = one.GetCounter().GetValue()
			default:
				all[series] = one.GetGauge().GetValue()
			}
		}
	}
	return all
}

// of keeps the series that begin with prefix.
func of(all map[string]float64, prefix string) map[string]float64 {
	some := map[string]float64{}
	for series, value := range all {
		if strings.HasPrefix(series, prefix) {
			some[series] = value
		}
	}
	return some
}

func expect(t *testing.T, what string, want, got map[string]float64) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	m := New()
	for _, r := range []Request{
		{Method: "GET", Route: "/orgs/:login/packages", Status: 200, Took: time.Second},
		{Method: "GET", Route: "/orgs/:login/packages", Status: 206, Took: time.Second},
		{Method: "GET", Route: "/orgs/:login/packages", Status: 404},
		{Method: "HEAD", Status: 404},
		{Method: "POST", Status: 503, Bound: "overloaded"},
		{Method: "PURGE", Status: 405},
		{Method: "HUNTER2", Status: 405},
		{Method: "GET", Route: "/", Status: 0},
	} {
		m.Request(r)
	}
	got := scrape(t, m)
	expect(t, "requests", map[string]float64{
		"http_requests_total{method=GET,route=/orgs/:login/packages,status=2xx}": 2,
		"http_requests_total{method=GET,route=/orgs/:login/packages,status=4xx}": 1,
		"http_requests_total{method=HEAD,route=none,status=4xx}":                 1,
		"http_requests_total{method=POST,route=none,status=5xx}":                 1,
		"http_requests_total{method=other,route=none,status=4xx}":                2,
		"http_requests_total{method=GET,route=/,status=aborted}":                 1,
	}, of(got, "http_requests_total"))
	expect(t, "how long they took", map[string]float64{
		"http_request_duration_seconds{method=GET,route=/orgs/:login/packages} count": 3,
		"http_request_duration_seconds{method=GET,route=/orgs/:login/packages} sum":   2,
	}, of(got, "http_request_duration_seconds{method=GET,route=/orgs"))
	expect(t, "turned away", map[string]float64{
		"http_requests_turned_away_total{bound=overloaded}": 1, "http_requests_turned_away_total{bound=too_fast}": 0,
	}, of(got, "http_requests_turned_away"))
}

func TestInFlight(t *testing.T) {
	t.Parallel()
	m := New()
	var inside map[string]float64
	h := m.InFlight(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside = scrape(t, m) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if inside["http_requests_in_flight{}"] != 1 || scrape(t, m)["http_requests_in_flight{}"] != 0 {
		t.Errorf("inside: %v", of(inside, "http_requests_in_flight"))
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	m := New()
	const route = "/orgs/{org}/packages"
	for _, c := range []Call{
		{Method: "GET", Route: route, Status: 200, Duration: time.Second},
		{Method: "GET", Route: route, Status: 200, Duration: time.Second, FromCache: true},
		{Method: "GET", Route: route, Status: 403, Limit: "primary"},
		{Method: "GET", Route: route, Status: 429, Limit: "secondary"},
		{Method: "GET", Route: route}, // no answer
	} {
		m.Call(c)
	}
	expect(t, "calls", map[string]float64{
		"github_calls_total{method=GET,route=/orgs/{org}/packages,status=200}":      2,
		"github_calls_total{method=GET,route=/orgs/{org}/packages,status=403}":      1,
		"github_calls_total{method=GET,route=/orgs/{org}/packages,status=429}":      1,
		"github_calls_total{method=GET,route=/orgs/{org}/packages,status=none}":     1,
		"github_call_duration_seconds{method=GET,route=/orgs/{org}/packages} count": 5,
		"github_call_duration_seconds{method=GET,route=/orgs/{org}/packages} sum":   2,
		"github_cache_hits_total{route=/orgs/{org}/packages}":                       1,
		"github_limits_total{kind=primary}":                                         1,
		"github_limits_total{kind=secondary}":                                       1,
	}, of(scrape(t, m), "github_"))
}

func TestSent(t *testing.T) {
	t.Parallel()
	m := New()
	sent := func() map[string]float64 { return of(scrape(t, m), "notices_sent_total") }
	expect(t, "nothing yet", map[string]float64{
		"notices_sent_total{result=arrived}": 0, "notices_sent_total{result=refused}": 0, "notices_sent_total{result=unanswered}": 0,
	}, sent())
	for _, status := range []int{200, 204, 299, 302, 404, 500, 0, 0} {
		m.Sent(status)
	}
	expect(t, "tries", map[string]float64{
		"notices_sent_total{result=arrived}": 3, "notices_sent_total{result=refused}": 3, "notices_sent_total{result=unanswered}": 2,
	}, sent())
}

// TestProgram: Go, the process and the build are told as everywhere.
func TestProgram(t *testing.T) {
	t.Parallel()
	got := scrape(t, New())
	for _, name := range []string{"go_goroutines", "process_resident_memory_bytes", "go_build_info"} {
		if len(of(got, name)) != 1 {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestAsked: what is asked for is told as it is, and left out when it is not known.
func TestAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, asked, broken, known := New(), 0, false, true
		m.Ask(Sources{
			Totals: func(ctx context.Context) (Totals, error) {
				asked++
				if broken {
					<-ctx.Done()
					return Totals{}, ctx.Err()
				}
				return Totals{
					Operations: map[string]int{"running": 2, "paused": 0}, Pending: 70, Sessions: 3,
					Deliveries: map[string]int{"pending": 5, "dead": 0},
				}, nil
			},
			Queued:    func() map[string]int { return map[string]int{"due": 1} },
			Remaining: func() (int, bool) { return 4321, known },
			Log:       slog.New(slog.DiscardHandler),
		})
		ours := func() map[string]float64 {
			got := scrape(t, m)
			for series := range got {
				if strings.HasPrefix(series, "http_") || strings.HasPrefix(series, "go_") || strings.HasPrefix(series, "process_") ||
					strings.HasPrefix(series, "github_limits") || strings.HasPrefix(series, "notices_sent") {
					delete(got, series)
				}
			}
			return got
		}
		all := map[string]float64{
			"database_up{}": 1, "operations{state=running}": 2, "operations{state=paused}": 0, "operation_items_pending{}": 70,
			"notices_deliveries{state=pending}": 5, "notices_deliveries{state=dead}": 0,
			"sessions{}": 3, "queue_jobs{state=due}": 1, "github_rate_remaining_least{}": 4321,
		}
		expect(t, "all", all, ours())
		broken, known = true, false
		delete(all, "github_rate_remaining_least{}")
		expect(t, "at once again", all, ours())
		if asked != 1 {
			t.Errorf("the database was asked %d times at once", asked)
		}
		time.Sleep(keep)
		began := time.Now()
		expect(t, "without a database", map[string]float64{"database_up{}": 0, "queue_jobs{state=due}": 1}, ours())
		if took := time.Since(began); took != askTime {
			t.Errorf("the scrape took %s", took)
		}
	})
}
