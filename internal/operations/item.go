package operations

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The tries of a look at GitHub, which are free but for the budget.
const (
	lookTries = 3
	lookPause = time.Second
)

// send checks a pending item and sends its change.
func (r *run) send(ctx context.Context, item ghpkg.OperationItem) (time.Duration, bool, error) {
	begun := r.Now()
	if state, err := r.check(ctx, item); state != "" {
		if ctx.Err() != nil {
			return 0, false, nil
		}
		if e := r.outage(ctx, err); e != nil {
			return 0, false, r.hold(ctx, r.op, e, outageTime)
		}
		if state == ghpkg.ItemPending {
			return r.react(ctx, err)
		}
		return 0, true, r.settleItem(ctx, r.op.ID, r.settled(item, state, err))
	}
	item.State, item.Entry, item.At = ghpkg.ItemRunning, r.NewID(), r.Now()
	r.lead = max(item.At.Sub(begun), r.lead*9/10)
	if ok, err := r.Store.BeginItem(ctx, r.op.ID, item); err != nil || !ok {
		return 0, false, err // not ok: somebody has paused it
	}
	_, err := r.hand.Apply(ctx, changeOf(r.op, item))
	if r.lease.lost.Load() {
		return 0, false, nil // whoever has the lease now asks what became of it
	}
	state := stateOf(err)
	if kind := fault.KindOf(err); err != nil && ctx.Err() != nil && (kind == fault.Timeout || kind == fault.Internal) {
		state = ghpkg.ItemPending // it never got its turn
	}
	return r.conclude(ctx, item, state, err, begun)
}

// conclude settles an item, unless GitHub cannot be asked what became of it:
// then it stays running, until GitHub can.
func (r *run) conclude(ctx context.Context, item ghpkg.OperationItem, state ghpkg.ItemState, why error, begun time.Time) (time.Duration, bool, error) {
	if state == ghpkg.ItemUnknown {
		if e := r.outage(ctx, why); e != nil {
			return 0, false, r.hold(ctx, r.op, e, outageTime)
		}
	}
	return r.settle(ctx, item, state, why, begun)
}

// recover finds out what became of an item that a process left behind.
func (r *run) recover(ctx context.Context, item ghpkg.OperationItem) (time.Duration, bool, error) {
	begun := r.Now()
	err := r.hand.Resume(ctx, changeOf(r.op, item), item.At)
	state := found(err)
	switch {
	case r.lease.lost.Load():
		return 0, false, nil
	case state == "":
		return r.react(ctx, err)
	}
	return r.conclude(ctx, item, state, err, begun)
}

// settle writes down what became of an item that was running.
func (r *run) settle(ctx context.Context, item ghpkg.OperationItem, state ghpkg.ItemState, why error, begun time.Time) (time.Duration, bool, error) {
	item = r.settled(item, state, why)
	if err := r.settleItem(ctx, r.op.ID, item); err != nil {
		return 0, false, err
	}
	if state == ghpkg.ItemDone {
		if ref, ok := item.Target.Ref(); ok {
			r.changes.note(ctx, ref)
		}
	}
	if state == ghpkg.ItemPending && fault.CodeOf(why) != fault.CodeNotDone {
		return r.react(ctx, why)
	}
	if r.ended.IsZero() {
		r.ended = begun
	}
	r.paces.add(r.op.ID, item.At.Sub(r.ended))
	r.ended = item.At
	if e := toldToWait(why); e != nil {
		return 0, false, r.hold(ctx, r.op, e, outageTime)
	}
	return 0, true, nil
}

// check looks whether the item is still what was frozen, where that could be
// otherwise: a name is given to another package, a version is published, which
// would go with its package, a tag is moved. It returns the state that the item
// gets if it is not to be sent, and why; "": send it. A pending one says that the
// fault is not about the item.
//
// A version of the other types is the same as long as its id is there, so that
// its deletion is its own check. What is to be restored is not there.
func (r *run) check(ctx context.Context, item ghpkg.OperationItem) (ghpkg.ItemState, error) {
	frozen := item.Target
	if r.op.Action != ghpkg.ActionDelete || frozen.VersionID != 0 && !frozen.Type.Images() {
		return "", nil
	}
	now, err := r.look(ctx, frozen)
	switch {
	case err == nil && same(frozen, now):
		return "", nil
	case err == nil:
		return ghpkg.ItemSkipped, &fault.Error{Kind: fault.Refused, Code: fault.CodeChanged, Op: "operations.check"}
	case fault.KindOf(err) == fault.NotFound && !forWantOfScope(err):
		return ghpkg.ItemSkipped, err
	}
	return stateOf(err), err
}

// forWantOfScope reports whether GitHub may hide what is there from the token.
func forWantOfScope(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Fix != nil && e.Fix.Kind == fault.FixGrantScope
}

// look asks GitHub, and again if GitHub fails.
func (r *run) look(ctx context.Context, t ghpkg.Target) (now ghpkg.Target, err error) {
	for try := range lookTries {
		now, err = r.hand.Look(ctx, t)
		if !unanswered(fault.KindOf(err)) || toldToWait(err) != nil {
			return now, err
		}
		if try+1 < lookTries && r.Sleep(ctx, lookPause<<try) != nil {
			return now, err
		}
	}
	return now, err
}

// same reports whether what GitHub shows now is what was frozen.
func same(frozen, now ghpkg.Target) bool {
	if frozen.VersionID == 0 {
		untouched := frozen.UpdatedAt.IsZero() || frozen.UpdatedAt.UnixMilli() == now.UpdatedAt.UnixMilli()
		return frozen.PackageID == now.PackageID && untouched
	}
	return frozen.VersionID == now.VersionID && frozen.VersionName == now.VersionName &&
		slices.Equal(sorted(frozen.Tags), sorted(now.Tags))
}

func sorted(tags []string) []string {
	tags = slices.Clone(tags)
	slices.Sort(tags)
	return tags
}
