package inventory_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// empty returns a source of packages without a version.
func empty() *source {
	s := lists(0)
	s.versions = func(context.Context, ghpkg.Ref, ghpkg.State, func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
		return nil, nil
	}
	return s
}

// TestListingsOfNothingTakeRoom: they are given up as others are, the least
// recently used first.
func TestListingsOfNothingTakeRoom(t *testing.T) {
	t.Parallel()
	s := empty()
	i := begin(t, inventory.Options{MaxRows: 100})
	look := func(n int, asked int32) {
		t.Helper()
		if _, err := i.Versions(t.Context(), eyes("olivia", s), ref(t, fmt.Sprint("p", n)), ghpkg.Deleted); err != nil {
			t.Fatal(err)
		}
		if s.asked.Load() != asked {
			t.Errorf("package %d: GitHub was asked %d times, want %d", n, s.asked.Load(), asked)
		}
	}
	for n := range 100 {
		look(n, int32(n+1))
	}
	look(99, 100)
	look(0, 101)
	for n := range 100 {
		owner, err := ghpkg.NewOwner(ghpkg.Organization, fmt.Sprint("org", n))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.Packages(t.Context(), eyes("olivia", s), owner, npm()); err != nil {
			t.Fatal(err)
		}
	}
	if held := i.Held(); held > 40 {
		t.Errorf("%d are held", held)
	}
}

// TestExpiredSessionsLeaveNothing: nobody says that a session has ended when it
// was not used for long, and yet nothing of it stays in memory.
func TestExpiredSessionsLeaveNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := lists(1)
		i := begin(t, inventory.Options{})
		use := func(session string) {
			for _, state := range []ghpkg.State{ghpkg.Active, ghpkg.Deleted} {
				if _, err := i.Versions(t.Context(), eyes(session, s), ref(t, "p"), state); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := i.All(t.Context(), eyes(session, s), []ghpkg.Owner{acme(t)}, npm()); err != nil {
				t.Fatal(err)
			}
			_, _ = i.Package(t.Context(), eyes(session, s), ref(t, "p"))
			synctest.Wait()
		}
		use("0")
		one := i.Held()
		for n := range 20 {
			time.Sleep(7 * time.Hour)
			use(fmt.Sprint(n + 1))
			if held := i.Held(); held > 2*one {
				t.Fatalf("%d are held after %d sessions; %d after one", held, n+2, one)
			}
		}
		asked := s.asked.Load()
		use("20")
		if now := s.asked.Load(); now != asked {
			t.Errorf("the session that is used was forgotten too: GitHub was asked %d times more", now-asked)
		}
	})
}

// TestRoomIsCounted: whatever becomes of listings, what they take is known.
func TestRoomIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rows := 3
		var fails error
		s := lists(0)
		s.versions = func(_ context.Context, _ ghpkg.Ref, _ ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
			page := make([]ghpkg.Version, rows)
			for n := range page {
				page[n].ID = int64(n + 1)
			}
			yield(page)
			return nil, fails
		}
		i := begin(t, inventory.Options{MaxRows: 60, Archive: &memory{}})
		look := func(name string) {
			_, _ = i.Versions(t.Context(), eyes("olivia", s), ref(t, name), ghpkg.Active)
			synctest.Wait()
		}
		const alone = 8 // what a listing takes without its rows
		check := func(what string, rows int) {
			t.Helper()
			if counted, anew := i.Rows(); counted != anew || rows > 0 && counted != alone+rows {
				t.Errorf("%s: %d rows are counted, and there are %d", what, counted, anew)
			}
		}
		look("a")
		check("listed", 3)
		rows = 5
		time.Sleep(2 * time.Minute)
		look("a")
		check("listed anew", 5)
		i.Changed(t.Context(), ref(t, "a"))
		check("outdated, and kept to tell what changed", 5)
		fails = &fault.Error{Kind: fault.Upstream}
		look("a")
		check("failed halfway", 10)
		i.Changed(t.Context(), ref(t, "a"))
		check("outdated again", 5)
		for n := range 10 {
			look(fmt.Sprint("b", n))
		}
		check("some were given up", 0)
		i.Forget(t.Context(), "olivia")
		check("forgotten", 0)
		if counted, _ := i.Rows(); counted != 0 {
			t.Errorf("%d rows are left", counted)
		}
	})
}

// BenchmarkListingsOfNothing is what one takes beside 20,000 others.
func BenchmarkListingsOfNothing(b *testing.B) {
	i := inventory.New(inventory.Options{})
	b.Cleanup(i.Close)
	s := empty()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		b.Fatal(err)
	}
	look := func(n int) {
		ref, err := ghpkg.NewRef(owner, ghpkg.NPM, fmt.Sprint("p", n))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := i.Versions(b.Context(), eyes("olivia", s), ref, ghpkg.Deleted); err != nil {
			b.Fatal(err)
		}
	}
	n := 0
	for ; n < 20_000; n++ {
		look(n)
	}
	for b.Loop() {
		look(n)
		n++
	}
}
