package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// BenchmarkOperations is what the page of an operation of 10,000 items costs,
// and each step of working on it.
func BenchmarkOperations(b *testing.B) {
	url := "sqlite:" + filepath.Join(b.TempDir(), "stockroom.db")
	if os.Getenv("STOCKROOM_BENCH_POSTGRES") != "" {
		url = postgresSchema(b)
	}
	s := open(b, url)
	const n = 10_000
	op := started(b, s, 0, n)
	all := frozen(b, n, func(i *ghpkg.OperationItem) { i.Target.Tags = []string{"build-1234", "main"} })
	ids := 1
	bench := func(name string, do func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	bench("insert", func() error {
		ids++
		return s.InsertOperation(b.Context(), draft(ids, func(op *ghpkg.Operation) { op.Actor.ID = 2 }), all)
	})
	bench("counts", func() error {
		_, _, err := s.Operation(b.Context(), op.ID, octavia)
		return err
	})
	for name, q := range map[string]ghpkg.ItemQuery{
		"page": {}, "page-last": {Offset: n - 50}, "page-by-name": {Sort: ghpkg.SortName}, "page-search": {Text: "00777"},
		"page-pending": {State: ghpkg.ItemPending},
	} {
		q.Limit = 50
		bench(name, func() error {
			_, _, err := s.OperationItems(b.Context(), op.ID, q)
			return err
		})
	}
	bench("summary", func() error {
		_, err := s.OperationSummary(b.Context(), op.ID)
		return err
	})
	bench("next-begin-settle", func() error {
		item, _, err := s.NextItem(b.Context(), op.ID)
		if err != nil {
			return err
		}
		if _, err := s.BeginItem(b.Context(), op.ID, item); err != nil {
			return err
		}
		item.State = ghpkg.ItemPending // so that it never ends
		_, err = s.SettleItem(b.Context(), op.ID, item)
		return err
	})
}
