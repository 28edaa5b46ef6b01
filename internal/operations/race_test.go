package operations_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

// hooked is a store in which something happens at a certain moment.
type hooked struct {
	operations.Store
	afterLine func(line []ghpkg.Operation)
	lease     func() bool                   // false: somebody else has it
	moving    func(to ghpkg.OperationState) // before the worker writes what it has decided
}

func (h *hooked) AdvanceOperation(ctx context.Context, op ghpkg.Operation, from ghpkg.OperationState) (bool, error) {
	if h.moving != nil {
		h.moving(op.State)
	}
	return h.Store.AdvanceOperation(ctx, op, from)
}

func (h *hooked) UnfinishedOperations(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error) {
	line, err := h.Store.UnfinishedOperations(ctx, viewerID)
	if h.afterLine != nil {
		h.afterLine(line)
	}
	return line, err
}

func (h *hooked) Lease(ctx context.Context, viewerID int64, holder string, now, until time.Time) (bool, error) {
	if h.lease != nil && !h.lease() {
		return false, nil
	}
	return h.Store.Lease(ctx, viewerID, holder, now, until)
}

func hookedWorld(t *testing.T) (*world, *hooked, *operations.Operations) {
	h := &hooked{Store: newMemory()}
	w := newWorld(t, h, rand.New(rand.NewPCG(1, 2)))
	return w, h, w.process("one", newLife(-1))
}

// TestNoStartIsLost: who is woken while another process has the lease, and has
// just seen that there is nothing to do, cannot work; so the other looks again.
func TestNoStartIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, h, o := hookedWorld(t)
		h.afterLine = func([]ghpkg.Operation) {
			h.afterLine = nil
			w.started(o, w.npm("lib", 1)...)
			if again, err := w.process("two", newLife(-1)).Work(t.Context(), alice); again <= 0 || err != nil {
				t.Errorf("Work beside another = %s, %v", again, err)
			}
		}
		if again, err := o.Work(t.Context(), alice); again < 0 || err != nil {
			t.Errorf("Work = %s, %v; want to be called again", again, err)
		}
	})
}

// TestAnOldSessionPausesNothing: what GitHub says of a token that the operation
// does not act with any more is no reason to pause it.
func TestAnOldSessionPausesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		op := w.started(o, w.npm("lib", 3)...)
		w.gitHub.revoked["session-1"] = true
		w.gitHub.meanwhile = func(g *gitHub, _ bool) {
			g.meanwhile = nil
			again := by(alice)
			again.Session = "a new one"
			wantCode(t, "Pause", o.Pause(context.Background(), op.ID, again), "")
			wantCode(t, "Resume", o.Resume(context.Background(), op.ID, again), "")
		}
		w.finish(o)
		if got := w.now(op.ID); got.State != ghpkg.OperationDone || got.Counts[ghpkg.ItemDone] != 3 {
			t.Errorf("%s (%s), %v", got.State, got.Why, got.Counts)
		}
	})
}

// TestAPersonIsFaster: after a worker has decided, and before it writes that
// down, a person pauses the operation, makes it go on with another session, and
// has what failed tried again.
func TestAPersonIsFaster(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		to      ghpkg.OperationState // what the worker has decided
		session string               // with which the person goes on
		revoked bool                 // the session of before
		limited time.Duration        // GitHub wants to be left alone
	}{
		{to: ghpkg.OperationWaiting, session: "a new one", limited: time.Minute},
		{to: ghpkg.OperationPaused, session: "a new one", revoked: true},
		{to: ghpkg.OperationDone, session: "a new one"},
		{to: ghpkg.OperationDone, session: by(alice).Session},
	} {
		t.Run(string(tt.to)+", "+tt.session, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, h, o := hookedWorld(t)
				versions := w.npm("lib", 3)
				op := w.started(o, versions...)
				w.gitHub.refuse[versions[0].VersionID] = &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "do"}
				w.gitHub.revoked[op.Session], w.gitHub.limited = tt.revoked, time.Now().Add(tt.limited)
				h.moving = func(to ghpkg.OperationState) {
					if to != tt.to {
						return
					}
					h.moving = nil
					clear(w.gitHub.refuse)
					again := by(alice)
					again.Session = tt.session
					wantCode(t, "Pause", o.Pause(context.Background(), op.ID, again), "")
					wantCode(t, "Retry", o.Retry(context.Background(), op.ID, again), "")
					w.gitHub.revoked[op.Session] = tt.session != op.Session
				}
				w.finish(o)
				if got := w.now(op.ID); got.State != ghpkg.OperationDone || got.Session != tt.session || got.Counts[ghpkg.ItemDone] != 3 {
					t.Errorf("%s (%s) with the session %q, %v", got.State, got.Why, got.Session, got.Counts)
				}
			})
		})
	}
}

// slowTurn makes the next change wait for its turn.
func (g *gitHub) slowTurn(d time.Duration) {
	<-g.turn
	g.turn <- time.Now().Add(d)
}

// TestPauseDoesNotWaitForATurn: an item whose turn is far away is put back.
func TestPauseDoesNotWaitForATurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		op := w.started(o, w.npm("lib", 3)...)
		w.gitHub.slowTurn(time.Minute)
		go w.finish(o)
		time.Sleep(500 * time.Millisecond)
		if err := o.Stop(t.Context(), op.ID, by(alice)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(op.StartedAt); took > 3*time.Second {
			t.Errorf("stopped after %s", took)
		}
		if got := w.now(op.ID); got.Counts[ghpkg.ItemPending] != 3 || len(w.gitHub.confirmed) != 0 {
			t.Errorf("%v, %d deletions", got.Counts, len(w.gitHub.confirmed))
		}
	})
}

// TestLostLease: who lost it settles nothing any more, and whoever has it next
// finds out.
func TestLostLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, h, o := hookedWorld(t)
		op := w.started(o, w.npm("lib", 3)...)
		w.gitHub.slowTurn(time.Minute)
		times := 0
		h.lease = func() bool { times++; return times == 1 }
		if _, err := o.Work(t.Context(), alice); err != nil {
			t.Errorf("Work: %v", err)
		}
		if took := time.Since(op.StartedAt); took > 2*time.Second {
			t.Errorf("without its lease it went on for %s", took)
		}
		if got := w.now(op.ID).Counts; got[ghpkg.ItemRunning] != 1 {
			t.Errorf("%v; want the item left for whoever has the lease", got)
		}
		h.lease = nil
		w.finish(o)
		if got := w.now(op.ID).Counts; got[ghpkg.ItemDone] != 3 {
			t.Errorf("in the end %v", got)
		}
	})
}
