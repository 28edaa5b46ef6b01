package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

func view(id string, viewerID int64, name string, shared bool) ghpkg.SavedView {
	return ghpkg.SavedView{
		ID: id, ViewerID: viewerID, Login: fmt.Sprintf("viewer-%d", viewerID), Name: name,
		Path: "/orgs/acme/packages?q=old%3A90d", Shared: shared, CreatedAt: epoch,
	}
}

func wantViews(t *testing.T, s *store.Store, viewerID int64, want ...ghpkg.SavedView) {
	t.Helper()
	got, err := s.Views(t.Context(), viewerID)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Views of %d: %v (-want +got):\n%s", viewerID, err, diff)
	}
}

func TestViews(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		wantViews(t, s, 1)
		save := func(all ...ghpkg.SavedView) {
			t.Helper()
			for _, v := range all {
				if err := s.SaveView(ctx, v); err != nil {
					t.Fatal(err)
				}
			}
		}
		stale, untagged := view("a", 1, "über alt", false), view("b", 1, "Untagged", true)
		secret, public := view("c", 2, "Secret", false), view("d", 2, "a public one", true)
		save(stale, untagged, secret, public)
		wantViews(t, s, 1, untagged, stale, public)
		wantViews(t, s, 2, public, secret, untagged)
		wantViews(t, s, 3, public, untagged)

		stale.Name, stale.Path, stale.Shared = "Alt", "/packages?q='%00", true
		save(stale)
		wantViews(t, s, 1, stale, untagged, public)
		theirs := view("c", 1, "taken over", true)
		if err := s.SaveView(ctx, theirs); err == nil {
			t.Error("another's view was written over")
		}
		for _, tt := range []struct {
			viewerID int64
			id       string
			want     bool
		}{{1, "c", false}, {1, "d", false}, {1, "\x00", false}, {1, "b", true}, {1, "b", false}} {
			if got, err := s.ForgetView(ctx, tt.viewerID, tt.id); got != tt.want || err != nil {
				t.Errorf("ForgetView(%d, %q) = %v, %v; want %v", tt.viewerID, tt.id, got, err, tt.want)
			}
		}
		wantViews(t, s, 2, public, secret, stale)
	})
}

func TestAHundredViewsAreEnough(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		for i := range 100 {
			if err := s.SaveView(ctx, view(fmt.Sprint(i), 1, "x", false)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SaveView(ctx, view("100", 1, "x", false)); !errors.Is(err, store.ErrTooManyViews) {
			t.Errorf("the 101st: %v", err)
		}
		for name, v := range map[string]ghpkg.SavedView{"one that is there": view("7", 1, "y", true), "another viewer's": view("100", 2, "x", false)} {
			if err := s.SaveView(ctx, v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.ForgetView(ctx, 1, "7"); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveView(ctx, view("101", 1, "x", false)); err != nil {
			t.Errorf("after one was forgotten: %v", err)
		}
	})
}
