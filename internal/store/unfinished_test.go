package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestCountUnfinished: drafts and what is over do not count, nor do other people's.
func TestCountUnfinished(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		for i, state := range append(ghpkg.OperationStates(), ghpkg.OperationRunning) {
			for actor := int64(1); actor <= 2; actor++ {
				if actor == 2 && state != ghpkg.OperationPaused {
					continue
				}
				op := ghpkg.Operation{
					ID: fmt.Sprint(i, actor), Actor: ghpkg.Actor{ID: actor}, Action: ghpkg.ActionDelete, State: state, CreatedAt: time.UnixMilli(1), Complete: true,
				}
				if err := s.InsertOperation(t.Context(), op, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, err := s.CountUnfinished(t.Context(), 1)
		want := map[ghpkg.OperationState]int{ghpkg.OperationRunning: 2, ghpkg.OperationWaiting: 1, ghpkg.OperationPaused: 1}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// BenchmarkCountUnfinished is what every page pays, beside a thousand that are over.
func BenchmarkCountUnfinished(b *testing.B) {
	s := open(b, "sqlite:"+filepath.Join(b.TempDir(), "stockroom.db"))
	for i := range 1000 {
		op := ghpkg.Operation{
			ID: fmt.Sprint(i), Actor: ghpkg.Actor{ID: 1}, Action: ghpkg.ActionDelete, State: ghpkg.OperationDone, CreatedAt: time.UnixMilli(1),
		}
		if i < 2 {
			op.State = ghpkg.OperationRunning
		}
		if err := s.InsertOperation(b.Context(), op, nil); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := s.CountUnfinished(b.Context(), 1); err != nil {
			b.Fatal(err)
		}
	}
}
