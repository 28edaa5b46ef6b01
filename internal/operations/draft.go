package operations

import (
	"context"
	"strconv"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxReason bounds what is written into the ledger with every item.
const maxReason = 2000

// draft returns a draft of the person's.
func (o *Operations) draft(ctx context.Context, id string, by By, name string) (ghpkg.Operation, error) {
	op, err := o.own(ctx, id, by)
	if err == nil && op.State != ghpkg.OperationDraft {
		err = notNow(name)
	}
	return op, err
}

// Discard removes a draft.
func (o *Operations) Discard(ctx context.Context, id string, by By) error {
	const name = "operations.Discard"
	if _, err := o.draft(ctx, id, by, name); err != nil {
		return err
	}
	discarded, err := o.Store.DiscardDraft(ctx, id)
	if err == nil && !discarded {
		return notNow(name)
	}
	return internal(name, err)
}

// DraftLifetime is how long a draft that nobody starts is kept. What it says of
// its items is old long before.
const DraftLifetime = 30 * 24 * time.Hour

// Tidy removes the drafts that nobody started in DraftLifetime.
func (o *Operations) Tidy(ctx context.Context) {
	n, err := o.Store.DiscardDrafts(ctx, o.Now().Add(-DraftLifetime))
	switch {
	case err != nil && ctx.Err() == nil:
		o.Log.ErrorContext(ctx, "old drafts could not be discarded", "error", err)
	case n > 0:
		o.Log.InfoContext(ctx, "old drafts were discarded", "drafts", n)
	}
}

// Start begins a draft. confirm is the number of items that the person saw;
// another one than there is leaves the draft as it was (fault.CodeWrongConfirm).
func (o *Operations) Start(ctx context.Context, id string, by By, confirm int, reason string) error {
	const name = "operations.Start"
	op, err := o.draft(ctx, id, by, name)
	total := op.Total()
	switch {
	case err != nil:
		return err
	case total == 0:
		return nothing(name)
	case confirm != total:
		return wrongConfirm(name, total)
	case len(reason) > maxReason:
		return &fault.Error{Kind: fault.Invalid, Code: fault.CodeInvalidForm, Op: name, Args: map[string]any{"Name": "reason"}}
	}
	op.State, op.Session, op.From, op.Reason, op.StartedAt = ghpkg.OperationRunning, by.Session, by.From, reason, o.Now()
	started, err := o.Store.StartOperation(ctx, op, total)
	if err != nil {
		return internal(name, err)
	}
	if !started { // somebody was faster: in another tab it was started, or items were removed
		if op, err = o.draft(ctx, id, by, name); err != nil {
			return err
		}
		return wrongConfirm(name, op.Total())
	}
	o.wake(ctx, by.ViewerID)
	return nil
}

func wrongConfirm(op string, total int) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: fault.CodeWrongConfirm, Op: op, Args: map[string]any{"Name": strconv.Itoa(total)},
	}
}

// wake makes the viewer's operations be worked on. That it is due stands in the
// store already, so a failure costs seconds only.
func (o *Operations) wake(ctx context.Context, viewerID int64) {
	if err := o.Wake(context.WithoutCancel(ctx), viewerID); err != nil {
		o.Log.WarnContext(ctx, "an operation begins later than it could", "viewer", viewerID, "error", err)
	}
}

// Undo makes a draft that restores what the operation deleted, as far as GitHub
// still has it and an earlier undo has not restored it.
func (o *Operations) Undo(ctx context.Context, id string, by By) (ghpkg.Operation, error) {
	const name = "operations.Undo"
	op, err := o.own(ctx, id, by)
	if err != nil {
		return ghpkg.Operation{}, err
	}
	settled := op.Over() || op.State == ghpkg.OperationPaused
	if op.Action != ghpkg.ActionDelete || !settled {
		return ghpkg.Operation{}, notNow(name)
	}
	done, err := o.allItems(ctx, id, ghpkg.ItemQuery{State: ghpkg.ItemDone})
	if err != nil {
		return ghpkg.Operation{}, internal(name, err)
	}
	back, err := o.doneSince(ctx, op, ghpkg.ActionRestore)
	if err != nil {
		return ghpkg.Operation{}, internal(name, err)
	}
	var gone []ghpkg.OperationItem
	for _, item := range done {
		if !back[itemKeyOf(item.Target)] && o.Now().Before(ghpkg.RestorableUntil(item.At)) {
			gone = append(gone, ghpkg.OperationItem{Target: item.Target, CreatedAt: item.CreatedAt, DeletedAt: item.At})
		}
	}
	if len(gone) == 0 {
		return ghpkg.Operation{}, notNow(name)
	}
	undo := ghpkg.Operation{Actor: op.Actor, Action: ghpkg.ActionRestore, Complete: true, Undoes: op.ID}
	return o.freeze(ctx, undo, gone, nil)
}

// Followers returns what takes the operation back or takes up its rest, as its
// person sees it, the newest first. Nobody makes more of them than can be shown.
func (o *Operations) Followers(ctx context.Context, op ghpkg.Operation) ([]ghpkg.Operation, error) {
	list, _, err := o.Store.Operations(ctx, ghpkg.VisibleTo{ActorID: op.Actor.ID}, ghpkg.OperationQuery{Follows: op.ID, Limit: maxFollowers})
	return list, internal("operations.Followers", err)
}

const maxFollowers = 100

// doneSince returns what the operation's followers did by now with its items.
func (o *Operations) doneSince(ctx context.Context, op ghpkg.Operation, action ghpkg.Action) (map[itemKey]bool, error) {
	followers, err := o.Followers(ctx, op)
	since := map[itemKey]bool{}
	for _, f := range followers {
		if err != nil || f.Action != action || f.Counts[ghpkg.ItemDone] == 0 {
			continue
		}
		var items []ghpkg.OperationItem
		items, err = o.allItems(ctx, f.ID, ghpkg.ItemQuery{State: ghpkg.ItemDone})
		for _, item := range items {
			since[itemKeyOf(item.Target)] = true
		}
	}
	return since, err
}

// allItems reads all items that q selects, page by page.
func (o *Operations) allItems(ctx context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, error) {
	var all []ghpkg.OperationItem
	for {
		q.Offset, q.Limit = len(all), 1000
		items, total, err := o.Store.OperationItems(ctx, id, q)
		if err != nil {
			return nil, err
		}
		if all = append(all, items...); len(items) == 0 || len(all) >= total {
			return all, nil
		}
	}
}
