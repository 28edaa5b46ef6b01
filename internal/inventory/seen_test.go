package inventory_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// TestVanishedOverSessions: what a viewer saw in one session is missed in the
// next, and by nobody else.
func TestVanishedOverSessions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s, all := &memory{}, lists(0), numbered(5)
		i := begin(t, inventory.Options{Archive: kept})
		look := func(session string, list listPackages) time.Time {
			s.answers(list)
			l, err := i.Packages(t.Context(), eyes(session, s), acme(t), npm())
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			i.Forget(t.Context(), session)
			time.Sleep(24 * time.Hour)
			return l.AsOf
		}
		seen := look("olivia's first", named(t, all))
		look("mallory's", named(t, without(all, 3))) // who may see less
		if s.single.Load() > 0 {
			t.Error("mallory's token was used to ask for what olivia saw")
		}
		noticed := look("olivia's second", named(t, without(all, 1)))
		look("olivia's third", partly(named(t, without(all, 3))))
		look("olivia's fourth", named(t, without(all, 1)))
		gone, err := i.Vanished(t.Context(), 'o', acme(t))
		if err != nil || len(gone) != 1 || gone[0].Package.Name != "p1" || !gone[0].LastSeen.Equal(seen) || !gone[0].Noticed.Equal(noticed) {
			t.Errorf("%+v, %v; last seen %s, noticed %s", gone, err, seen, noticed)
		}
		if others, err := i.Vanished(t.Context(), 'm', acme(t)); err != nil || len(others) > 0 {
			t.Errorf("another viewer is told of %+v, %v", others, err)
		}
	})
}

// TestVanishedBetweenSessionsAtOnce: of two sessions of a viewer one brings a
// package back, and the next time that it is gone is noticed all the same.
func TestVanishedBetweenSessionsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s, all := &memory{}, lists(0), numbered(5)
		i := begin(t, inventory.Options{Archive: kept})
		for _, step := range []struct {
			session string
			list    listPackages
			gone    int
		}{
			{"olivia's laptop", named(t, all), 0},
			{"olivia's phone", named(t, without(all, 1)), 1},
			{"olivia's laptop", named(t, all), 0},
			{"olivia's laptop", named(t, without(all, 1)), 1},
		} {
			s.answers(step.list)
			time.Sleep(time.Hour)
			if _, err := i.Packages(t.Context(), eyes(step.session, s), acme(t), npm()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if gone, err := i.Vanished(t.Context(), 'o', acme(t)); err != nil || len(gone) != step.gone {
				t.Errorf("%s: %+v, %v; want %d", step.session, gone, err, step.gone)
			}
		}
	})
}

// TestVanishedAcrossChangeAndRestart: a change makes what is kept too old to be
// shown, but not forgotten when it was seen.
func TestVanishedAcrossChangeAndRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s, all := &memory{}, lists(0), numbered(5)
		i := inventory.New(inventory.Options{Archive: kept})
		s.answers(named(t, all))
		l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		i.Changed(t.Context(), ref(t, "p5"))
		i.Close()
		time.Sleep(time.Hour)
		i = begin(t, inventory.Options{Archive: kept})
		s.answers(named(t, without(all, 2)))
		if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		gone, err := i.Vanished(t.Context(), 'o', acme(t))
		if err != nil || len(gone) != 2 {
			t.Fatalf("%+v, %v", gone, err)
		}
		for _, v := range gone {
			if !v.LastSeen.Equal(l.AsOf) {
				t.Errorf("%s was seen at %s, not at %s", v.Package.Name, l.AsOf, v.LastSeen)
			}
		}
	})
}
