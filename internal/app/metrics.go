package app

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/ghclient"
	"github.com/stockroom-dev/stockroom/internal/metrics"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// watch makes every scrape ask for what is not counted as it happens. GitHub is
// not asked: what it last said is remembered.
func watch(counts *metrics.Metrics, o Options, db *store.Store, gh *ghclient.GitHub, jobs *work) {
	counts.Ask(metrics.Sources{
		Totals: func(ctx context.Context) (metrics.Totals, error) {
			t, err := db.Totals(ctx, o.Now())
			return metrics.Totals{
				Operations: byName(t.Operations), Pending: t.Pending, Sessions: t.Sessions, Deliveries: byName(t.Deliveries),
			}, err
		},
		Queued: func() map[string]int {
			d := jobs.queue.Depth()
			return map[string]int{"working": d.Working, "due": d.Due, "asleep": d.Asleep}
		},
		Remaining: gh.LeastRemaining,
		Log:       o.Log,
	})
}

func byName[T ~string](counts map[T]int) map[string]int {
	named := make(map[string]int, len(counts))
	for state, n := range counts {
		named[string(state)] = n
	}
	return named
}
