package operations

import (
	"context"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// stopTime is how long Stop waits for the item that is on its way, pollTime
// after how long it looks again. A web request has 15 s.
const (
	stopTime = 12 * time.Second
	pollTime = 100 * time.Millisecond
)

// mendable are the refusals that a person can do something about, after which
// the same request may be granted.
func mendable() []string {
	var all []string
	for _, code := range []fault.Code{
		fault.CodeScope, fault.CodeSSO, fault.CodeAppRestricted, fault.CodeNoAdmin, fault.CodeForbidden, fault.CodeNotFound,
		fault.CodeNotDone, fault.CodeRateLimited, fault.CodeSecondaryLimit, fault.CodeBusy,
	} {
		all = append(all, string(code))
	}
	return all
}

// Pause halts a running or waiting operation after the item that is on its way.
func (o *Operations) Pause(ctx context.Context, id string, by By) error {
	op, err := o.own(ctx, id, by)
	if err != nil || op.State == ghpkg.OperationPaused {
		return err
	}
	if err := o.pause(ctx, op); err != nil {
		return err
	}
	if running, err := o.itemsRunning(ctx, id); err == nil && len(running) == 0 {
		o.release(ctx, op.Session) // else the worker does when its item is over
	}
	o.wake(ctx, by.ViewerID) // it may have been in the way of the next
	return nil
}

// pause is the person's own; a pause for a reason gets another sentence.
func (o *Operations) pause(ctx context.Context, op ghpkg.Operation) error {
	const name = "operations.Pause"
	op.State, op.WaitingUntil, op.Why, op.Said = ghpkg.OperationPaused, time.Time{}, "", ""
	moved, err := o.Store.MoveOperation(ctx, op, ghpkg.OperationRunning, ghpkg.OperationWaiting)
	if err == nil && !moved {
		return notNow(name)
	}
	return internal(name, err)
}

// Resume goes on with a paused operation, with the person's present session.
func (o *Operations) Resume(ctx context.Context, id string, by By) error {
	const name = "operations.Resume"
	op, err := o.own(ctx, id, by)
	if err != nil || op.State == ghpkg.OperationRunning || op.State == ghpkg.OperationWaiting {
		return err
	}
	return o.goOn(ctx, name, op, by, ghpkg.OperationPaused)
}

// goOn makes op, which is in one of from, running with the person's session.
func (o *Operations) goOn(ctx context.Context, name string, op ghpkg.Operation, by By, from ...ghpkg.OperationState) error {
	before := op.Session
	op.State, op.Session, op.EndedAt, op.WaitingUntil = ghpkg.OperationRunning, by.Session, time.Time{}, time.Time{}
	op.Why, op.Said = "", ""
	moved, err := o.Store.MoveOperation(ctx, op, from...)
	switch {
	case err != nil:
		return internal(name, err)
	case !moved:
		return notNow(name)
	}
	if before != by.Session {
		o.release(ctx, before)
	}
	o.wake(ctx, by.ViewerID)
	return nil
}

// Retry tries again what failed, is unknown, or was refused for a reason that a
// person can mend. A stopped operation that has pending items is left as it is:
// whoever stopped it wants those to stay, and they would run too.
func (o *Operations) Retry(ctx context.Context, id string, by By) error {
	const name = "operations.Retry"
	op, err := o.own(ctx, id, by)
	if err != nil {
		return err
	}
	left := op.Counts[ghpkg.ItemPending] + op.Counts[ghpkg.ItemRunning]
	if op.State != ghpkg.OperationPaused && (!op.Over() || op.State == ghpkg.OperationStopped && left > 0) {
		return notNow(name)
	}
	n, err := o.Store.RetryItems(ctx, id, []ghpkg.ItemState{ghpkg.ItemFailed, ghpkg.ItemUnknown}, mendable())
	if err != nil {
		return internal(name, err)
	}
	if n+left == 0 {
		return nothing(name)
	}
	return o.goOn(ctx, name, op, by, op.State)
}

// Stop ends an operation for good. It returns when no item is on its way any
// more. It is paused until then: what is stopped has no item that is running.
func (o *Operations) Stop(ctx context.Context, id string, by By) error {
	const name = "operations.Stop"
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	for {
		op, err := o.own(ctx, id, by)
		switch {
		case err != nil:
			return err
		case op.State == ghpkg.OperationStopped:
			return nil
		case op.State == ghpkg.OperationDraft || op.State == ghpkg.OperationDone:
			return notNow(name)
		case op.State != ghpkg.OperationPaused:
			if err := o.pause(ctx, op); err != nil && fault.CodeOf(err) != fault.CodeState {
				return err
			}
			continue
		}
		still, err := o.stop(ctx, op, by)
		if err != nil || !still {
			return internal(name, err)
		}
		if sleep(ctx, pollTime) != nil {
			return &fault.Error{Kind: fault.RateLimited, Code: fault.CodeBusy, Op: name, RetryAfter: 5 * time.Second}
		}
	}
}

// stop stops a paused operation unless an item of it is still running.
func (o *Operations) stop(ctx context.Context, op ghpkg.Operation, by By) (still bool, err error) {
	running, err := o.itemsRunning(ctx, op.ID)
	if err != nil {
		return true, err
	}
	for _, item := range running {
		if settled, err := o.adopt(ctx, op, by, item); err != nil || !settled {
			return true, err
		}
	}
	op.State, op.EndedAt, op.Why, op.Said = ghpkg.OperationStopped, o.Now(), "", ""
	moved, err := o.Store.MoveOperation(ctx, op, ghpkg.OperationPaused)
	if err != nil || !moved {
		return true, err
	}
	o.release(ctx, op.Session)
	o.wake(ctx, by.ViewerID)
	return false, nil
}

func (o *Operations) itemsRunning(ctx context.Context, id string) ([]ghpkg.OperationItem, error) {
	items, _, err := o.Store.OperationItems(ctx, id, ghpkg.ItemQuery{State: ghpkg.ItemRunning, Limit: 10})
	return items, err
}

// adopt finds out what became of an item whose worker is no more; false if it
// has one. What cannot be found out is unknown: the operation ends nonetheless.
func (o *Operations) adopt(ctx context.Context, op ghpkg.Operation, by By, item ghpkg.OperationItem) (bool, error) {
	l, err := o.lease(ctx, by.ViewerID)
	if err != nil || l == nil {
		return false, err
	}
	defer l.giveBack()
	// While the lease was waited for, its worker may have settled it.
	now, err := o.itemsRunning(l.ctx, op.ID)
	if err != nil || !slices.ContainsFunc(now, func(i ghpkg.OperationItem) bool { return i.Seq == item.Seq }) {
		return err == nil, err
	}
	asking, cancel := context.WithTimeout(l.ctx, stopTime-time.Second)
	defer cancel()
	hand, err := o.Hand(asking, by.Session)
	if err == nil {
		err = hand.Resume(asking, changeOf(op, item), item.At)
	}
	if l.lost.Load() {
		return false, nil
	}
	item.State, item.Message, item.Code, item.At = found(err), saidIn(err), codeIn(err), o.Now()
	if item.State == "" {
		item.State = ghpkg.ItemUnknown
	}
	err = o.settleItem(l.ctx, op.ID, item)
	return err == nil, err
}
