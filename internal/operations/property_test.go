package operations_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestWorkUnderFire lets everything happen at once: faults, limits, what others
// do meanwhile, and kills at any moment, also while GitHub is at a change; with
// one process or two. In the end what was deleted is a part of what was frozen,
// everything else in the list has a reason, and nothing was done twice.
func TestWorkUnderFire(t *testing.T) {
	t.Parallel()
	rounds := 500
	if testing.Short() {
		rounds = 60
	}
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		for seed := range rounds {
			synctest.Test(t, func(t *testing.T) { fire(t, newMemory(), uint64(seed)) })
		}
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		for seed := range rounds / 20 {
			url := made(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
			synctest.Test(t, func(t *testing.T) { fire(t, opened(t, url), uint64(seed)) })
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		for seed := range rounds / 20 {
			url := made(t, pgtest.Schema(t))
			synctest.Test(t, func(t *testing.T) { fire(t, opened(t, url), uint64(seed)) })
		}
	})
}

// opened opens a database whose tables are made already: migrations wait for a
// lock that all tests share, for which no time goes by here.
func opened(t *testing.T, databaseURL string) operations.Store {
	t.Helper()
	s, err := store.OpenAsItIs(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// made returns the URL of a database with all of its tables.
func made(t *testing.T, databaseURL string) string {
	t.Helper()
	s, err := store.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return databaseURL
}

// fire is one round.
func fire(t *testing.T, s operations.Store, seed uint64) {
	defer func() {
		if t.Failed() {
			t.Logf("the seed is %d", seed)
		}
	}()
	rng := rand.New(rand.NewPCG(seed, 7))
	w := newWorld(t, s, rng)
	catalogue, outside := w.catalogue(rng)
	selected := some(rng, catalogue)
	if len(selected) == 0 {
		return
	}
	o := w.process("the first", newLife(-1))
	op := w.started(o, selected...)
	frozen := w.itemsOf(op.ID)
	w.gitHub.trouble = rng.IntN(12)
	w.gitHub.meanwhile = outside
	w.live(rng, op.ID)

	after := w.now(op.ID)
	if after.State != ghpkg.OperationDone || after.EndedAt.IsZero() {
		t.Errorf("the operation is %s (%s), %v", after.State, after.Why, after.Counts)
	}
	w.agrees(op.ID, frozen)
}

// catalogue publishes packages, and returns what can be selected of them, and
// what others do meanwhile.
func (w *world) catalogue(rng *rand.Rand) ([]ghpkg.Target, func(*gitHub, bool)) {
	var all []ghpkg.Target
	for i := range 1 + rng.IntN(4) {
		typ := ghpkg.Types()[rng.IntN(6)]
		p := w.gitHub.publish(typ, fmt.Sprintf("package-%d", i))
		all = append(all, p)
		for j := range rng.IntN(8) {
			var tags []string
			if typ == ghpkg.Container && rng.IntN(2) == 0 {
				tags = []string{fmt.Sprintf("v%d", j)}
			}
			all = append(all, w.gitHub.version(p, tags...))
		}
	}
	return all, func(g *gitHub, checked bool) {
		if !g.chance(5) {
			return
		}
		switch t := all[rng.IntN(len(all))]; rng.IntN(4) {
		case 0:
			g.takes(idOf(t))
		case 1:
			g.there[idOf(t)].Tags = append(slices.Clone(t.Tags), "moved")
		case 2:
			g.version(t)
		case 3:
			// A package that takes another's name within the moment between the
			// look and its deletion is lost: GitHub's API deletes by name only.
			if t.VersionID == 0 && !g.there[t.PackageID].gone && !checked {
				g.takes(t.PackageID)
				g.publish(t.Type, t.Name)
			}
		}
	}
}

func some(rng *rand.Rand, all []ghpkg.Target) []ghpkg.Target {
	var chosen []ghpkg.Target
	for _, t := range all {
		if t.VersionID == 0 && rng.IntN(5) == 0 || t.VersionID != 0 && rng.IntN(2) == 0 {
			chosen = append(chosen, t)
		}
	}
	rng.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen
}

// live lets processes come and go until the operation is over.
func (w *world) live(rng *rand.Rand, id string) {
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	over := func() bool { return w.now(id).Over() }
	for kills := rng.IntN(8); !over() && ctx.Err() == nil; kills-- {
		left := rng.IntN(60)
		if kills <= 0 {
			left = -1
		}
		lives := []*life{newLife(left)}
		if rng.IntN(3) == 0 { // a second replica, and the first's lease runs out by itself
			lives = append(lives, newLife(-1))
		} else if err := w.store.BreakLeases(ctx); err != nil {
			w.t.Error(err)
		}
		done := make(chan struct{}, len(lives))
		for i, l := range lives {
			go func() {
				defer func() { done <- struct{}{} }()
				alive, stop := context.WithCancel(ctx)
				defer stop()
				go func() {
					select {
					case <-l.dead:
						stop()
					case <-alive.Done():
					}
				}()
				o := w.process(fmt.Sprint("process ", kills, i), l)
				for alive.Err() == nil && !over() {
					w.drive(alive, o, over)
					_ = sleepIn(alive, time.Second)
				}
			}()
		}
		for range lives {
			<-done
		}
		synctest.Wait()
	}
	time.Sleep(gitHubTime) // what is still on its way at GitHub
}

func sleepIn(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// agrees compares the list with GitHub and the ledger.
func (w *world) agrees(id string, frozen []ghpkg.OperationItem) {
	w.t.Helper()
	g, entries := w.gitHub, map[int64]map[ghpkg.Outcome]int{}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.ledger {
		if entries[idOf(e.Target)] == nil {
			entries[idOf(e.Target)] = map[ghpkg.Outcome]int{}
		}
		entries[idOf(e.Target)][e.Outcome]++
	}
	listed := map[int64]bool{}
	for _, item := range frozen {
		listed[idOf(item.Target)] = true
	}
	for deleted, times := range g.confirmed {
		if !listed[deleted] || times > 1 {
			w.t.Errorf("%d was deleted %d times; in the list: %t", deleted, times, listed[deleted])
		}
	}
	now := w.itemsOf(id)
	if len(now) != len(frozen) {
		w.t.Errorf("%d items of %d", len(now), len(frozen))
	}
	for _, item := range now {
		deleted, wrote := g.confirmed[idOf(item.Target)] > 0, entries[idOf(item.Target)]
		var ok bool
		switch item.State {
		case ghpkg.ItemDone:
			// If another deletes it while ours is cut short, nobody can tell whose it was.
			ok = (deleted || g.others[idOf(item.Target)]) && item.Code == "" && wrote[ghpkg.OutcomeDone] == 1
		case ghpkg.ItemRefused, ghpkg.ItemFailed, ghpkg.ItemSkipped:
			ok = !deleted && item.Code != "" && wrote[ghpkg.OutcomeDone] == 0
		case ghpkg.ItemUnknown:
			ok = item.Code != ""
		}
		if !ok || wrote[ghpkg.OutcomePending] > 0 {
			w.t.Errorf("item %d (%d) is %s %q, deleted by us: %t, the ledger says %v", item.Seq, idOf(item.Target), item.State, item.Code, deleted, wrote)
		}
	}
	if g.doubled {
		w.t.Error("two changes were on their way at the same time")
	}
}
