package operations_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

// TestSteering: every way to steer, in every state.
func TestSteering(t *testing.T) {
	t.Parallel()
	const (
		draft, running, waiting = ghpkg.OperationDraft, ghpkg.OperationRunning, ghpkg.OperationWaiting
		paused, stopped, done   = ghpkg.OperationPaused, ghpkg.OperationStopped, ghpkg.OperationDone
		no, fine                = fault.CodeState, fault.Code("")
	)
	type outcome struct {
		code fault.Code
		then ghpkg.OperationState
	}
	steer := map[string]func(*operations.Operations, context.Context, string, operations.By) error{
		"pause": (*operations.Operations).Pause, "resume": (*operations.Operations).Resume,
		"stop": (*operations.Operations).Stop, "retry": (*operations.Operations).Retry,
		"discard": (*operations.Operations).Discard,
		"start": func(o *operations.Operations, ctx context.Context, id string, by operations.By) error {
			return o.Start(ctx, id, by, 3, "")
		},
		"undo": func(o *operations.Operations, ctx context.Context, id string, by operations.By) error {
			_, err := o.Undo(ctx, id, by)
			return err
		},
		"continue": func(o *operations.Operations, ctx context.Context, id string, by operations.By) error {
			_, err := o.Continue(ctx, id, by, nothingKnown)
			return err
		},
	}
	for state, wants := range map[ghpkg.OperationState]map[string]outcome{
		draft: {
			"start": {fine, running}, "pause": {no, draft}, "resume": {no, draft}, "stop": {no, draft}, "retry": {no, draft},
			"undo": {no, draft}, "discard": {fine, ""}, "continue": {no, draft},
		},
		running: {
			"start": {no, running}, "pause": {fine, paused}, "resume": {fine, running}, "stop": {fine, stopped}, "retry": {no, running},
			"undo": {no, running}, "discard": {no, running}, "continue": {no, running},
		},
		waiting: {
			"start": {no, waiting}, "pause": {fine, paused}, "resume": {fine, waiting}, "stop": {fine, stopped}, "retry": {no, waiting},
			"undo": {no, waiting}, "discard": {no, waiting}, "continue": {no, waiting},
		},
		paused: {
			"start": {no, paused}, "pause": {fine, paused}, "resume": {fine, running}, "stop": {fine, stopped}, "retry": {fine, running},
			"undo": {fine, paused}, "discard": {no, paused}, "continue": {no, paused},
		},
		stopped: {
			"start": {no, stopped}, "pause": {no, stopped}, "resume": {no, stopped}, "stop": {fine, stopped}, "retry": {fine, running},
			"undo": {fine, stopped}, "discard": {no, stopped}, "continue": {no, stopped},
		},
		done: {
			"start": {no, done}, "pause": {no, done}, "resume": {no, done}, "stop": {no, done}, "retry": {fine, running},
			"undo": {fine, done}, "discard": {no, done}, "continue": {no, done},
		},
	} {
		for how, want := range wants {
			t.Run(string(state)+"/"+how, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w, o := steady(t)
					id := w.in(o, state)
					wantCode(t, "by another", steer[how](o, t.Context(), id, by(bob)), fault.CodeNoOperation)
					mine := by(alice)
					mine.Session = "another"
					woken := w.woken
					wantCode(t, how, steer[how](o, t.Context(), id, mine), want.code)
					if want.then == "" {
						return
					}
					if want.then != state && w.woken == woken {
						t.Error("nobody is woken for what can go on now")
					}
					got := w.now(id)
					if got.State != want.then || got.Over() == got.EndedAt.IsZero() {
						t.Errorf("then it is %s, ended %s; want %s", got.State, got.EndedAt, want.then)
					}
					if went := state != running && got.State == running; went != (got.Session == "another") {
						t.Errorf("it acts with %q", got.Session)
					}
				})
			})
		}
	}
}

// in brings an operation of three items into a state: of what is over or
// paused, one is done, one has failed and one was refused.
func (w *world) in(o *operations.Operations, state ghpkg.OperationState) string {
	w.t.Helper()
	versions := w.npm("lib", 3)
	if state == ghpkg.OperationDraft {
		return w.frozen(o, ghpkg.ActionDelete, versions...).ID
	}
	op := w.started(o, versions...)
	if state == ghpkg.OperationRunning {
		return op.ID
	}
	if state != ghpkg.OperationWaiting {
		w.gitHub.refuse[versions[1].VersionID] = &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "do"}
		w.gitHub.refuse[versions[2].VersionID] = &fault.Error{Kind: fault.Refused, Code: fault.CodeDownloads, Op: "do"}
		w.finish(o)
	}
	op = w.now(op.ID)
	from := op.State
	op.State = state
	if op.Over() && op.EndedAt.IsZero() || state == ghpkg.OperationWaiting {
		op.WaitingUntil = time.Now().Add(time.Minute)
	}
	if !op.Over() {
		op.EndedAt = time.Time{}
	}
	if _, err := w.store.MoveOperation(w.t.Context(), op, from); err != nil {
		w.t.Fatal(err)
	}
	return op.ID
}

func TestRetrySendsWhatCanBeMended(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		versions := w.npm("lib", 5)
		for i, code := range []fault.Code{fault.CodeScope, fault.CodeDownloads, fault.CodeNotDone, fault.CodeUnknown} {
			kind := map[fault.Code]fault.Kind{fault.CodeNotDone: fault.Upstream, fault.CodeUnknown: fault.Unknown}[code]
			if kind == fault.Internal {
				kind = fault.Refused
			}
			w.gitHub.refuse[versions[i].VersionID] = &fault.Error{Kind: kind, Code: code, Op: "do"}
		}
		op := w.started(o, versions...)
		w.finish(o)
		clear(w.gitHub.refuse)
		before := w.gitHub.changes()
		if err := o.Retry(t.Context(), op.ID, by(alice)); err != nil {
			t.Fatal(err)
		}
		w.finish(o)
		if got := fmt.Sprint(w.states(op.ID)); got != "[done refused downloads done done done]" {
			t.Errorf("after the retry: %s", got)
		}
		if sent := w.gitHub.changes() - before; sent != 3 {
			t.Errorf("the retry sent %d changes, want 3", sent)
		}
		wantCode(t, "a retry of nothing", o.Retry(t.Context(), op.ID, by(alice)), fault.CodeNothing)
	})
}

// TestStoppedItemsStay: a retry of what failed before a stop does not run what
// the stop was for.
func TestStoppedItemsStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		versions := w.npm("lib", 20)
		w.gitHub.refuse[versions[0].VersionID] = &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "do"}
		op := w.started(o, versions...)
		go w.finish(o)
		time.Sleep(2500 * time.Millisecond)
		if err := o.Stop(t.Context(), op.ID, by(alice)); err != nil {
			t.Fatal(err)
		}
		at := w.now(op.ID).Counts
		wantCode(t, "Retry", o.Retry(t.Context(), op.ID, by(alice)), fault.CodeState)
		time.Sleep(time.Minute)
		now := w.now(op.ID)
		if now.State != ghpkg.OperationStopped || now.Counts[ghpkg.ItemPending] != at[ghpkg.ItemPending] || at[ghpkg.ItemPending] == 0 {
			t.Errorf("%s, %v; at the stop %v", now.State, now.Counts, at)
		}
		if len(w.released) == 0 {
			t.Error("the session is not released")
		}
	})
}

// TestPauseAtAnyMoment: a pause or a stop takes hold within the item that is on
// its way, whose outcome is known, and resuming goes on where it was.
func TestPauseAtAnyMoment(t *testing.T) {
	t.Parallel()
	for after := range 30 {
		synctest.Test(t, func(t *testing.T) {
			w, o := steady(t)
			op := w.started(o, w.npm("lib", 5)...)
			go w.finish(o)
			time.Sleep(time.Duration(after) * 71 * time.Millisecond)
			if err := o.Pause(t.Context(), op.ID, by(alice)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(4 * latency)
			synctest.Wait()
			counts := w.now(op.ID).Counts
			time.Sleep(time.Minute)
			now := w.now(op.ID)
			if now.State != ghpkg.OperationPaused || now.Counts[ghpkg.ItemDone] != counts[ghpkg.ItemDone] || now.Counts[ghpkg.ItemRunning] != 0 {
				t.Errorf("paused after %d: %s, %v, then %v", after, now.State, counts, now.Counts)
			}
			if err := o.Resume(t.Context(), op.ID, by(alice)); err != nil {
				t.Fatal(err)
			}
			w.finish(o)
			if now = w.now(op.ID); now.State != ghpkg.OperationDone || now.Counts[ghpkg.ItemDone] != 5 {
				t.Errorf("resumed: %s, %v", now.State, now.Counts)
			}
		})
	}
}

// TestStopAfterAKill: nobody is left to settle the item that was on its way, so
// whoever stops the operation does.
func TestStopAfterAKill(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		revoked bool
		want    ghpkg.ItemState
	}{{"GitHub can be asked", false, ghpkg.ItemDone}, {"GitHub does not take the token", true, ghpkg.ItemUnknown}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := steady(t)
				dying := newLife(-1)
				op := w.started(o, w.npm("lib", 5)...)
				go func() { _, _ = w.process("dying", dying).Work(t.Context(), alice) }()
				time.Sleep(latency / 2) // the first change is on its way
				close(dying.dead)
				w.gitHub.mu.Lock()
				w.gitHub.revoked["session-1"] = tt.revoked
				w.gitHub.mu.Unlock()
				if err := o.Stop(t.Context(), op.ID, by(alice)); fault.CodeOf(err) == fault.CodeBusy {
					err = o.Stop(t.Context(), op.ID, by(alice)) // the lease of the dead one had to run out first
					if err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(gitHubTime)
				now := w.now(op.ID)
				if now.State != ghpkg.OperationStopped || now.Counts[ghpkg.ItemRunning] != 0 || now.Counts[ghpkg.ItemPending] < 4 {
					t.Errorf("%s, %v", now.State, now.Counts)
				}
				if first := w.itemsOf(op.ID)[0]; first.State != tt.want {
					t.Errorf("the first item is %s %s, want %s", first.State, first.Code, tt.want)
				}
			})
		})
	}
}

func TestETA(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		first, second := w.started(o, w.npm("a", 60)...), w.started(o, w.npm("b", 30)...)
		draft := w.frozen(o, ghpkg.ActionDelete, w.npm("c", 10)...)
		want := func(what string, op ghpkg.Operation, in, slack time.Duration) {
			t.Helper()
			if got := time.Until(o.ETA(w.now(op.ID))); got < in || got > in+slack {
				t.Errorf("%s: in %s, want %s to %s", what, got, in, in+slack)
			}
		}
		want("by the interval", first, time.Minute, 0)
		want("behind another", second, 90*time.Second, 0)
		want("a draft", draft, 100*time.Second, 0)
		began := time.Now()
		if _, err := o.Work(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		real := 60*(interval+latency) - time.Since(began)
		want("by what was measured", first, real-2*time.Second, 3*time.Second)
		w.gitHub.limited = time.Now().Add(time.Hour)
		if _, err := o.Work(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		want("after a wait", first, time.Hour-20*time.Second+40*time.Second, 5*time.Second)
		if err := o.Pause(t.Context(), first.ID, by(alice)); err != nil {
			t.Fatal(err)
		}
		if !o.ETA(w.now(first.ID)).IsZero() {
			t.Error("a paused operation has no end")
		}
		want("past a paused one", second, 30*time.Second, 0)
	})
}

func TestOldDraftsAreTidied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		draft, running := w.frozen(o, ghpkg.ActionDelete, w.npm("a", 2)...), w.started(o, w.npm("b", 2)...)
		time.Sleep(operations.DraftLifetime)
		o.Tidy(t.Context())
		if got := w.now(draft.ID).State; got != ghpkg.OperationDraft {
			t.Errorf("a draft in its last moment is %q", got)
		}
		time.Sleep(time.Millisecond)
		o.Tidy(t.Context())
		_, err := o.Operation(t.Context(), draft.ID, ghpkg.VisibleTo{All: true})
		wantCode(t, "the draft after it", err, fault.CodeNoOperation)
		if got := w.now(running.ID).State; got != ghpkg.OperationRunning {
			t.Errorf("what runs is %q", got)
		}
	})
}
