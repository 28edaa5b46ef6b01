package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// vanished is a package that was seen and missed at these hours after epoch.
func vanished(t *testing.T, id int64, seen, noticed int) ghpkg.Vanished {
	t.Helper()
	return ghpkg.Vanished{
		Package: pkg(t, id), LastSeen: epoch.Add(time.Duration(seen) * time.Hour), Noticed: epoch.Add(time.Duration(noticed) * time.Hour),
	}
}

func wantVanished(t *testing.T, s *store.Store, viewerID int64, now time.Time, want ...ghpkg.Vanished) {
	t.Helper()
	got, err := s.Vanished(t.Context(), viewerID, owner(t, ghpkg.Organization, "aCME"), now)
	if diff := cmp.Diff(want, got, compareOwners); diff != "" || err != nil {
		t.Errorf("Vanished of %d: %v (-want +got):\n%s", viewerID, err, diff)
	}
}

func TestVanished(t *testing.T) {
	const day = 24 * time.Hour
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		add := func(viewerID int64, all ...ghpkg.Vanished) {
			t.Helper()
			if err := s.AddVanished(ctx, viewerID, all); err != nil {
				t.Fatal(err)
			}
		}
		bare := ghpkg.Vanished{
			Package:  ghpkg.Package{ID: 3, Name: "bare", Type: ghpkg.Maven, Owner: owner(t, ghpkg.Organization, "acme"), CreatedAt: epoch, UpdatedAt: epoch},
			LastSeen: epoch, Noticed: epoch.Add(time.Minute),
		}
		ofUser := vanished(t, 4, 0, 1)
		ofUser.Package.Owner = owner(t, ghpkg.User, "acme")
		add(1)
		wantVanished(t, s, 1, epoch)
		add(1, vanished(t, 2, 0, 2), vanished(t, 1, 1, 3), bare, ofUser)
		wantVanished(t, s, 1, epoch, vanished(t, 1, 1, 3), vanished(t, 2, 0, 2), bare)
		wantVanished(t, s, 2, epoch)
		// Another session saw it last, or missed it first.
		add(1, vanished(t, 2, 1, 4), vanished(t, 1, 0, 1))
		wantVanished(t, s, 1, epoch, vanished(t, 2, 1, 2), vanished(t, 1, 1, 1), bare)
		// It was there again, and vanished again.
		add(1, vanished(t, 1, 5, 6))
		wantVanished(t, s, 1, epoch, vanished(t, 1, 5, 6), vanished(t, 2, 1, 2), bare)

		wantVanished(t, s, 1, epoch.Add(31*day+time.Hour), vanished(t, 1, 5, 6), vanished(t, 2, 1, 2))
		if err := s.Sweep(ctx, epoch.Add(31*day+2*time.Hour), epoch); err != nil {
			t.Fatal(err)
		}
		wantRows(t, s, "inventory_vanished", 1)
		for _, typ := range []ghpkg.Type{ghpkg.Maven, ghpkg.NPM, ghpkg.NPM} {
			wantVanished(t, s, 1, epoch, vanished(t, 1, 5, 6))
			for _, viewerID := range []int64{2, 1} {
				if typ == ghpkg.NPM && viewerID == 1 {
					continue
				}
				if err := s.RemoveVanished(ctx, viewerID, typ, 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.RemoveVanished(ctx, 1, ghpkg.NPM, 1); err != nil {
			t.Fatal(err)
		}
		wantVanished(t, s, 1, epoch)
	})
}
