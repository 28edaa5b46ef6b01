package operations_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

const alice, bob = int64(1), int64(2)

func by(viewerID int64) operations.By {
	return operations.By{ViewerID: viewerID, Session: fmt.Sprintf("session-%d", viewerID), From: "192.0.2.1"}
}

// world is a store, GitHub, and the processes that work between them. It lives
// in a synctest bubble, where waiting takes no time.
type world struct {
	t        *testing.T
	store    operations.Store
	gitHub   *gitHub
	mu       sync.Mutex
	ids      int
	noHand   error
	released []string
	told     []ghpkg.Ref
	woken    int
}

func newWorld(t *testing.T, store operations.Store, rng *rand.Rand) *world {
	return &world{t: t, store: store, gitHub: newGitHub(rng)}
}

// steady returns a world in which nothing fails, with the operations of an immortal process.
func steady(t *testing.T) (*world, *operations.Operations) {
	w := newWorld(t, newMemory(), rand.New(rand.NewPCG(1, 2)))
	return w, w.process("one", newLife(-1))
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("%013d-%06d", time.Now().UnixMilli(), w.ids)
}

// process returns the operations as one process has them.
func (w *world) process(name string, l *life) *operations.Operations {
	return operations.New(operations.Options{
		Store: mortal{w.store, l},
		Hand: func(_ context.Context, session string) (operations.Hand, error) {
			if err := l.step(); err != nil {
				return nil, err
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			return hand{w.gitHub, l, session}, w.noHand
		},
		Release: func(_ context.Context, session string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.released = append(w.released, session)
		},
		Changed: func(_ context.Context, ref ghpkg.Ref) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, ref)
		},
		Wake: func(context.Context, int64) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.woken++
			return nil
		},
		NewID: w.newID, Interval: interval, Process: name, Now: time.Now, Sleep: l.sleep,
		Log: slog.New(slog.DiscardHandler),
	})
}

// items makes items of targets.
func items(targets ...ghpkg.Target) []ghpkg.OperationItem {
	var all []ghpkg.OperationItem
	for _, t := range targets {
		all = append(all, ghpkg.OperationItem{Target: t})
	}
	return all
}

// frozen returns the draft of a deletion of Alice's.
func (w *world) frozen(o *operations.Operations, action ghpkg.Action, targets ...ghpkg.Target) ghpkg.Operation {
	w.t.Helper()
	op, err := o.Freeze(w.t.Context(), operations.Selection{
		Actor: ghpkg.Actor{ID: alice, Login: "alice"}, Action: action, Complete: true, Items: items(targets...),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return op
}

// started returns a running deletion of Alice's.
func (w *world) started(o *operations.Operations, targets ...ghpkg.Target) ghpkg.Operation {
	w.t.Helper()
	op := w.frozen(o, ghpkg.ActionDelete, targets...)
	if err := o.Start(w.t.Context(), op.ID, by(alice), op.Total(), "too old"); err != nil {
		w.t.Fatal(err)
	}
	return w.now(op.ID)
}

// npm publishes a package with n versions, and returns those.
func (w *world) npm(name string, n int) []ghpkg.Target {
	p := w.gitHub.publish(ghpkg.NPM, name)
	var all []ghpkg.Target
	for range n {
		all = append(all, w.gitHub.version(p))
	}
	return all
}

func (w *world) now(id string) ghpkg.Operation {
	w.t.Helper()
	op, ok, err := w.store.Operation(context.Background(), id, ghpkg.VisibleTo{All: true})
	if err != nil || !ok {
		w.t.Fatalf("operation %s: %t, %v", id, ok, err)
	}
	return op
}

func (w *world) itemsOf(id string) []ghpkg.OperationItem {
	w.t.Helper()
	all, _, err := w.store.OperationItems(context.Background(), id, ghpkg.ItemQuery{Limit: 100_000})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// states returns the items' states, with the codes of what did not work.
func (w *world) states(id string) []string {
	w.t.Helper()
	var all []string
	for _, item := range w.itemsOf(id) {
		s := string(item.State)
		if item.Code != "" {
			s += " " + item.Code
		}
		all = append(all, s)
	}
	return all
}

// drive calls Work as the queue does, until there is nothing to do or until is true.
func (w *world) drive(ctx context.Context, o *operations.Operations, until func() bool) {
	for ctx.Err() == nil && !until() {
		again, err := o.Work(ctx, alice)
		if err != nil && again < 0 {
			w.t.Errorf("Work: %v, and not to be called again", err)
		}
		if again < 0 {
			return
		}
		time.Sleep(max(again, time.Millisecond))
	}
}

// finish works until there is nothing to do.
func (w *world) finish(o *operations.Operations) {
	w.drive(w.t.Context(), o, func() bool { return false })
}

func wantCode(t *testing.T, what string, err error, want fault.Code) {
	t.Helper()
	got := fault.CodeOf(err)
	if err == nil {
		got = ""
	}
	if got != want {
		t.Errorf("%s: code %q (%v), want %q", what, got, err, want)
	}
}
