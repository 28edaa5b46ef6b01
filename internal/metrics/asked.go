package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The bounds of what a scrape may cost the database.
const (
	askTime = 2 * time.Second
	keep    = 5 * time.Second // who asks again sooner is told the same
)

// Totals is what the database holds.
type Totals struct {
	Operations map[string]int // by state, each of them
	Pending    int            // items still to be done of those that are running or waiting
	Sessions   int            // of people who are signed in
	Deliveries map[string]int // of notices that have not arrived, by state
}

// Sources are asked at each scrape.
type Sources struct {
	Totals func(context.Context) (Totals, error)
	Queued func() map[string]int // this process's jobs by state
	// Remaining is the least of the hourly budgets of all accounts as GitHub last
	// told them; false if none is known.
	Remaining func() (int, bool)
	Log       *slog.Logger
}

// asked collects what is not counted but asked for.
type asked struct {
	Sources
	up, operations, pending, sessions, deliveries, queued, remaining *prometheus.Desc

	mu   sync.Mutex
	at   time.Time
	last []prometheus.Metric
}

// Ask makes every scrape ask the sources as well.
func (m *Metrics) Ask(s Sources) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	m.registry.MustRegister(&asked{
		Sources:    s,
		up:         desc("stockroom_database_up", "1 if the database answered this scrape."),
		operations: desc("stockroom_operations", "Operations in the database.", "state"),
		pending:    desc("stockroom_operation_items_pending", "Items still to be done of operations that are running or waiting."),
		sessions:   desc("stockroom_sessions", "Sessions of people who are signed in."),
		deliveries: desc("stockroom_notices_deliveries", "Notices that have not arrived: they are to be sent, or were given up.", "state"),
		queued:     desc("stockroom_queue_jobs", "Viewers for whom this process works or is to work.", "state"),
		remaining:  desc("stockroom_github_rate_remaining_least", "The least of all accounts' hourly budgets of calls, as GitHub last told it."),
	})
}

// Describe tells the registry what to expect.
func (a *asked) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{a.up, a.operations, a.pending, a.sessions, a.deliveries, a.queued, a.remaining} {
		to <- d
	}
}

// Collect answers one scrape. What cannot be found out is left out: a 0 would
// look like an idle program.
func (a *asked) Collect(to chan<- prometheus.Metric) {
	for _, metric := range a.database() {
		to <- metric
	}
	for state, n := range a.Queued() {
		to <- gauge(a.queued, n, state)
	}
	if n, known := a.Remaining(); known {
		to <- gauge(a.remaining, n)
	}
}

// database asks the database, unless it just has.
func (a *asked) database() []prometheus.Metric {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.last != nil && time.Since(a.at) < keep {
		return a.last
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime) // a scrape has no context of its own
	defer cancel()
	a.last, a.at = a.ask(ctx), time.Now()
	return a.last
}

func (a *asked) ask(ctx context.Context) []prometheus.Metric {
	totals, err := a.Totals(ctx)
	if err != nil {
		a.Log.WarnContext(ctx, "the database could not be counted for the metrics", "error", err)
		return []prometheus.Metric{gauge(a.up, 0)}
	}
	all := []prometheus.Metric{gauge(a.up, 1), gauge(a.pending, totals.Pending), gauge(a.sessions, totals.Sessions)}
	for state, n := range totals.Operations {
		all = append(all, gauge(a.operations, n, state))
	}
	for state, n := range totals.Deliveries {
		all = append(all, gauge(a.deliveries, n, state))
	}
	return all
}

func gauge(desc *prometheus.Desc, n int, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), labels...)
}
