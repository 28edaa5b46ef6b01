package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// TestLooked: a viewer's looks into bins are told after their session, of the
// owner that is asked for, and to nobody else.
func TestLooked(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		save := func(key ghpkg.ListingKey, items ...ghpkg.Version) {
			t.Helper()
			if err := s.SaveVersions(ctx, key, ghpkg.Listing[lean.Version]{AsOf: epoch, Items: lean.All(items)}); err != nil {
				t.Fatal(err)
			}
		}
		key := packagesKey(t, "session")
		key.Name, key.State = "widget", ghpkg.Deleted
		empty, active, elsewhere := key, key, key
		empty.Name, active.State = "gadget", ghpkg.Active
		elsewhere.Owner = owner(t, ghpkg.Organization, "umbrella")
		save(key, version(1)) // is the session's own
		save(key.LastSeen(7), version(1))
		save(empty.LastSeen(7))
		save(active.LastSeen(7), version(1))
		save(elsewhere.LastSeen(7), version(1))
		savePackages(t, s, packagesKey(t, "session").LastSeen(7), packages(t, 0, 1))
		if err := s.ForgetListings(ctx, "session"); err != nil {
			t.Fatal(err)
		}
		got, err := s.Looked(ctx, 7, key.Owner)
		slices.SortFunc(got, func(a, b ghpkg.Looked) int { return strings.Compare(a.Name, b.Name) })
		want := []ghpkg.Looked{{Type: key.Type, Name: "gadget", At: epoch}, {Type: key.Type, Name: "widget", At: epoch, Found: true}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if others, err := s.Looked(ctx, 70, key.Owner); err != nil || len(others) > 0 {
			t.Errorf("another viewer is told of %+v, %v", others, err)
		}
		now := epoch.Add(32 * 24 * time.Hour) // when nothing of it can be restored any more
		if err := s.Sweep(ctx, now, now.AddDate(0, 0, -8)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Looked(ctx, 7, key.Owner); err != nil || len(got) > 0 {
			t.Errorf("after a month: %+v, %v", got, err)
		}
	})
}
