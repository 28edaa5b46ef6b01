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
		every    int
		near     bool
	}{
		{"the first page, just started", 0, ghpkg.ItemQuery{}, []ghpkg.ItemState{pending, pending}, false, itemsFar, true},
		{"the page where it is now", 51, ghpkg.ItemQuery{Offset: 50}, []ghpkg.ItemState{done, running}, false, itemsFar, true},
		{"a page that comes later", 0, ghpkg.ItemQuery{Offset: 50}, []ghpkg.ItemState{pending, pending}, false, itemsFar, false},
		{"a page that is over", 60, ghpkg.ItemQuery{}, []ghpkg.ItemState{done, done}, false, 0, false},
		{"what was left behind and is tried again", 60, ghpkg.ItemQuery{}, []ghpkg.ItemState{done, pending}, false, itemsFar, true},
		{"sorted, and not begun here", 0, ghpkg.ItemQuery{Sort: "-name"}, []ghpkg.ItemState{pending, pending}, false, itemsFar, false},
		{"those that are done, and become more", 2, ghpkg.ItemQuery{State: done}, []ghpkg.ItemState{done, done}, true, itemsFar, false},
		{"a filter that selects none yet", 2, ghpkg.ItemQuery{State: ghpkg.ItemFailed}, nil, true, itemsFar, false},
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
			if every, near := itemsFollow(a, items, test.filtered); every != test.every || near != test.near {
				t.Errorf("looked at again after %d s, near the work: %t; want %d, %t", every, near, test.every, test.near)
			}
		})
	}
}
