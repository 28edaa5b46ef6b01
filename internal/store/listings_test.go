package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
	"github.com/stockroom-dev/stockroom/internal/store"
)

type (
	saver[T any]  func(*store.Store, context.Context, ghpkg.ListingKey, ghpkg.Listing[T]) error
	loader[T any] func(*store.Store, context.Context, ghpkg.ListingKey) (ghpkg.Listing[T], bool, error)
)

// pkg is a package with everything that GitHub may say.
func pkg(t testing.TB, id int64) ghpkg.Package {
	t.Helper()
	versions := int(id % 7)
	name := fmt.Sprintf("team/widget-%d", id)
	return ghpkg.Package{
		ID: id, Name: name, Type: ghpkg.NPM, Owner: owner(t, ghpkg.Organization, "Acme"), Visibility: ghpkg.Private,
		VersionCount: &versions,
		Repository:   &ghpkg.Repository{Name: "widgets", FullName: "Acme/widgets", Private: true, HTMLURL: "https://github.com/Acme/widgets"},
		HTMLURL:      "https://github.com/orgs/Acme/packages/npm/" + name,
		CreatedAt:    epoch.Add(-time.Duration(id) * time.Hour), UpdatedAt: epoch.Add(-time.Duration(id) * time.Minute),
	}
}

// version is a version of a container image, half of which have tags.
func version(id int64) ghpkg.Version {
	v := ghpkg.Version{
		ID: id, Name: fmt.Sprintf("sha256:%064x", id), HTMLURL: fmt.Sprintf("https://github.com/orgs/acme/packages/container/api/%d", id),
		CreatedAt: epoch.Add(time.Duration(id) * time.Second), UpdatedAt: epoch.Add(time.Duration(id) * time.Second),
	}
	if id%2 == 0 {
		v.Tags = []string{fmt.Sprintf("v1.0.%d", id), "main"}
	}
	return v
}

func packagesKey(t testing.TB, viewer string) ghpkg.ListingKey {
	t.Helper()
	return ghpkg.ListingKey{Viewer: viewer, Owner: owner(t, ghpkg.Organization, "Acme"), Type: ghpkg.NPM}
}

// packages are those with these ids, listed n minutes after epoch.
func packages(t testing.TB, n int, ids ...int64) ghpkg.Listing[ghpkg.Package] {
	t.Helper()
	l := ghpkg.Listing[ghpkg.Package]{AsOf: epoch.Add(time.Duration(n) * time.Minute)}
	for _, id := range ids {
		l.Items = append(l.Items, pkg(t, id))
	}
	return l
}

func savePackages(t *testing.T, s *store.Store, key ghpkg.ListingKey, l ghpkg.Listing[ghpkg.Package]) {
	t.Helper()
	if err := s.SavePackages(t.Context(), key, l); err != nil {
		t.Fatal(err)
	}
}

// wantPackages checks what is kept under key, in whichever order.
func wantPackages(t *testing.T, s *store.Store, key ghpkg.ListingKey, want ghpkg.Listing[ghpkg.Package]) {
	t.Helper()
	got, ok, err := s.LoadPackages(t.Context(), key)
	if err != nil || !ok {
		t.Fatalf("LoadPackages: %v, %v", ok, err)
	}
	want.Items = slices.Clone(want.Items)
	slices.SortFunc(want.Items, func(a, b ghpkg.Package) int { return cmp.Compare(b.ID, a.ID) })
	if diff := gocmp.Diff(want, got, compareOwners); diff != "" {
		t.Errorf("packages of %s (-want +got):\n%s", key.Viewer, diff)
	}
}

func wantNothing(t *testing.T, s *store.Store, key ghpkg.ListingKey) {
	t.Helper()
	if got, ok, err := s.LoadPackages(t.Context(), key); ok || err != nil {
		t.Errorf("LoadPackages(%+v) = %+v, %v, %v; want nothing", key, got, ok, err)
	}
}

func wantRows(t *testing.T, s *store.Store, table string, want int) {
	t.Helper()
	if got, err := s.Rows(t.Context(), table); got != want || err != nil {
		t.Errorf("%s has %d rows, %v; want %d", table, got, err, want)
	}
}

func TestPackagesRoundTrip(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, none := open(t, databaseURL), 0
		l := packages(t, 1, 1<<53)
		l.Items = append(l.Items,
			ghpkg.Package{ID: 3},
			ghpkg.Package{ID: 2, Name: "@한글/ü 'x\" -- \U0001F4E6\u2028", Type: ghpkg.NPM, Owner: owner(t, ghpkg.User, "octavia_acme"), VersionCount: &none},
			ghpkg.Package{ID: 1, Repository: &ghpkg.Repository{}},
		)
		l.Notices = []ghpkg.Notice{
			{Kind: ghpkg.NoticeSSO, Detail: "1,2", URL: "https://github.com/sso"},
			{Kind: ghpkg.NoticeTypeFailed, Type: ghpkg.Maven, Detail: "Server \"Error\"\n"},
		}
		key := packagesKey(t, "octavia")
		wantNothing(t, s, key)
		savePackages(t, s, key, l)
		wantPackages(t, s, key, l)
		key.Owner = owner(t, ghpkg.Organization, "aCME")
		wantPackages(t, s, key, l)
		for name, other := range map[string]func(*ghpkg.ListingKey){
			"viewer":     func(k *ghpkg.ListingKey) { k.Viewer = "bob" },
			"viewer's":   func(k *ghpkg.ListingKey) { k.Viewer = "Octavia" },
			"owner":      func(k *ghpkg.ListingKey) { k.Owner = owner(t, ghpkg.Organization, "acme2") },
			"kind":       func(k *ghpkg.ListingKey) { k.Owner = owner(t, ghpkg.User, "acme") },
			"type":       func(k *ghpkg.ListingKey) { k.Type = ghpkg.Maven },
			"name":       func(k *ghpkg.ListingKey) { k.Name = "widget" },
			"state":      func(k *ghpkg.ListingKey) { k.State = ghpkg.Active },
			"visibility": func(k *ghpkg.ListingKey) { k.Visibility = ghpkg.Internal },
		} {
			t.Run("another "+name, func(t *testing.T) {
				changed := key
				other(&changed)
				wantNothing(t, s, changed)
			})
		}
	})
}

func TestWhatNoDatabaseCanHoldIsKeptAllTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, key := open(t, databaseURL), packagesKey(t, "octavia")
		l := packages(t, 1, 1)
		l.Items[0].Name = "a\x00b\xff"
		savePackages(t, s, key, l)
		l.Items[0].Name = "a\uFFFDb\uFFFD"
		wantPackages(t, s, key, l)
	})
}

func TestVersionsRoundTrip(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		key := ghpkg.ListingKey{
			Viewer: "octavia", Owner: owner(t, ghpkg.Organization, "Acme"), Type: ghpkg.Container, Name: "team/api", State: ghpkg.Deleted,
		}
		deleted := epoch.Add(-time.Hour)
		want := ghpkg.Listing[ghpkg.Version]{AsOf: epoch, Items: []ghpkg.Version{
			{ID: 5, Name: "1.0", Description: "line\nline", License: "MIT", DeletedAt: &deleted, CreatedAt: epoch, UpdatedAt: epoch},
			{ID: 4, Tags: []string{"z", "a", "", "z", "최신", `"\`}},
			{ID: 3, Tags: []string{}},
			version(2), version(1),
		}}
		for range 2 {
			if err := s.SaveVersions(ctx, key, ghpkg.Listing[lean.Version]{AsOf: want.AsOf, Items: lean.All(want.Items)}); err != nil {
				t.Fatal(err)
			}
			loaded, ok, err := s.LoadVersions(ctx, key)
			got := ghpkg.Listing[ghpkg.Version]{AsOf: loaded.AsOf, Notices: loaded.Notices}
			for _, v := range loaded.Items {
				got.Items = append(got.Items, v.Full())
			}
			if diff := gocmp.Diff(want, got); diff != "" || !ok || err != nil {
				t.Fatalf("LoadVersions: %v, %v (-want +got):\n%s", ok, err, diff)
			}
		}
		key.State = ghpkg.Active
		if _, ok, err := s.LoadVersions(ctx, key); ok || err != nil {
			t.Errorf("the other state: %v, %v", ok, err)
		}
	})
}

func TestAListingIsReplaced(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, key, other := open(t, databaseURL), packagesKey(t, "octavia"), packagesKey(t, "octavia")
		other.Type = ghpkg.Maven
		savePackages(t, s, other, packages(t, 0, 1, 2, 99))
		var many []int64
		for id := range int64(1000) {
			many = append(many, 1+id*7%1000) // in no order
		}
		changed := packages(t, 6, 1, 2, 3)
		changed.Items[1].Name = "renamed"
		changed.Items[2].Repository = nil
		for _, l := range []ghpkg.Listing[ghpkg.Package]{
			packages(t, 1, 1, 2, 3), packages(t, 2, many...), packages(t, 3, many...), packages(t, 4, many[500:]...),
			packages(t, 5, 3, 4), changed, packages(t, 7), packages(t, 8, 1),
		} {
			savePackages(t, s, key, l)
			wantPackages(t, s, key, l)
		}
		twice := packages(t, 9, 1, 2, 1)
		twice.Items[2].Name = "renamed while GitHub was listing"
		savePackages(t, s, key, twice)
		twice.Items = twice.Items[1:]
		wantPackages(t, s, key, twice)
		wantPackages(t, s, other, packages(t, 0, 1, 2, 99))
	})
}

func TestTouchListing(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, key, l := open(t, databaseURL), packagesKey(t, "octavia"), packages(t, 1, 1, 2)
		touch := func() {
			if err := s.TouchListing(t.Context(), key, epoch.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		touch()
		wantNothing(t, s, key)
		savePackages(t, s, key, l)
		savePackages(t, s, packagesKey(t, "bob"), l)
		touch()
		wantPackages(t, s, packagesKey(t, "bob"), l)
		l.AsOf = epoch.Add(time.Hour)
		wantPackages(t, s, key, l)
	})
}

func TestNobodySeesThroughAnothersEyes(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, a, b := open(t, databaseURL), packagesKey(t, "a"), packagesKey(t, "b")
		ofA, ofB := packages(t, 1, 1, 2, 3), packages(t, 2, 2, 3)
		savePackages(t, s, a, ofA)
		savePackages(t, s, b, ofB)
		wantRows(t, s, "inventory_packages", 3) // what both were told is there once
		wantRows(t, s, "inventory_sightings", 5)
		wantPackages(t, s, b, ofB)
		// What A is told later, or told more of, B was not told.
		secret := ghpkg.Repository{Name: "secret", FullName: "acme/secret", Private: true}
		ofA.Items[0].Name, ofA.Items[1].Repository, ofA.Items[2].Name = "gadget", &secret, "renamed"
		ofA.Items = append(ofA.Items, pkg(t, 4))
		savePackages(t, s, a, ofA)
		wantPackages(t, s, a, ofA)
		wantPackages(t, s, b, ofB)
		// B loses access: only B does.
		ofB.Items = ofB.Items[:1]
		savePackages(t, s, b, ofB)
		wantPackages(t, s, a, ofA)
		wantPackages(t, s, b, ofB)
	})
}

func TestForgetAndSweep(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		a, b, versions := packagesKey(t, "a"), packagesKey(t, "b"), packagesKey(t, "a")
		versions.Name, versions.State = "widget", ghpkg.Active
		savePackages(t, s, a, packages(t, 0, 1, 2, 3))
		savePackages(t, s, b, packages(t, 30, 3, 4))
		err := s.SaveVersions(ctx, versions, ghpkg.Listing[lean.Version]{AsOf: epoch, Items: lean.All([]ghpkg.Version{version(1)})})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ForgetListings(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		wantNothing(t, s, a)
		wantNothing(t, s, versions)
		wantRows(t, s, "inventory_sightings", 2)
		sweep := func(now, olderThan time.Duration, packages, versions int) {
			t.Helper()
			if err := s.Sweep(ctx, epoch.Add(now), epoch.Add(olderThan)); err != nil {
				t.Fatal(err)
			}
			wantRows(t, s, "inventory_packages", packages)
			wantRows(t, s, "inventory_versions", versions)
		}
		sweep(time.Hour, 0, 4, 1) // a save may still be on its way
		sweep(time.Hour+time.Minute, 30*time.Minute, 2, 0)
		wantPackages(t, s, b, packages(t, 30, 3, 4))
		savePackages(t, s, b, packages(t, 40, 4))
		sweep(48*time.Hour, 40*time.Minute, 1, 0)
		wantPackages(t, s, b, packages(t, 40, 4))
		sweep(48*time.Hour, 41*time.Minute, 0, 0)
		wantNothing(t, s, b)
		wantRows(t, s, "inventory_sightings", 0)
	})
}

// widget is a package of Acme's.
func widget(t *testing.T) ghpkg.Ref {
	t.Helper()
	ref, err := ghpkg.NewRef(owner(t, ghpkg.Organization, "Acme"), ghpkg.NPM, "widget")
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestWhatWasSeenLastOutlivesItsSession: for as long as it tells what vanished,
// and no change makes it forget when that was.
func TestWhatWasSeenLastOutlivesItsSession(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx, key := open(t, databaseURL), t.Context(), packagesKey(t, "session")
		seen, l := key.LastSeen(7), packages(t, 0, 1, 2)
		savePackages(t, s, key, l)
		savePackages(t, s, seen, l)
		if err := s.ExpireListings(ctx, widget(t), "me"); err != nil {
			t.Fatal(err)
		}
		wantPackages(t, s, seen, l)
		if err := s.ForgetListings(ctx, "session"); err != nil {
			t.Fatal(err)
		}
		wantNothing(t, s, key.LastSeen(8))
		for _, days := range []int{9, 30, 32} {
			wantPackages(t, s, seen, l)
			now := epoch.AddDate(0, 0, days)
			if err := s.Sweep(ctx, now, now.AddDate(0, 0, -8)); err != nil {
				t.Fatal(err)
			}
		}
		wantNothing(t, s, seen)
	})
}

func TestAListingWithoutItsFactsIsNoListing(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, key, l := open(t, databaseURL), packagesKey(t, "octavia"), packages(t, 1, 1, 2)
		savePackages(t, s, key, l)
		if err := s.Remove(t.Context(), "inventory_packages"); err != nil {
			t.Fatal(err)
		}
		wantNothing(t, s, key)
		savePackages(t, s, key, l)
		wantPackages(t, s, key, l)
	})
}
