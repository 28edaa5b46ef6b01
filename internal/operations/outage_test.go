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

// TestWorkWaitsOutAnOutage: while GitHub is down no item is failed for it, also
// not the one that was on its way.
func TestWorkWaitsOutAnOutage(t *testing.T) {
	t.Parallel()
	for _, typ := range []ghpkg.Type{ghpkg.Container, ghpkg.NPM} {
		t.Run(string(typ), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := steady(t)
				p := w.gitHub.publish(typ, "shop/api")
				op := w.started(o, w.gitHub.version(p), w.gitHub.version(p), w.gitHub.version(p))
				w.gitHub.down = true
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				w.drive(ctx, o, func() bool { return false })
				now := w.now(op.ID)
				if now.State != ghpkg.OperationWaiting || now.Why != "upstream" || now.Said != "down" || now.WaitingUntil.IsZero() {
					t.Errorf("state %s until %s, why %q, said %q", now.State, now.WaitingUntil, now.Why, now.Said)
				}
				if left := now.Counts[ghpkg.ItemPending] + now.Counts[ghpkg.ItemRunning]; left != 3 || w.gitHub.changes() > 1 {
					t.Errorf("%v, and %d changes were sent to a GitHub that is down", now.Counts, w.gitHub.changes())
				}
				w.gitHub.down = false
				w.finish(o)
				if now := w.now(op.ID); now.State != ghpkg.OperationDone || now.Counts[ghpkg.ItemDone] != 3 {
					t.Errorf("after the outage: %s, %v", now.State, now.Counts)
				}
			})
		})
	}
}

// TestWorkComesAgainWhenGitHubSaid: a failure that names a time is obeyed.
func TestWorkComesAgainWhenGitHubSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		versions := w.npm("lib", 3)
		w.gitHub.refuse[versions[0].VersionID] = &fault.Error{
			Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "do", Said: "busy", RetryAfter: 5 * time.Minute,
		}
		op := w.started(o, versions...)
		again, err := o.Work(t.Context(), alice)
		now := w.now(op.ID)
		if err != nil || again < 4*time.Minute || now.State != ghpkg.OperationWaiting || now.Why != "upstream" || now.Said != "busy" {
			t.Errorf("Work = %s, %v; state %s, why %q, said %q", again, err, now.State, now.Why, now.Said)
		}
		w.finish(o)
		if diff := cmp.Diff([]string{"failed not_done", "done", "done"}, w.states(op.ID)); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}
	})
}
