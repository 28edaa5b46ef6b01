package apptest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

func TestFastClock(t *testing.T) {
	t.Parallel()
	clock := apptest.NewFastClock(1000)
	began, before := time.Now(), clock.Now()
	if err := clock.Sleep(t.Context(), 20*time.Second); err != nil {
		t.Fatal(err)
	}
	real, passed := time.Since(began), clock.Now().Sub(before)
	if passed < 20*time.Second || real < clock.Real(20*time.Second) || real > 10*time.Second {
		t.Errorf("%v passed by the clock and %v by the machine's", passed, real)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, d := range []time.Duration{0, time.Hour} {
		if err := clock.Sleep(ended, d); !errors.Is(err, context.Canceled) {
			t.Errorf("Sleep(%v) in a context that has ended: %v", d, err)
		}
	}
}

// TestOperationAtTwoReplicas: one database, one GitHub, a clock that runs, and
// an operation that is begun here and seen to its end there.
func TestOperationAtTwoReplicas(t *testing.T) {
	t.Parallel()
	here := apptest.Start(t, apptest.Options{
		Clock: apptest.NewFastClock(100), DatabaseURL: apptest.Postgres(t), Seed: apptest.Versions(20),
		Config: map[string]string{"MUTATION_INTERVAL": "1s"},
	})
	there := apptest.Start(t, apptest.Options{Beside: here})
	b := here.SignIn(t, apptest.Owner, "delete:packages", "write:packages")
	draft := b.FreezeAll("delete", "/orgs/acme/packages/container/team/many?q=new")
	if draft.Sum() != 4 || draft.State != "draft" {
		t.Fatalf("the draft: %+v", draft)
	}
	b.Start(draft, "")
	if o := b.At(there).Await(draft.ID, "done"); o.Counts["done"] != 4 || len(o.Items) != 4 || o.Sum("pending", "running") != 0 {
		t.Errorf("the operation: %+v", o)
	}
}
