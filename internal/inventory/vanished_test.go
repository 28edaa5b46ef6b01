package inventory_test

import (
	"context"
	"maps"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// numbered returns the packages 1 to n, each with a name.
func numbered(n int64) map[int64]string {
	all := map[int64]string{}
	for id := range n {
		all[id+1] = "p" + strconv.FormatInt(id+1, 10)
	}
	return all
}

// without returns all but the packages from 1 to n.
func without(all map[int64]string, n int64) map[int64]string {
	left := maps.Clone(all)
	maps.DeleteFunc(left, func(id int64, _ string) bool { return id <= n })
	return left
}

// partly lists what list does, and says that it could not see everything.
func partly(list listPackages) listPackages {
	return func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		if _, err := list(ctx, typ, yield); err != nil {
			return nil, err
		}
		return []ghpkg.Notice{{Kind: ghpkg.NoticeSSO}}, nil
	}
}

// TestVanished: what is missing between two complete listings is asked for by
// name, and remembered if it is gone.
func TestVanished(t *testing.T) {
	t.Parallel()
	all := numbered(30)
	for _, c := range []struct {
		name          string
		before, after listPackages
		there         map[string]int64
		want          int
		asked         int32
	}{
		{"one", named(t, all), named(t, without(all, 1)), nil, 1, 1},
		{"nothing", named(t, all), named(t, all), nil, 0, 0},
		{"it is there all the same", named(t, all), named(t, without(all, 2)), map[string]int64{"p1": 1}, 1, 2},
		{"the name is another's now", named(t, all), named(t, without(all, 1)), map[string]int64{"p1": 99}, 1, 1},
		{"the most", named(t, all), named(t, without(all, 25)), nil, 25, 25},
		{"so many that it is the rights", named(t, all), named(t, without(all, 26)), nil, 0, 0},
		{"an incomplete listing before", partly(named(t, all)), named(t, without(all, 1)), nil, 0, 0},
		{"an incomplete listing after", named(t, all), partly(named(t, without(all, 1))), nil, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kept, s := &memory{}, lists(0)
				s.there = c.there
				i := begin(t, inventory.Options{Archive: kept})
				var seen []time.Time
				for _, list := range []listPackages{c.before, c.after} {
					s.answers(list)
					l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
					if err != nil {
						t.Fatal(err)
					}
					seen = append(seen, l.AsOf)
					synctest.Wait()
					time.Sleep(time.Hour)
				}
				gone, err := i.Vanished(t.Context(), 'o', acme(t))
				if err != nil || len(gone) != c.want || s.single.Load() != c.asked {
					t.Fatalf("%d vanished, asked %d times, %v; want %d, %d", len(gone), s.single.Load(), err, c.want, c.asked)
				}
				for _, v := range gone {
					if !v.LastSeen.Equal(seen[0]) || !v.Noticed.Equal(seen[1]) {
						t.Errorf("%+v", v)
					}
				}
				if others, err := i.Vanished(t.Context(), 'm', acme(t)); err != nil || len(others) > 0 {
					t.Errorf("another viewer is told of %+v, %v", others, err)
				}
			})
		})
	}
}

// TestVanishedOverRestart: what vanished while no process ran is noticed.
func TestVanishedOverRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s, all := &memory{}, lists(0), numbered(3)
		for n, list := range []listPackages{named(t, all), named(t, without(all, 1))} {
			i := inventory.New(inventory.Options{Archive: kept})
			s.answers(list)
			if l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil || len(l.Items) != 3-n {
				t.Fatalf("%+v, %v", l, err)
			}
			synctest.Wait()
			i.Close()
			time.Sleep(24 * time.Hour)
		}
		gone, err := begin(t, inventory.Options{Archive: kept}).Vanished(t.Context(), 'o', acme(t))
		if err != nil || len(gone) != 1 || gone[0].Package.Name != "p1" || gone[0].Noticed.Sub(gone[0].LastSeen) != 24*time.Hour {
			t.Errorf("%+v, %v", gone, err)
		}
	})
}

// TestVanishedAcrossChange: an own change makes GitHub be asked anew, and what
// else vanished is noticed by that.
func TestVanishedAcrossChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s, all := &memory{}, lists(0), numbered(5)
		i := begin(t, inventory.Options{Archive: kept})
		s.answers(named(t, all))
		if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
			t.Fatal(err)
		}
		i.Changed(t.Context(), ref(t, "p5"))
		s.answers(named(t, without(all, 2)))
		if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if gone, err := i.Vanished(t.Context(), 'o', acme(t)); err != nil || len(gone) != 2 {
			t.Errorf("%+v, %v", gone, err)
		}
	})
}

// TestReturned: what is listed again has not vanished any more.
func TestReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s, all := &memory{}, lists(0), numbered(5)
		i := begin(t, inventory.Options{Archive: kept})
		for _, step := range []struct {
			list listPackages
			gone int
		}{{named(t, all), 0}, {named(t, without(all, 2)), 2}, {named(t, without(all, 1)), 1}, {named(t, all), 0}} {
			s.answers(step.list)
			time.Sleep(10 * time.Minute)
			if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if gone, err := i.Vanished(t.Context(), 'o', acme(t)); err != nil || len(gone) != step.gone {
				t.Errorf("%+v, %v; want %d", gone, err, step.gone)
			}
		}
	})
}
