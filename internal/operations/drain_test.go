package operations_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestNobodyTakesOverFromWhoDrains: a process that is told to end while a change
// of its is slow at GitHub keeps its lease until it knows what became of it.
func TestNobodyTakesOverFromWhoDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		op := w.started(o, w.npm("lib", 2)...)
		w.gitHub.slow = 14 * time.Second
		ctx, terminate := context.WithCancel(t.Context())
		go func() { _, _ = o.Work(ctx, alice) }()
		time.Sleep(time.Second)
		terminate()
		w.finish(w.process("two", newLife(-1)))
		if got := w.now(op.ID); got.State != ghpkg.OperationDone || got.Counts[ghpkg.ItemDone] != 2 {
			t.Errorf("%s, %v", got.State, got.Counts)
		}
		for _, call := range w.gitHub.calls {
			if call == "became" {
				t.Error("another process took over what was on its way")
			}
		}
		if took := time.Since(op.StartedAt); took > 40*time.Second {
			t.Errorf("two changes of 14 s took %s: the lease was not given back", took)
		}
	})
}

// TestDrainingWithoutTheLease: who loses it also then settles nothing any more.
func TestDrainingWithoutTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, h, o := hookedWorld(t)
		op := w.started(o, w.npm("lib", 1)...)
		w.gitHub.slow = 14 * time.Second
		ctx, terminate := context.WithCancel(t.Context())
		h.lease = func() bool { return ctx.Err() == nil }
		go func() { time.Sleep(time.Second); terminate() }()
		if _, err := o.Work(ctx, alice); err != nil {
			t.Errorf("Work: %v", err)
		}
		if got := w.now(op.ID).Counts; got[ghpkg.ItemRunning] != 1 {
			t.Errorf("%v; want the item left for whoever has the lease", got)
		}
	})
}

// renewals tells of each lease that was taken or renewed.
type renewals struct {
	*store.Store
	until chan time.Time
}

func (r renewals) Lease(ctx context.Context, viewerID int64, holder string, now, until time.Time) (bool, error) {
	ok, err := r.Store.Lease(ctx, viewerID, holder, now, until)
	if ok && holder != "another" {
		r.until <- until
	}
	return ok, err
}

// TestLeaseInTheDatabaseWhileDraining: the row says that the lease is kept, and
// then that it was given back.
func TestLeaseInTheDatabaseWhileDraining(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "stockroom.db") },
		"postgres": pgtest.Schema,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(t.Context(), database(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			r := renewals{db, make(chan time.Time, 100)}
			w := newWorld(t, r, rand.New(rand.NewPCG(1, 2)))
			o := w.process("one", newLife(-1))
			op := w.started(o, w.npm("lib", 1)...)
			sent, answered, over := make(chan bool), make(chan bool), make(chan error)
			w.gitHub.meanwhile = func(*gitHub, bool) { sent <- true; <-answered }
			ctx, terminate := context.WithCancel(t.Context())
			go func() { _, err := o.Work(ctx, alice); over <- err }()
			<-sent
			taken := <-r.until
			terminate()
			select {
			case renewed := <-r.until:
				if ok, err := r.Lease(t.Context(), alice, "another", taken, taken.Add(time.Second)); ok || err != nil || !renewed.After(taken) {
					t.Errorf("another took it: %v, %v; it was renewed until %s, from %s on", ok, err, renewed, taken)
				}
			case <-time.After(5 * time.Second):
				t.Error("the lease is not renewed")
			}
			close(answered)
			if err := <-over; err != nil {
				t.Error(err)
			}
			if ok, err := r.Lease(t.Context(), alice, "another", time.Now(), time.Now()); !ok || err != nil {
				t.Errorf("it was not given back: %v, %v", ok, err)
			}
			if got := w.now(op.ID).Counts; got[ghpkg.ItemDone] != 1 {
				t.Errorf("%v; want the item settled", got)
			}
		})
	}
}

var _ operations.Store = renewals{}
