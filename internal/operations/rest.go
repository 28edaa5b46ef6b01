package operations

import (
	"context"
	"maps"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Continue makes a draft of what a stopped operation did not send, and none that
// took it up has done since. know says what the packages have now: what was
// expected when they were frozen is old.
func (o *Operations) Continue(ctx context.Context, id string, by By, know func([]ghpkg.Ref) []ghpkg.PackageFacts) (ghpkg.Operation, error) {
	const name = "operations.Continue"
	op, err := o.own(ctx, id, by)
	if err != nil {
		return ghpkg.Operation{}, err
	}
	if op.State != ghpkg.OperationStopped {
		return ghpkg.Operation{}, notNow(name)
	}
	left, err := o.allItems(ctx, id, ghpkg.ItemQuery{State: ghpkg.ItemPending})
	if err != nil {
		return ghpkg.Operation{}, internal(name, err)
	}
	since, err := o.doneSince(ctx, op, op.Action)
	if err != nil {
		return ghpkg.Operation{}, internal(name, err)
	}
	left = slices.DeleteFunc(left, func(item ghpkg.OperationItem) bool { return since[itemKeyOf(item.Target)] })
	if len(left) == 0 {
		return ghpkg.Operation{}, notNow(name)
	}
	refs := map[ghpkg.Ref]bool{}
	for i, item := range left {
		left[i].Check = ""
		if ref, ok := item.Target.Ref(); ok && item.Target.VersionID != 0 {
			refs[ref] = true
		}
	}
	var facts []ghpkg.PackageFacts
	if op.Action == ghpkg.ActionDelete {
		facts = know(slices.Collect(maps.Keys(refs)))
	}
	rest := ghpkg.Operation{Actor: op.Actor, Action: op.Action, Source: op.Source, Complete: op.Complete, Undoes: op.Undoes, Continues: op.ID}
	return o.freeze(ctx, rest, left, facts)
}
