package operations

import (
	"context"
	"errors"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// stateOf says what the answer to a change means for its item. What was not
// sent, or not taken because of who sent it or when, is pending: it is no
// outcome of the item.
func stateOf(err error) ghpkg.ItemState {
	if err == nil {
		return ghpkg.ItemDone
	}
	switch fault.KindOf(err) {
	case fault.SignedOut, fault.RateLimited:
		return ghpkg.ItemPending
	case fault.Unknown:
		return ghpkg.ItemUnknown
	case fault.Upstream, fault.Timeout, fault.Internal:
		return ghpkg.ItemFailed
	}
	if code := fault.CodeOf(err); code == fault.CodeAlreadyGone || code == fault.CodeAlreadyThere {
		return ghpkg.ItemSkipped
	}
	return ghpkg.ItemRefused
}

// found says what the answer of Hand.Resume means for the item; "" means that
// GitHub could not be asked, and has to be asked again.
func found(err error) ghpkg.ItemState {
	switch {
	case err == nil:
		return ghpkg.ItemDone
	case fault.CodeOf(err) == fault.CodeNotDone:
		return ghpkg.ItemPending
	}
	switch fault.KindOf(err) {
	case fault.SignedOut, fault.RateLimited, fault.Upstream, fault.Timeout, fault.Internal:
		return ""
	case fault.Refused:
		return stateOf(err) // the ledger has GitHub's answer already
	}
	return ghpkg.ItemUnknown // GitHub does not let this viewer see what became of it
}

// settled returns the item with its new state and the reason for it.
func (o *Operations) settled(item ghpkg.OperationItem, state ghpkg.ItemState, err error) ghpkg.OperationItem {
	item.State, item.Message, item.Code, item.At = state, "", "", o.Now()
	if state != ghpkg.ItemPending {
		item.Message, item.Code = saidIn(err), codeIn(err)
	}
	return item
}

// settleItem writes down what became of the item, whatever becomes of us.
func (o *Operations) settleItem(ctx context.Context, id string, item ghpkg.OperationItem) error {
	ctx, cancel := lasting(ctx)
	defer cancel()
	_, err := o.Store.SettleItem(ctx, id, item) // else somebody else has
	return internal("operations.settleItem", err)
}

// saidIn returns GitHub's own words, or nothing.
func saidIn(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Said
	}
	return ""
}

func codeIn(err error) string {
	if err == nil {
		return ""
	}
	return string(fault.CodeOf(err))
}

// changeOf returns the change that the item asks for.
func changeOf(op ghpkg.Operation, item ghpkg.OperationItem) ghpkg.Change {
	return ghpkg.Change{
		Action: op.Action, Target: item.Target, Reason: op.Reason, From: op.From, Operation: op.ID, Entry: item.Entry,
	}
}
