package operations_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestWorkDeletesWhatIsFrozenAndNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		versions := w.npm("left-pad", 5)
		op := w.started(o, versions[1:4]...)
		w.gitHub.version(versions[0]) // published later
		w.finish(o)

		if diff := cmp.Diff([]string{"done", "done", "done"}, w.states(op.ID)); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[int64]int{versions[1].VersionID: 1, versions[2].VersionID: 1, versions[3].VersionID: 1}, w.gitHub.confirmed); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
		after := w.now(op.ID)
		if after.State != ghpkg.OperationDone || after.EndedAt.IsZero() || w.gitHub.changes() != 3 {
			t.Errorf("state %s, ended %s, %d changes", after.State, after.EndedAt, w.gitHub.changes())
		}
		for _, item := range w.itemsOf(op.ID) {
			entry := w.gitHub.ledger[item.Entry]
			if entry == nil || entry.Outcome != ghpkg.OutcomeDone || entry.Operation != op.ID || entry.Reason != "too old" {
				t.Errorf("item %d has the ledger entry %+v", item.Seq, entry)
			}
		}
		if diff := cmp.Diff([]string{"session-1"}, w.released); diff != "" {
			t.Errorf("released sessions (-want +got):\n%s", diff)
		}
	})
}

// TestWorkKeepsThePace: what is done besides the changes costs no time, but for
// the first.
func TestWorkKeepsThePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		p := w.gitHub.publish(ghpkg.Container, "shop/api")
		var versions []ghpkg.Target
		for range 100 {
			versions = append(versions, w.gitHub.version(p, "v"))
		}
		w.started(o, versions...)
		began := time.Now()
		w.finish(o)
		floor := 100*(interval+latency) - interval
		if took := time.Since(began); took > floor+floor/50 {
			t.Errorf("100 items took %s, at the pace in force %s", took, floor)
		}
		if calls := len(w.gitHub.calls); calls != 200 {
			t.Errorf("%d calls for 100 items, want a look and a change for each", calls)
		}
		if n := len(w.told); n < 20 || n > 35 {
			t.Errorf("told %d times of one package in %s", n, floor)
		}
	})
}

// TestWorkChecksJustBefore: what is not any more what was frozen is not sent.
func TestWorkChecksJustBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		image := w.gitHub.publish(ghpkg.Container, "shop/api")
		same, moved, gone := w.gitHub.version(image, "v1", "latest"), w.gitHub.version(image, "v2"), w.gitHub.version(image)
		reborn, lost, kept := w.gitHub.publish(ghpkg.NPM, "reborn"), w.gitHub.publish(ghpkg.NPM, "lost"), w.gitHub.publish(ghpkg.NPM, "kept")
		grown := w.gitHub.publish(ghpkg.NPM, "grown")
		kept.UpdatedAt, grown.UpdatedAt = time.Now(), time.Now()
		w.gitHub.there[kept.PackageID].UpdatedAt = kept.UpdatedAt
		lib := w.npm("lib", 2)
		op := w.started(o, same, moved, gone, reborn, lost, kept, grown, lib[0])

		w.gitHub.there[same.VersionID].Tags = []string{"latest", "v1"} // another order is no change
		w.gitHub.there[moved.VersionID].Tags = []string{"v2", "latest"}
		w.gitHub.there[gone.VersionID].gone = true
		w.gitHub.there[reborn.PackageID].gone = true
		w.gitHub.publish(ghpkg.NPM, "reborn")
		w.gitHub.there[lost.PackageID].gone = true
		w.gitHub.there[grown.PackageID].UpdatedAt = grown.UpdatedAt.Add(time.Second) // a version was published
		w.gitHub.there[lib[0].VersionID].gone = true
		w.finish(o)

		want := []string{
			"done", "skipped changed", "skipped not_found", "skipped changed", "skipped not_found", "done", "skipped changed", "skipped already_gone",
		}
		if diff := cmp.Diff(want, w.states(op.ID)); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}
		if got := w.gitHub.changes(); got != 3 {
			t.Errorf("%d changes were sent, want those of what was as frozen, and of a version that is its own check", got)
		}
	})
}

// TestWorkByFault: a refusal is the item's outcome and never stops the rest.
func TestWorkByFault(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind fault.Kind
		code fault.Code
		want string
	}{
		{fault.Refused, fault.CodeLastVersion, "refused last_version"},
		{fault.Refused, fault.CodeAlreadyGone, "skipped already_gone"},
		{fault.SSORequired, fault.CodeSSO, "refused sso"},
		{fault.AppRestricted, fault.CodeAppRestricted, "refused app_restricted"},
		{fault.MissingScope, fault.CodeScope, "refused scope"},
		{fault.Forbidden, fault.CodeNoAdmin, "refused no_admin"},
		{fault.NotFound, fault.CodeNotFound, "refused not_found"},
		{fault.Upstream, fault.CodeNotDone, "failed not_done"},
		{fault.Timeout, fault.CodeTimeout, "failed timeout"},
		{fault.Internal, fault.CodeInternal, "failed internal"},
		{fault.Unknown, fault.CodeUnknown, "unknown unknown"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := steady(t)
				versions := w.npm("lib", 3)
				w.gitHub.refuse[versions[1].VersionID] = &fault.Error{Kind: test.kind, Code: test.code, Op: "do", Said: "No."}
				op := w.started(o, versions...)
				w.finish(o)
				if diff := cmp.Diff([]string{"done", test.want, "done"}, w.states(op.ID)); diff != "" {
					t.Errorf("items (-want +got):\n%s", diff)
				}
				if got := w.itemsOf(op.ID)[1].Message; got != "No." {
					t.Errorf("message %q, want GitHub's words", got)
				}
				if got := w.now(op.ID).State; got != ghpkg.OperationDone {
					t.Errorf("state %s", got)
				}
			})
		})
	}
}

func TestWorkWaitsAsLongAsGitHubSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		op, behind := w.started(o, w.npm("lib", 3)...), w.started(o, w.npm("other", 1)...)
		w.gitHub.limited = time.Now().Add(10 * time.Minute)

		again, err := o.Work(t.Context(), alice)
		now := w.now(op.ID)
		if err != nil || again <= 9*time.Minute || again > 10*time.Minute {
			t.Errorf("Work = %s, %v; want to be called when the limit is over", again, err)
		}
		if now.State != ghpkg.OperationWaiting || !now.WaitingUntil.Equal(w.gitHub.limited) || now.Why != "secondary_limit" || now.Said != "secondary" {
			t.Errorf("state %s until %s, why %q, said %q", now.State, now.WaitingUntil, now.Why, now.Said)
		}
		if len(w.gitHub.calls) != 0 || w.now(behind.ID).Counts[ghpkg.ItemPending] != 1 {
			t.Errorf("%d requests in spite of the limit", len(w.gitHub.calls))
		}
		w.finish(w.process("after a restart", newLife(-1)))
		now = w.now(op.ID)
		if now.State != ghpkg.OperationDone || now.Why != "" || !now.WaitingUntil.IsZero() || w.gitHub.early != 0 {
			t.Errorf("state %s, why %q, %d requests too early", now.State, now.Why, w.gitHub.early)
		}
	})
}

// TestWorkPausesWhatNeedsAPerson: a revoked token, or the portal's own no.
func TestWorkPausesWhatNeedsAPerson(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		noHand *fault.Error // nil: GitHub does not take the token
		want   ghpkg.OperationState
	}{
		{"token_revoked", nil, ghpkg.OperationPaused},
		{"read_only", &fault.Error{Kind: fault.Forbidden, Code: fault.CodeReadOnly}, ghpkg.OperationPaused},
		{"not_admin", &fault.Error{Kind: fault.Forbidden, Code: fault.CodeNotAdmin}, ghpkg.OperationPaused},
		{"signed_out", &fault.Error{Kind: fault.SignedOut, Code: fault.CodeSignedOut}, ghpkg.OperationPaused},
		{"admin_unknown", &fault.Error{Kind: fault.Forbidden, Code: fault.CodeAdminUnknown}, ghpkg.OperationWaiting},
		{"upstream", &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream}, ghpkg.OperationWaiting},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := steady(t)
				op := w.started(o, w.npm("lib", 2)...)
				if test.noHand != nil {
					w.noHand = test.noHand
				}
				w.gitHub.revoked["session-1"] = test.noHand == nil
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				w.drive(ctx, o, func() bool { return false })
				now := w.now(op.ID)
				if now.State != test.want || now.Why != test.name {
					t.Errorf("state %s, why %q", now.State, now.Why)
				}
				if paused := now.State == ghpkg.OperationPaused; paused == now.PausedAt.IsZero() || now.PausedAt.After(time.Now()) {
					t.Errorf("the notice would be of %s", now.PausedAt)
				}
				if diff := cmp.Diff([]string{"pending", "pending"}, w.states(op.ID)); diff != "" {
					t.Errorf("items (-want +got):\n%s", diff)
				}
				w.noHand = nil
				again := by(alice)
				again.Session = "a new one"
				if err := o.Resume(t.Context(), op.ID, again); err != nil {
					t.Fatal(err)
				}
				w.finish(o)
				if got := w.now(op.ID); got.State != ghpkg.OperationDone || got.Why != "" || got.Total() != got.Counts[ghpkg.ItemDone] {
					t.Errorf("resumed with a new session: %s, why %q, %v", got.State, got.Why, got.Counts)
				}
			})
		})
	}
}

// TestWorkEndsWithItsContext: what was sent is settled, and nothing more begins.
func TestWorkEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{10 * time.Millisecond, 1030 * time.Millisecond, 500 * time.Millisecond, 960 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := steady(t)
				op := w.started(o, w.npm("lib", 9)...)
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				if _, err := o.Work(ctx, alice); err != nil {
					t.Errorf("Work: %v", err)
				}
				if took := latency; ctx.Err() == nil || time.Since(op.StartedAt) > after+took {
					t.Errorf("it took %s", time.Since(op.StartedAt))
				}
				counts := w.now(op.ID).Counts
				if counts[ghpkg.ItemRunning] != 0 || counts[ghpkg.ItemDone] != len(w.gitHub.confirmed) {
					t.Errorf("counts %v with %d deletions", counts, len(w.gitHub.confirmed))
				}
				if ok, _ := w.store.Lease(t.Context(), alice, "the next", time.Now(), time.Now()); !ok {
					t.Error("the lease is not given back")
				}
			})
		})
	}
}

// TestWorkIsOneAtATime: of two processes one works; the other takes over when
// the lease of a dead one runs out.
func TestWorkIsOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, _ := steady(t)
		dying := newLife(-1)
		one, two := w.process("one", dying), w.process("two", newLife(-1))
		op := w.started(one, w.npm("lib", 30)...)
		go func() { _, _ = one.Work(t.Context(), alice) }()
		synctest.Wait()
		if again, err := two.Work(t.Context(), alice); err != nil || again <= 0 || again > 10*time.Second {
			t.Errorf("Work beside another = %s, %v; want to be called again soon", again, err)
		}
		time.Sleep(5500 * time.Millisecond)
		close(dying.dead)
		died := time.Now()
		before := w.now(op.ID).Counts[ghpkg.ItemDone]
		go w.finish(two)
		for w.now(op.ID).Counts[ghpkg.ItemDone] == before {
			time.Sleep(100 * time.Millisecond)
		}
		if took := time.Since(died); took > 20*time.Second {
			t.Errorf("taken over after %s", took)
		}
		time.Sleep(2 * time.Minute)
		if got := w.now(op.ID).Counts[ghpkg.ItemDone]; got != 30 || w.gitHub.doubled {
			t.Errorf("%d done, changes at the same time: %t", got, w.gitHub.doubled)
		}
	})
}
