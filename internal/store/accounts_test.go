package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestAccountsAreSwappedByWhoKnowsThem(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		full := ghpkg.Account{
			Holder: "a", HeldUntil: epoch, NextAt: epoch.Add(time.Second), Pace: 1500 * time.Microsecond, Good: 3,
			LimitedUntil: epoch.Add(time.Minute), Limited: `{"said":"slow down"}`,
		}
		swap := func(was, is ghpkg.Account, want bool) {
			t.Helper()
			if ok, err := s.SwapAccount(t.Context(), "olivia", was, is); ok != want || err != nil {
				t.Errorf("from %+v to %+v: %v, %v; want %v", was, is, ok, err, want)
			}
		}
		swap(ghpkg.Account{}, full, true)
		swap(ghpkg.Account{}, ghpkg.Account{Good: 1}, false)
		stale := map[string]func(*ghpkg.Account){
			"holder":   func(a *ghpkg.Account) { a.Holder = "b" },
			"held":     func(a *ghpkg.Account) { a.HeldUntil = epoch.Add(1 * time.Millisecond) },
			"next":     func(a *ghpkg.Account) { a.NextAt = time.Time{} },
			"pace":     func(a *ghpkg.Account) { a.Pace++ },
			"good":     func(a *ghpkg.Account) { a.Good++ },
			"limited":  func(a *ghpkg.Account) { a.LimitedUntil = epoch },
			"the said": func(a *ghpkg.Account) { a.Limited = "" },
		}
		for name, change := range stale {
			was := full
			change(&was)
			if ok, err := s.SwapAccount(t.Context(), "olivia", was, ghpkg.Account{}); ok || err != nil {
				t.Errorf("swapped by who knew another %s: %v", name, err)
			}
			if got, err := s.Account(t.Context(), "olivia"); err != nil || got != full {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, cmp.Diff(full, got))
			}
			swap(full, was, true) // to each of the others, and back
			swap(was, full, true)
		}
		if got, err := s.Account(t.Context(), "somebody"); err != nil || got != (ghpkg.Account{}) {
			t.Errorf("another account: %+v, %v", got, err)
		}
	})
}

func TestBreakTurnsLeavesPaceAndLimits(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		held := ghpkg.Account{
			Holder: "dead", HeldUntil: epoch, NextAt: epoch.Add(time.Second), Pace: time.Second, Good: 3,
			LimitedUntil: epoch.Add(time.Minute), Limited: `{"said":"slow down"}`,
		}
		if ok, err := s.SwapAccount(t.Context(), "olivia", ghpkg.Account{}, held); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := s.BreakTurns(t.Context(), 20*time.Second); err != nil {
			t.Fatal(err)
		}
		free := held
		free.Holder, free.HeldUntil = "", epoch.Add(-20*time.Second)
		is, err := s.Account(t.Context(), "olivia")
		if diff := cmp.Diff(free, is); diff != "" || err != nil {
			t.Errorf("%v, -want +got\n%s", err, diff)
		}
	})
}

// TestOneOfManySwapsAnAccount lets two processes count in the account: no step
// is lost, and none is made twice.
func TestOneOfManySwapsAnAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const each = 10
		var wg sync.WaitGroup
		var won atomic.Int64
		for range 2 {
			s := open(t, databaseURL)
			for range 2 {
				wg.Go(func() {
					for done := 0; done < each; {
						was, err := s.Account(t.Context(), "olivia")
						if err != nil {
							t.Error(err)
							return
						}
						is := was
						is.Good++
						ok, err := s.SwapAccount(t.Context(), "olivia", was, is)
						if err != nil {
							t.Error(err)
							return
						}
						if ok {
							done++
							won.Add(1)
						}
					}
				})
			}
		}
		wg.Wait()
		got, err := open(t, databaseURL).Account(t.Context(), "olivia")
		if err != nil || int64(got.Good) != won.Load() || got.Good != 4*each {
			t.Errorf("%d won, and the account says %d, %v", won.Load(), got.Good, err)
		}
	})
}
