package queue_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/queue"
)

// TestNoWakeIsLost: whatever is to be done before a wake has been done after
// it. The next wake comes just when the work before it ends, which is when one
// is lost most easily; and nobody's work is done by two at once.
func TestNoWakeIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const viewers, rounds = 4, 25
		var todo, working [viewers]atomic.Int64
		var done [viewers]chan struct{}
		for v := range done {
			done[v] = make(chan struct{}, 1)
		}
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(_ context.Context, v int64) (time.Duration, error) {
			if working[v].Add(1) > 1 {
				t.Error("two work for the same viewer")
			}
			defer working[v].Add(-1)
			if todo[v].Swap(0) > 0 {
				done[v] <- struct{}{}
				<-time.After(rand.N(time.Millisecond)) // as long as the next wake takes, more or less
			}
			return [...]time.Duration{-1, -1, 0, time.Hour}[rand.IntN(4)], nil
		}})
		var wg sync.WaitGroup
		for v := range int64(viewers) {
			wg.Go(func() {
				for range rounds {
					todo[v].Add(1)
					wake(t, q, v)
					select {
					case <-done[v]:
					case <-time.After(patience):
						t.Errorf("a wake of %d was lost", v)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

// TestFiveAtOnce: River and five viewers' work, which writes all the time, do
// not get into each other's way, even where there is one writer at a time.
func TestFiveAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const viewers, writes = 5, 40
		s := openStore(t, databaseURL)
		var mu sync.Mutex
		var slowest, total time.Duration
		done, left := make(chan struct{}, viewers), [viewers]int{}
		q := start(t, s, queue.Options{Work: func(ctx context.Context, v int64) (time.Duration, error) {
			for range 10 { // and then a pause, so that River writes, too
				began := time.Now()
				if _, err := s.Lease(ctx, v, fmt.Sprint(v), began, began.Add(time.Second)); err != nil {
					return 0, err
				}
				mu.Lock()
				took := time.Since(began)
				total, slowest = total+took, max(slowest, took)
				left[v]++
				mu.Unlock()
			}
			if left[v] >= writes {
				done <- struct{}{}
				return -1, nil
			}
			return 0, nil
		}})
		for v := range int64(viewers) {
			wake(t, q, v)
		}
		for range viewers {
			next(t, done)
		}
		t.Logf("a write took %v on average and %v at most",
			(total / (viewers * writes)).Round(10*time.Microsecond), slowest.Round(10*time.Microsecond))
	})
}
