package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// killed is a ledger with the attempt of a process that was killed just now.
func killed(t *testing.T, databaseURL string) (*store.Store, *ledger.Ledger) {
	t.Helper()
	db, err := store.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Begin(t.Context(), ghpkg.Entry{ID: "killed", At: time.Now(), Action: ghpkg.ActionDelete}); err != nil {
		t.Fatal(err)
	}
	return db, ledger.New(db, time.Now, slog.New(slog.DiscardHandler))
}

func outcomeOf(t *testing.T, records *ledger.Ledger) ghpkg.Outcome {
	t.Helper()
	e, err := records.Entry(t.Context(), "killed", ghpkg.VisibleTo{All: true})
	if err != nil {
		t.Fatal(err)
	}
	return e.Outcome
}

// TestAQuickRestartLeavesNothingPending where the process is alone with its
// database; where it may have company that is left to the next hour.
func TestAQuickRestartLeavesNothingPending(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		database func(*testing.T) string
		want     ghpkg.Outcome
	}{
		"sqlite":   {func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "stockroom.db") }, ghpkg.OutcomeUnknown},
		"postgres": {func(t *testing.T) string { return pgtest.Schema(t) }, ghpkg.OutcomePending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, records := killed(t, tt.database(t))
			if err := settleLeft(t.Context(), db, records); err != nil {
				t.Fatal(err)
			}
			if got := outcomeOf(t, records); got != tt.want {
				t.Errorf("after the start it is %s, want %s", got, tt.want)
			}
		})
	}
}

// TestNothingStaysPendingForHours however young it was at the start.
func TestNothingStaysPendingForHours(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "stockroom.db")
	synctest.Test(t, func(t *testing.T) {
		db, records := killed(t, "sqlite:"+path)
		k := &keeper{db: db, ledger: records, log: slog.New(slog.DiscardHandler)}
		ctx, end := context.WithCancel(t.Context())
		defer end()
		go k.work(ctx)
		for _, tt := range []struct {
			after time.Duration
			want  ghpkg.Outcome
		}{{time.Minute, ghpkg.OutcomePending}, {keepEvery, ghpkg.OutcomeUnknown}} {
			time.Sleep(tt.after)
			synctest.Wait()
			if got := outcomeOf(t, records); got != tt.want {
				t.Errorf("after %s it is %s, want %s", tt.after, got, tt.want)
			}
		}
	})
}
