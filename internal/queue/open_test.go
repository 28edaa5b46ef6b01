package queue_test

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/queue"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// patience is how long a test waits for what should come at once.
const patience = time.Minute

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

// jobs counts River's rows of the condition.
func jobs(t *testing.T, databaseURL, where string) (n int) {
	t.Helper()
	driver, source := "pgx", databaseURL
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
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
