package operations

import (
	"context"
	"errors"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// run is the work on one operation within a slice.
type run struct {
	*slice
	op    ghpkg.Operation
	hand  Hand
	ended time.Time     // when the last change was over; zero: none yet
	lead  time.Duration // how long what comes before a change has taken
}

// items works on one item after another. It returns how long to wait.
func (r *run) items(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := func(ctx context.Context) { // also when an item waits for its turn, which may be long
		if now, ok, err := r.Store.Operation(ctx, r.op.ID, ghpkg.VisibleTo{All: true}); err == nil && ok && now.State != ghpkg.OperationRunning {
			cancel()
		}
	}
	r.lease.tick.Store(&watch)
	defer r.lease.tick.Store(nil)
	for !r.over(ctx) {
		if left := r.approach(ctx); left > 0 {
			return left, nil
		}
		if wait, why := r.hand.Limit(ctx); wait > 0 {
			return 0, r.limited(ctx, wait, why)
		}
		item, ok, err := r.Store.NextItem(ctx, r.op.ID)
		if err != nil {
			return 0, quietly(ctx, err)
		}
		if !ok {
			return 0, r.finish(ctx)
		}
		step := r.send
		if item.State == ghpkg.ItemRunning {
			step = r.recover
		}
		if wait, goOn, err := step(ctx, item); err != nil || !goOn {
			return wait, quietly(ctx, err)
		}
	}
	return 0, nil
}

// early is how much sooner than needed the next item is looked at.
const early = 100 * time.Millisecond

// approach waits until shortly before the next change may be sent, so that its
// item is looked at just before, a pause takes hold until then, and what a crash
// leaves behind is as young as the request. It returns what is left to wait when
// the slice is over.
func (r *run) approach(ctx context.Context) time.Duration {
	if r.ended.IsZero() {
		return 0
	}
	next := r.ended.Add(r.Interval - 2*r.lead - early)
	return r.wait(ctx, next.Sub(r.Now()))
}

// quietly forgets the error of what was cut short on purpose.
func quietly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (r *run) finish(ctx context.Context) error {
	r.changes.flush(ctx)
	r.paces.forget(r.op.ID)
	return r.move(ctx, r.op, ghpkg.OperationDone, nil)
}

// limited makes the operation wait as long as GitHub said.
func (r *run) limited(ctx context.Context, wait time.Duration, why *fault.Error) error {
	e := fault.Error{Kind: fault.RateLimited, Code: fault.CodeRateLimited}
	if why != nil {
		e = *why
	}
	e.RetryAfter = wait
	return r.hold(ctx, r.op, &e, limitTime)
}

// react does what a fault that is not about the item asks for. goOn: the next
// item can be tried.
func (r *run) react(ctx context.Context, err error) (wait time.Duration, goOn bool, _ error) {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok || ctx.Err() != nil:
		return 0, false, err
	case e.Code == fault.CodeBusy: // another of the account's changes is on its way
		return max(e.RetryAfter, pollTime), false, nil
	case e.Kind == fault.SignedOut:
		return 0, false, r.move(ctx, r.op, ghpkg.OperationPaused, e)
	case e.Kind == fault.RateLimited:
		return 0, false, r.hold(ctx, r.op, e, limitTime)
	case e.Kind == fault.Upstream || e.Kind == fault.Timeout:
		return 0, false, r.hold(ctx, r.op, e, outageTime)
	}
	return 0, false, err
}
