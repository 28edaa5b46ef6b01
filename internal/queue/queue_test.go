package queue_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/queue"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

// onBoth runs test on a fresh database of either engine.
func onBoth(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, pgtest.Schema(t))
	})
}

func openStore(t *testing.T, databaseURL string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// nobody is due.
func nobody(context.Context) ([]int64, error) { return nil, nil }

// open returns a queue that is not started; it is stopped with the test.
func open(t *testing.T, s *store.Store, o queue.Options) *queue.Queue {
	t.Helper()
	if o.Due == nil {
		o.Due = nobody
	}
	o.Process, o.Log = "test", slog.New(complaints{slog.DiscardHandler, t})
	q, err := queue.Open(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return q
}

// start returns a queue at work.
func start(t *testing.T, s *store.Store, o queue.Options) *queue.Queue {
	t.Helper()
	q := open(t, s, o)
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return q
}

func wake(t *testing.T, q *queue.Queue, viewer int64) {
	t.Helper()
	if err := q.Wake(t.Context(), viewer); err != nil {
		t.Error(err)
	}
}

// next returns what the channel gives, in time.
func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("it does not come")
	}
	panic("unreachable")
}

// complaints are log lines, at the level of a warning or above, that no test expects.
type complaints struct {
	slog.Handler
	t *testing.T
}

func (c complaints) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (c complaints) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		c.t.Errorf("logged: %s", r.Message)
	}
	return nil
}

func (c complaints) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c complaints) WithGroup(string) slog.Handler      { return c }

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
			t.Logf("felt after %v", time.Since(began).Round(time.Millisecond))
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

// jobs counts River's rows of the condition.
func jobs(t *testing.T, databaseURL, where string) (n int) {
	t.Helper()
	driver, source := "pgx", databaseURL
	if path, ok := sqlitePath(databaseURL); ok {
		driver, source = "sqlite", "file:"+path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job "+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
