package operations_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// willing is a GitHub that does everything at once.
type willing struct{}

func (willing) Apply(context.Context, ghpkg.Change) (ghpkg.Entry, error) {
	return ghpkg.Entry{}, nil
}
func (willing) Resume(context.Context, ghpkg.Change, time.Time) error { return nil }
func (willing) Look(_ context.Context, t ghpkg.Target) (ghpkg.Target, error) {
	return t, nil
}
func (willing) Up(context.Context) error { return nil }

func (willing) Limit(context.Context) (time.Duration, *fault.Error) { return 0, nil }

// BenchmarkItem is what an item of an operation of 10,000 costs us, beside
// GitHub's pace of a second.
func BenchmarkItem(b *testing.B) {
	db, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "stockroom.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var ids atomic.Int64
	o := operations.New(operations.Options{
		Store:   db,
		Hand:    func(context.Context, string) (operations.Hand, error) { return willing{}, nil },
		Release: func(context.Context, string) {}, Changed: func(context.Context, ghpkg.Ref) {},
		Wake:  func(context.Context, int64) error { return nil },
		NewID: func() string { return fmt.Sprintf("%08d", ids.Add(1)) },
		Now:   time.Now, Log: slog.New(slog.DiscardHandler),
	})
	const n = 10_000
	selected := make([]ghpkg.OperationItem, n)
	for i := range selected {
		selected[i].Target = ghpkg.Target{Owner: acme(), Type: ghpkg.NPM, Name: "lib", PackageID: 1, VersionID: int64(i + 1), VersionName: fmt.Sprint("1.0.", i)}
	}
	for b.Loop() {
		op, err := o.Freeze(b.Context(), operations.Selection{Actor: ghpkg.Actor{ID: alice}, Action: ghpkg.ActionDelete, Items: selected})
		if err != nil {
			b.Fatal(err)
		}
		if err := o.Start(b.Context(), op.ID, by(alice), n, ""); err != nil {
			b.Fatal(err)
		}
		for again := time.Duration(0); again >= 0; {
			if again, err = o.Work(b.Context(), alice); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/item")
}
