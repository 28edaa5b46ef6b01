package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/store"
)

func TestLeaseIsOnesUntilItEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		second := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }
		steps := []struct {
			what   string
			viewer int64
			holder string
			now    int
			want   bool
		}{
			{"nobody has it", 1, "a", 0, true},
			{"another process", 1, "b", 0, false},
			{"another viewer's", 2, "b", 0, true},
			{"who has it renews it", 1, "a", 3, true},
			{"it would be over, had it not been renewed", 1, "b", 8, false},
			{"it is over", 1, "b", 9, true},
			{"who had it comes too late", 1, "a", 10, false},
			{"it was renewed by nobody, nor taken", 1, "b", 100, true},
		}
		for _, step := range steps {
			ok, err := s.Lease(ctx, step.viewer, step.holder, second(step.now), second(step.now+6))
			if ok != step.want || err != nil {
				t.Errorf("%s: %v, %v; want %v", step.what, ok, err, step.want)
			}
		}
	})
}

func TestLeaseIsGivenBackByWhoHasIt(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		take := func(viewer int64, holder string) bool {
			t.Helper()
			ok, err := s.Lease(ctx, viewer, holder, epoch, epoch.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		take(1, "a")
		take(2, "a")
		if err := s.Unlease(ctx, 1, "b"); err != nil || take(1, "b") {
			t.Errorf("one gave back what another has, %v", err)
		}
		if err := s.Unlease(ctx, 1, "a"); err != nil || !take(1, "b") {
			t.Errorf("it was not given back, %v", err)
		}
		if take(2, "b") {
			t.Error("another viewer's was given back, too")
		}
		if err := s.BreakLeases(ctx); err != nil || !take(1, "c") || !take(2, "c") {
			t.Errorf("not all were given back, %v", err)
		}
	})
}

func TestOfTwoWhoTakeALeaseOneGetsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		two := processes(t, databaseURL)
		for n := range 10 {
			now := epoch.Add(time.Duration(n) * time.Minute) // the one before is over
			got := together(t, two, func(s *store.Store, process int) (bool, error) {
				ok, err := s.Lease(t.Context(), 1, fmt.Sprint("process ", process), now, now.Add(time.Second))
				return ok, err
			})
			// Each process asks four times: who has it renews it.
			if got != 4 {
				t.Fatalf("%d of 8 got it, want all 4 of one process", got)
			}
		}
	})
}
