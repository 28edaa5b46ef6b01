package inventory_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// slowly lets a second pass before the source answers.
func slowly(list listPackages) listPackages {
	return func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		time.Sleep(time.Second)
		return list(ctx, typ, yield)
	}
}

// TestWindows: what is young is served unasked, what is older while GitHub is
// asked behind it, and what is older than rights may be is waited for.
func TestWindows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		age   time.Duration
		rows  int           // of the first look at that age
		waits time.Duration // until it is there
		asked int32         // in all, when everything is quiet again
		later int           // rows of the look after that
	}{
		{"young", 59 * time.Second, 1, 0, 1, 1},
		{"a minute", time.Minute, 1, 0, 2, 2},
		{"nearly five minutes", 5*time.Minute - time.Second, 1, 0, 2, 2},
		{"five minutes", 5 * time.Minute, 2, time.Second, 2, 2},
		{"a day", 24 * time.Hour, 2, time.Second, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				i, s := begin(t, inventory.Options{}), lists(1)
				look := func() (int, time.Duration) {
					began := time.Now()
					l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
					if err != nil || !l.Complete() {
						t.Fatalf("%+v, %v", l, err)
					}
					return len(l.Items), time.Since(began)
				}
				look()
				s.answers(slowly(lists(2).packages))
				time.Sleep(c.age)
				if rows, waited := look(); rows != c.rows || waited != c.waits {
					t.Errorf("%d rows after %v, want %d after %v", rows, waited, c.rows, c.waits)
				}
				time.Sleep(2 * time.Second)
				if rows, waited := look(); rows != c.later || waited != 0 || s.asked.Load() != c.asked {
					t.Errorf("later: %d rows after %v, asked %d times; want %d, %d", rows, waited, s.asked.Load(), c.later, c.asked)
				}
			})
		})
	}
}

// TestSlowRefresh: when the newest takes too long, the one before is shown with
// its age, but not when it is older than an hour.
func TestSlowRefresh(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]string{30 * time.Minute: "stale ", 2 * time.Hour: "loading "} {
		synctest.Test(t, func(t *testing.T) {
			i, s := begin(t, inventory.Options{}), lists(1)
			if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
				t.Fatal(err)
			}
			s.answers(func(ctx context.Context, _ ghpkg.Type, _ func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})
			time.Sleep(age)
			began := time.Now()
			l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
			if err != nil || kinds(l.Notices) != want || time.Since(began) != 8*time.Second || len(l.Items) > 0 != (want == "stale ") {
				t.Errorf("%v old: %d rows, %v, %v after %v", age, len(l.Items), l.Notices, err, time.Since(began))
			}
		})
	}
}

// TestWeatherForLong: no longer than an hour is an older listing shown.
func TestWeatherForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, s := begin(t, inventory.Options{}), lists(1)
		look := func() (*inventory.Packages, error) {
			return i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
		}
		if _, err := look(); err != nil {
			t.Fatal(err)
		}
		s.answers(failing(fault.Upstream))
		time.Sleep(59 * time.Minute)
		if l, err := look(); err != nil || len(l.Items) != 1 || kinds(l.Notices) != "stale " || l.Notices[0].Detail != "weather" {
			t.Errorf("%+v, %v", l, err)
		}
		time.Sleep(time.Minute)
		if l, err := look(); fault.KindOf(err) != fault.Upstream {
			t.Errorf("after an hour: %+v, %v", l, err)
		}
	})
}

// TestRefusedBehind: once GitHub has refused, what it showed before is gone,
// also while it is asked again, and also where only the weather is bad then.
func TestRefusedBehind(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.NotFound, fault.Forbidden, fault.SSORequired, fault.AppRestricted, fault.SignedOut} {
		synctest.Test(t, func(t *testing.T) {
			i, s := begin(t, inventory.Options{}), lists(1)
			look := func() (*inventory.Packages, error) {
				l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
				synctest.Wait()
				return l, err
			}
			if _, err := look(); err != nil {
				t.Fatal(err)
			}
			s.answers(failing(kind))
			time.Sleep(2 * time.Minute)
			if l, err := look(); err != nil || len(l.Items) != 1 { // served at once, and asked behind
				t.Fatalf("kind %d: %+v, %v", kind, l, err)
			}
			if l, err := look(); fault.KindOf(err) != kind {
				t.Errorf("kind %d: %+v, %v", kind, l, err)
			}
			s.answers(failing(fault.Upstream))
			if l, err := look(); fault.KindOf(err) != fault.Upstream {
				t.Errorf("kind %d, then weather: %+v, %v", kind, l, err)
			}
		})
	}
}

// TestShiftedPages: what is listed twice, because something was published
// while the pages were read, is one row.
func TestShiftedPages(t *testing.T) {
	t.Parallel()
	i, s := begin(t, inventory.Options{}), lists(0)
	s.answers(func(_ context.Context, _ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		yield([]ghpkg.Package{{ID: 3}, {ID: 2}})
		yield([]ghpkg.Package{{ID: 2}, {ID: 1}})
		return nil, nil
	})
	s.versions = func(_ context.Context, _ ghpkg.Ref, _ ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
		yield([]ghpkg.Version{{ID: 9}, {ID: 8}})
		yield([]ghpkg.Version{{ID: 9}, {ID: 8}, {ID: 7}})
		return nil, nil
	}
	packages, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
	if err != nil || len(packages.Items) != 3 {
		t.Errorf("%+v, %v", packages, err)
	}
	versions, err := i.Versions(t.Context(), eyes("olivia", s), ref(t, "a"), ghpkg.Active)
	if err != nil || len(versions.Items) != 3 {
		t.Errorf("%+v, %v", versions, err)
	}
}

// TestClose: the end waits for what is under way, which is told to end.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := false
		s := lists(0)
		s.answers(func(ctx context.Context, _ ghpkg.Type, _ func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
			return nil, ctx.Err()
		})
		i := inventory.New(inventory.Options{Archive: &memory{}})
		go func() { _, _ = i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()) }()
		synctest.Wait()
		if i.Close(); !ended {
			t.Error("Close did not wait")
		}
	})
}
