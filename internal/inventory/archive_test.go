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

// TestRestart: what an earlier process kept is shown at once to the session
// that it was listed to, and to no other.
func TestRestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		away         time.Duration
		rows, waited int // rows at once, seconds
		mona         int32
	}{
		{"soon", 30 * time.Second, 2, 0, 1},
		{"after minutes", 4 * time.Minute, 2, 0, 1},
		{"after an hour", time.Hour, 3, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kept, s, other := &memory{}, lists(2), lists(1)
				first := inventory.New(inventory.Options{Archive: kept})
				if _, err := first.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
					t.Fatal(err)
				}
				if _, err := first.Versions(t.Context(), eyes("olivia", s), ref(t, "a"), ghpkg.Active); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				first.Close()
				asked := s.asked.Load()
				s.answers(slowly(lists(3).packages))
				time.Sleep(c.away)
				i := begin(t, inventory.Options{Archive: kept})
				began := time.Now()
				l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
				if err != nil || len(l.Items) != c.rows || time.Since(began) != time.Duration(c.waited)*time.Second {
					t.Errorf("%+v, %v after %v", l, err, time.Since(began))
				}
				if v, err := i.Versions(t.Context(), eyes("olivia", s), ref(t, "a"), ghpkg.Active); err != nil || len(v.Items) != 1 {
					t.Errorf("%+v, %v", v, err)
				}
				synctest.Wait()
				if soon := c.away < time.Minute; soon && s.asked.Load() != asked {
					t.Errorf("GitHub was asked for what is young")
				}
				l, err = i.Packages(t.Context(), eyes("oscar", other), acme(t), npm())
				if err != nil || len(l.Items) != 1 || other.asked.Load() != 1 {
					t.Errorf("another session: %+v, %v, asked %d times", l, err, other.asked.Load())
				}
			})
		})
	}
}

// TestRefusedStaysRefused: what GitHub refused to show is not shown after a
// restart in bad weather either.
func TestRefusedStaysRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s := &memory{}, lists(2)
		first := inventory.New(inventory.Options{Archive: kept})
		look := func(i *inventory.Inventory) (*inventory.Packages, error) {
			l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
			synctest.Wait()
			return l, err
		}
		if _, err := look(first); err != nil {
			t.Fatal(err)
		}
		s.answers(failing(fault.Forbidden))
		time.Sleep(2 * time.Minute)
		if _, err := look(first); err != nil {
			t.Fatal(err)
		}
		first.Close()
		s.answers(failing(fault.Upstream))
		if l, err := look(begin(t, inventory.Options{Archive: kept})); fault.KindOf(err) != fault.Upstream {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

// TestEndIsNoRefusal: a listing that the end of the process broke off is shown
// by the next one as if nothing had been.
func TestEndIsNoRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s := &memory{}, lists(2)
		first := inventory.New(inventory.Options{Archive: kept})
		look := func(i *inventory.Inventory) (*inventory.Packages, error) {
			return i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
		}
		if _, err := look(first); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		s.answers(func(ctx context.Context, _ ghpkg.Type, _ func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if _, err := look(first); err != nil {
			t.Fatal(err)
		}
		first.Close()
		if l, err := look(begin(t, inventory.Options{Archive: kept})); err != nil || len(l.Items) != 2 {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

// TestForget: a session's end leaves nothing, whatever is under way.
func TestForget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		asking, writing time.Duration
		ends            time.Duration
	}{
		{"afterwards", 0, 0, time.Second},
		{"while GitHub is asked", time.Minute, 0, time.Second},
		{"while it is written", 0, time.Minute, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kept, s := &memory{saving: func(ghpkg.ListingKey) { time.Sleep(c.writing) }}, lists(1)
				i := begin(t, inventory.Options{Archive: kept})
				s.answers(func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
					time.Sleep(c.asking)
					return lists(1).packages(ctx, typ, yield)
				})
				go func() { _, _ = i.Packages(t.Context(), eyes("olivia", s), acme(t), ghpkg.Query{}) }()
				go func() { _, _ = i.Versions(t.Context(), eyes("olivia", s), ref(t, "a"), ghpkg.Active) }()
				time.Sleep(c.ends)
				i.Forget(t.Context(), "olivia")
				time.Sleep(2 * time.Minute)
				if left := kept.sessions(); len(left) > 0 {
					t.Errorf("left of %v", left)
				}
				asked := s.asked.Load()
				if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil || s.asked.Load() != asked+1 {
					t.Errorf("another session of that name was not led to GitHub: %v", err)
				}
			})
		})
	}
}

// TestChangedWhileWritten: what was listed before a change does not come back
// with a restart, however slow the archive is.
func TestChangedWhileWritten(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"restart at once": false, "listed again before": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				writing := make(chan time.Duration, 1)
				writing <- time.Minute
				close(writing) // the first is slow, the others are not
				kept := &memory{saving: func(ghpkg.ListingKey) { time.Sleep(<-writing) }}
				s := lists(2)
				first := inventory.New(inventory.Options{Archive: kept})
				look := func(i *inventory.Inventory, want int) {
					t.Helper()
					l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
					if err != nil || len(l.Items) != want {
						t.Errorf("%+v, %v", l, err)
					}
				}
				look(first, 2)
				synctest.Wait() // it is being written
				first.Changed(t.Context(), ref(t, "a"))
				s.answers(lists(1).packages)
				if again {
					look(first, 1)
				}
				time.Sleep(2 * time.Minute)
				first.Close()
				look(begin(t, inventory.Options{Archive: kept}), 1)
			})
		})
	}
}

// TestTouched: what has not changed is as young after a restart as GitHub's
// last word on it.
func TestTouched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		saves := 0
		kept, s := &memory{saving: func(ghpkg.ListingKey) { saves++ }}, lists(2)
		first := inventory.New(inventory.Options{Archive: kept})
		for range 4 {
			if _, err := first.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			time.Sleep(6 * time.Minute)
		}
		first.Close()
		l, err := begin(t, inventory.Options{Archive: kept}).Packages(t.Context(), eyes("olivia", s), acme(t), npm())
		if err != nil || saves != 1 || s.asked.Load() != 5 || len(l.Items) != 2 {
			t.Errorf("saved %d times, asked %d times; %+v, %v", saves, s.asked.Load(), l, err)
		}
	})
}

// TestCloseKeeps: what has arrived is kept, also when the end comes while it is
// written, but the end does not wait for ever.
func TestCloseKeeps(t *testing.T) {
	t.Parallel()
	for writing, keeps := range map[time.Duration]bool{time.Second: true, time.Minute: false} {
		synctest.Test(t, func(t *testing.T) {
			kept, s := &memory{saving: func(ghpkg.ListingKey) { time.Sleep(writing) }}, lists(2)
			i := inventory.New(inventory.Options{Archive: kept})
			if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
				t.Fatal(err)
			}
			i.Close()
			if got := len(kept.sessions()) > 0; got != keeps {
				t.Errorf("written for %v: kept %t", writing, got)
			}
		})
	}
}
