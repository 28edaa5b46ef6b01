package queue_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/queue"
)

func TestWake(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called := make(chan int64, 9)
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(_ context.Context, viewer int64) (time.Duration, error) {
			called <- viewer
			return -1, nil
		}})
		for _, viewer := range []int64{7, 8, 7} {
			began := time.Now()
			wake(t, q, viewer)
			if got := next(t, called); got != viewer {
				t.Errorf("worked for %d, want %d", got, viewer)
			}
			t.Logf("noticed after %v", time.Since(began).Round(time.Millisecond))
		}
	})
}

func TestWorkIsCalledAgainWhenItSaid(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called := make(chan time.Time, 9)
		const pause = 400 * time.Millisecond
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(context.Context, int64) (time.Duration, error) {
			called <- time.Now()
			return pause, nil
		}})
		wake(t, q, 7)
		first := next(t, called)
		for range 2 {
			second := next(t, called)
			// River's clock and ours differ by its rounding to milliseconds.
			if waited := second.Sub(first); waited < pause-2*time.Millisecond {
				t.Errorf("called again after %v, want %v", waited, pause)
			} else {
				t.Logf("asked for %v, called after %v", pause, waited.Round(time.Millisecond))
			}
			first = second
		}
	})
}

func TestWakeEndsAPause(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called := make(chan int64, 9)
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(_ context.Context, viewer int64) (time.Duration, error) {
			called <- viewer
			return time.Hour, nil
		}})
		for range 3 {
			wake(t, q, 7)
			next(t, called)
		}
	})
}

func TestWakeDuringWorkIsHeard(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called, hold := make(chan int64), make(chan struct{})
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(ctx context.Context, viewer int64) (time.Duration, error) {
			called <- viewer
			select {
			case <-hold:
			case <-ctx.Done():
			}
			return -1, nil
		}})
		wake(t, q, 7)
		next(t, called)
		wake(t, q, 7)
		close(hold)
		next(t, called)
	})
}

func TestDueIsWorkedOnUnasked(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called := make(chan int64, 99)
		start(t, openStore(t, databaseURL), queue.Options{
			Due:   func(context.Context) ([]int64, error) { return []int64{7}, nil },
			Every: 10 * time.Millisecond,
			Work: func(_ context.Context, viewer int64) (time.Duration, error) {
				called <- viewer
				return -1, nil
			},
		})
		for range 3 {
			next(t, called)
		}
	})
}

// TestFailures: neither an error nor a panic ends a viewer's work.
func TestFailures(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		var calls atomic.Int64
		done := make(chan bool)
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(context.Context, int64) (time.Duration, error) {
			switch calls.Add(1) {
			case 1:
				return 0, errors.New("the database is away")
			case 2:
				panic("a mistake")
			}
			close(done)
			return -1, nil
		}})
		wake(t, q, 7)
		next(t, done)
	})
}
