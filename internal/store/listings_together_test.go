package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// generation is a listing whose items all say when it was made, so that a
// mixture of two is seen.
func generation(t testing.TB, g, items int) ghpkg.Listing[ghpkg.Package] {
	l := ghpkg.Listing[ghpkg.Package]{AsOf: epoch.Add(time.Duration(g) * time.Minute)}
	for i := range items + g%5 {
		p := pkg(t, int64(i+1+g%3))
		p.VersionCount = &g
		l.Items = append(l.Items, p)
	}
	if g%2 == 1 {
		slices.Reverse(l.Items)
	}
	return l
}

// wantOneGeneration checks that what is kept was saved at once.
func wantOneGeneration(t *testing.T, s *store.Store, key ghpkg.ListingKey, items int) int {
	t.Helper()
	got, ok, err := s.LoadPackages(t.Context(), key)
	if err != nil || !ok {
		t.Fatalf("LoadPackages: %v, %v", ok, err)
	}
	g := int(got.AsOf.Sub(epoch) / time.Minute)
	if len(got.Items) != items+g%5 {
		t.Fatalf("%d items of generation %d", len(got.Items), g)
	}
	for _, p := range got.Items {
		if *p.VersionCount != g {
			t.Fatalf("a mixture of generations %d and %d", g, *p.VersionCount)
		}
	}
	return g
}

// fuse is a context that is over after it was asked so often.
type fuse struct {
	context.Context
	mu   sync.Mutex
	left int
	done chan struct{}
}

func newFuse(ctx context.Context, length int) *fuse {
	return &fuse{Context: ctx, left: length, done: make(chan struct{})}
}

func (f *fuse) Done() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left == 0 {
		close(f.done)
	}
	return f.done
}

func (f *fuse) Err() error {
	select {
	case <-f.done:
		return context.Canceled
	default:
		return nil
	}
}

func TestASaveThatIsCutOffLeavesTheOldListing(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, key := open(t, databaseURL), packagesKey(t, "octavia")
		const items = 60
		savePackages(t, s, key, generation(t, 0, items))
		cut := 0
		for length := 1; ; length += 1 + length/16 {
			err := s.SavePackages(newFuse(t.Context(), length), key, generation(t, length, items))
			g := wantOneGeneration(t, s, key, items)
			if err == nil {
				if g != length {
					t.Errorf("generation %d was saved, and %d is kept", length, g)
				}
				break
			}
			if g != 0 {
				if g != length { // the answer to the commit alone may be lost
					t.Fatalf("generation %d was cut off, and %d is kept: %v", length, g, err)
				}
				break
			}
			cut++
		}
		if cut < 15 {
			t.Errorf("the save was cut off at %d places only", cut)
		}
	})
}

// TestKilledWhileSaving is done by a process of its own, which saves until it is killed.
func TestKilledWhileSaving(t *testing.T) {
	const items = 200
	if databaseURL := os.Getenv("STOCKROOM_TEST_SAVE_UNTIL_KILLED"); databaseURL != "" {
		s, key := open(t, databaseURL), packagesKey(t, "octavia")
		for g := 1; ; g++ {
			fmt.Println("saving", g)
			savePackages(t, s, key, generation(t, g, items))
		}
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, key := open(t, databaseURL), packagesKey(t, "octavia")
		savePackages(t, s, key, generation(t, 0, items))
		for saves := 1; saves <= 3; saves++ {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWhileSaving$")
			cmd.Env = append(os.Environ(), "STOCKROOM_TEST_SAVE_UNTIL_KILLED="+databaseURL)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			for n := 0; n < saves && lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "saving ") {
					n++
				}
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
				t.Fatalf("the process ended by itself: %v", err)
			}
			wantOneGeneration(t, s, key, items)
			savePackages(t, s, key, generation(t, saves, items))
			if g := wantOneGeneration(t, s, key, items); g != saves && strings.HasPrefix(databaseURL, "sqlite:") {
				t.Errorf("generation %d was saved afterwards, and %d is kept", saves, g)
			}
		}
	})
}

// TestSavesOfOneListingAtOnce has several sessions, as of several replicas, on one listing.
func TestSavesOfOneListingAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, other, key := open(t, databaseURL), open(t, databaseURL), packagesKey(t, "octavia")
		const items, saves = 60, 4
		var wg sync.WaitGroup
		for n, replica := range []*store.Store{s, other, s} {
			wg.Go(func() {
				for g := n * saves; g < (n+1)*saves; g++ {
					if err := replica.SavePackages(t.Context(), key, generation(t, g, items)); err != nil {
						t.Error(err)
						return
					}
					if _, ok, err := replica.LoadPackages(t.Context(), key); !ok || err != nil {
						t.Errorf("LoadPackages in between: %v, %v", ok, err)
					}
				}
			})
		}
		wg.Wait()
		wantOneGeneration(t, s, key, items)
	})
}

// TestViewersAtOnce has viewers who are shown the same, in other orders, while
// sessions end and what is left over is swept.
func TestViewersAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, other := open(t, databaseURL), open(t, databaseURL)
		const items, rounds = 100, 4
		var wg sync.WaitGroup
		for n, replica := range []*store.Store{s, other, s, other} {
			key := packagesKey(t, fmt.Sprint(n))
			wg.Go(func() {
				for round := range rounds {
					l := generation(t, round, items)
					if n%2 == 1 {
						slices.Reverse(l.Items)
					}
					if err := replica.SavePackages(t.Context(), key, l); err != nil {
						t.Error(err)
					}
					// Everything old enough is swept: what counts is that it is sighted.
					if err := replica.Sweep(t.Context(), epoch.Add(time.Hour+time.Duration(round)*time.Minute), epoch); err != nil {
						t.Error(err)
					}
					if n == 3 {
						if err := replica.ForgetListings(t.Context(), key.Viewer); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		for n := range 3 {
			key := packagesKey(t, fmt.Sprint(n))
			if g := wantOneGeneration(t, s, key, items); g != rounds-1 {
				t.Errorf("viewer %d is shown generation %d, want %d", n, g, rounds-1)
			}
		}
		wantNothing(t, s, packagesKey(t, "3"))
	})
}
