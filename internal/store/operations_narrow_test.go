package store_test

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// What is expected of a draft's items may be said anew; of what runs, it is
// what the person saw.
func TestChecksAreADrafts(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		for _, tt := range []struct {
			id   string
			want ghpkg.ItemCheck
		}{
			{insert(t, s, draft(1, nil), frozen(t, 3, nil)).ID, ghpkg.CheckLastTagged},
			{started(t, s, 2, 3).ID, ghpkg.CheckOK},
		} {
			err := s.SetChecks(t.Context(), tt.id, map[int]ghpkg.ItemCheck{2: ghpkg.CheckLastTagged, 99: ghpkg.CheckGone})
			if err != nil {
				t.Fatal(err)
			}
			items, _, err := s.OperationItems(t.Context(), tt.id, ghpkg.ItemQuery{Limit: 10})
			if err != nil || len(items) != 3 {
				t.Fatal(items, err)
			}
			if items[1].Check != tt.want || items[0].Check != items[2].Check {
				t.Errorf("checks %s, %s, %s; want %s in the middle", items[0].Check, items[1].Check, items[2].Check, tt.want)
			}
		}
	})
}
