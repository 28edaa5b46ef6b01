package handlers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// TestTheBinSaysWhenItGoesOn: whole minutes, in which there is room for certain.
func TestTheBinSaysWhenItGoesOn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		looked inventory.DeletedVersions
		want   []ghpkg.Notice
	}{
		"all is known":      {inventory.DeletedVersions{Looked: 3, Of: 3}, nil},
		"it goes on":        {inventory.DeletedVersions{Looked: 2, Of: 3, Running: true}, []ghpkg.Notice{{Kind: ghpkg.NoticeLoading}}},
		"nobody knows when": {inventory.DeletedVersions{Looked: 2, Of: 3}, []ghpkg.Notice{{Kind: ghpkg.NoticeBudget}}},
		"in a moment":       {inventory.DeletedVersions{Looked: 2, Of: 3, Again: now.Add(time.Second)}, []ghpkg.Notice{{Kind: ghpkg.NoticeBudget, Detail: "1"}}},
		"in half an hour":   {inventory.DeletedVersions{Looked: 2, Of: 3, Again: now.Add(30*time.Minute - time.Second)}, []ghpkg.Notice{{Kind: ghpkg.NoticeBudget, Detail: "30"}}},
	} {
		want := append([]ghpkg.Notice{{Kind: ghpkg.NoticeNoList}}, tt.want...)
		if diff := cmp.Diff(want, lookedNotices(tt.looked, now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
