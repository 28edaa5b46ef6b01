package queue_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/queue"
)

// TestKilled: what a process left behind as running, because it was killed,
// keeps nobody from working for the same viewer at once.
func TestKilled(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called := make(chan string, 9)
		dead := start(t, openStore(t, databaseURL), queue.Options{Work: func(ctx context.Context, _ int64) (time.Duration, error) {
			called <- "dead"
			<-ctx.Done() // when the test is over
			return -1, nil
		}})
		wake(t, dead, 7)
		next(t, called)
		if jobs(t, databaseURL, "WHERE state = 'running'") != 1 {
			t.Fatal("no job is left running")
		}
		began := time.Now()
		start(t, openStore(t, databaseURL), queue.Options{
			Due: func(context.Context) ([]int64, error) { return []int64{7}, nil },
			Work: func(context.Context, int64) (time.Duration, error) {
				called <- "living"
				return time.Hour, nil
			},
		})
		if who := next(t, called); who != "living" {
			t.Errorf("%s works", who)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("taken over after %v", took)
		}
	})
}

// TestTogether: of two processes that share a database each works on its own
// wakes, and when one ends the other goes on with what is due.
func TestTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		type call struct {
			process string
			viewer  int64
		}
		called := make(chan call, 99)
		process := func(name string) queue.Options {
			return queue.Options{Work: func(_ context.Context, viewer int64) (time.Duration, error) {
				called <- call{name, viewer}
				return -1, nil
			}}
		}
		one := start(t, openStore(t, databaseURL), process("one"))
		var due atomic.Bool
		o := process("two")
		o.Every = 10 * time.Millisecond
		o.Due = func(context.Context) ([]int64, error) {
			if due.CompareAndSwap(true, false) {
				return []int64{9}, nil
			}
			return nil, nil
		}
		two := start(t, openStore(t, databaseURL), o)
		for i := range int64(5) {
			wake(t, one, i)
			if got := next(t, called); got != (call{"one", i}) {
				t.Errorf("%v, want one to work for %d", got, i)
			}
			wake(t, two, i)
			if got := next(t, called); got != (call{"two", i}) {
				t.Errorf("%v, want two to work for %d", got, i)
			}
		}
		if err := one.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		due.Store(true)
		if got := next(t, called); got != (call{"two", 9}) {
			t.Errorf("%v, want two to work for 9", got)
		}
	})
}

func TestOpenTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := openStore(t, databaseURL)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				q, err := queue.Open(t.Context(), s, queue.Options{Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Error(err)
					return
				}
				if err := q.Stop(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// TestStop: the slice at work hears that it is to end, ends what is on its way,
// and nothing comes after it.
func TestStop(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		began := make(chan struct{}, 9)
		var ended atomic.Bool
		q := start(t, openStore(t, databaseURL), queue.Options{Work: func(ctx context.Context, _ int64) (time.Duration, error) {
			began <- struct{}{}
			<-ctx.Done()
			ended.Store(true)
			return 0, ctx.Err()
		}})
		wake(t, q, 7)
		next(t, began)
		if err := q.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !ended.Load() {
			t.Error("Stop did not wait for the slice at work")
		}
		wake(t, q, 7)
		if n := jobs(t, databaseURL, ""); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
	})
}

// TestTidy: what a killed process left goes, and what the living have stays.
func TestTidy(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := openStore(t, databaseURL)
		killed := open(t, s, queue.Options{}) // never starts, as if it had died before
		wake(t, killed, 7)
		living := open(t, s, queue.Options{})
		for _, step := range []struct {
			before time.Time
			want   int
		}{{time.Now().Add(-time.Minute), 1}, {time.Now().Add(time.Minute), 0}} {
			if err := living.Tidy(t.Context(), step.before); err != nil {
				t.Fatal(err)
			}
			if n := jobs(t, databaseURL, ""); n != step.want {
				t.Errorf("%d jobs are left, want %d", n, step.want)
			}
		}
	})
}
