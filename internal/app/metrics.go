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
			operations := make(map[string]int, len(t.Operations))
			for state, n := range t.Operations {
				operations[string(state)] = n
			}
			return metrics.Totals{Operations: operations, Pending: t.Pending, Sessions: t.Sessions}, err
		},
		Queued: func() map[string]int {
			d := jobs.queue.Depth()
			return map[string]int{"working": d.Working, "due": d.Due, "asleep": d.Asleep}
		},
		Remaining: gh.LeastRemaining,
		Log:       o.Log,
	})
}
