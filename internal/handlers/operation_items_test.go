package handlers

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestItemsAreLookedAtOftenOnlyWhereTheWorkIs(t *testing.T) {
	t.Parallel()
	const pending, running, done = ghpkg.ItemPending, ghpkg.ItemRunning, ghpkg.ItemDone
	tests := []struct {
		name     string
		settled  int // of 100
		query    ghpkg.ItemQuery
		rows     []ghpkg.ItemState
		filtered bool
		want     int
	}{
		{"the first page, just started", 0, ghpkg.ItemQuery{}, []ghpkg.ItemState{pending, pending}, false, itemsNear},
		{"the page where it is now", 51, ghpkg.ItemQuery{Offset: 50}, []ghpkg.ItemState{done, running}, false, itemsNear},
		{"a page that comes later", 0, ghpkg.ItemQuery{Offset: 50}, []ghpkg.ItemState{pending, pending}, false, itemsFar},
		{"a page that is over", 60, ghpkg.ItemQuery{}, []ghpkg.ItemState{done, done}, false, 0},
		{"what was left behind and is tried again", 60, ghpkg.ItemQuery{}, []ghpkg.ItemState{done, pending}, false, itemsNear},
		{"sorted, and not begun here", 0, ghpkg.ItemQuery{Sort: "-name"}, []ghpkg.ItemState{pending, pending}, false, itemsFar},
		{"those that are done, and become more", 2, ghpkg.ItemQuery{State: done}, []ghpkg.ItemState{done, done}, true, itemsFar},
		{"a filter that selects none yet", 2, ghpkg.ItemQuery{State: ghpkg.ItemFailed}, nil, true, itemsFar},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := opened{items: test.query}
			a.op.Counts = ghpkg.ItemCounts{done: test.settled, pending: 100 - test.settled}
			items := make([]ghpkg.OperationItem, len(test.rows))
			for i, state := range test.rows {
				items[i].State = state
			}
			if got := itemsEvery(a, items, test.filtered); got != test.want {
				t.Errorf("looked at again after %d s, want %d", got, test.want)
			}
		})
	}
}
