package operations

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Remove takes items out of a draft of the person's, and returns how many. What
// is expected of the others is said anew: a version that was the last is not
// any more when another one stays.
func (o *Operations) Remove(ctx context.Context, id string, by By, seqs []int) (int, error) {
	const name = "operations.Remove"
	op, err := o.draft(ctx, id, by, name)
	if err != nil {
		return 0, err
	}
	var before []ghpkg.OperationItem
	if op.Action == ghpkg.ActionDelete {
		if before, err = o.allItems(ctx, id, ghpkg.ItemQuery{}); err != nil {
			return 0, internal(name, err)
		}
	}
	n, err := o.Store.RemoveItems(ctx, id, seqs)
	if err != nil {
		return 0, internal(name, err)
	}
	if checks := recheck(before, seqs); len(checks) > 0 {
		err = o.Store.SetChecks(ctx, id, checks)
	}
	return n, internal(name, err)
}

// recheck returns what changes, by Seq, in what is expected of the items that
// stay when those of seqs are taken out. That all of a package, or all tagged
// ones, were selected stands in their checks; where they were not, less of them
// changes nothing.
func recheck(before []ghpkg.OperationItem, seqs []int) map[int]ghpkg.ItemCheck {
	out := map[int]bool{}
	for _, seq := range seqs {
		out[seq] = true
	}
	narrowed := map[packageKey]bool{}
	for _, item := range before {
		if out[item.Seq] {
			narrowed[keyOf(item.Target)] = true
		}
	}
	known := factsIn(before)
	var stay []ghpkg.OperationItem
	var facts []ghpkg.PackageFacts
	was := map[int]ghpkg.ItemCheck{}
	for _, item := range before {
		key := keyOf(item.Target)
		if f, ok := known[key]; ok && narrowed[key] && !out[item.Seq] && countsAsActive(item) {
			was[item.Seq], item.Check = item.Check, ""
			stay, facts = append(stay, item), append(facts, f)
		}
	}
	changed := map[int]ghpkg.ItemCheck{}
	for i, check := range Preflight(stay, facts, ghpkg.ActionDelete, time.Time{}) {
		if seq := stay[i].Seq; check != was[seq] {
			changed[seq] = check
		}
	}
	return changed
}

// factsIn returns what the items' checks say of the packages all of whose
// versions, or all of whose tagged ones, are selected.
func factsIn(items []ghpkg.OperationItem) map[packageKey]ghpkg.PackageFacts {
	counts, known := map[packageKey]ghpkg.PackageFacts{}, map[packageKey]ghpkg.PackageFacts{}
	more := map[packageKey]int{}
	for _, item := range items {
		if !countsAsActive(item) {
			continue
		}
		key := keyOf(item.Target)
		f := counts[key]
		f.Ref, _ = item.Target.Ref()
		f.Versions++
		if len(item.Target.Tags) > 0 {
			f.Tagged++
		}
		counts[key] = f
		switch item.Check {
		case ghpkg.CheckLastVersion:
			more[key] = 0
		case ghpkg.CheckLastTagged:
			more[key] = 1 // an untagged one, at least, is not selected
		}
	}
	for key, n := range more {
		f := counts[key]
		f.Versions, f.Complete = f.Versions+n, true
		known[key] = f
	}
	return known
}

// countsAsActive reports whether the item is a version that the package had when
// it was frozen.
func countsAsActive(item ghpkg.OperationItem) bool {
	return item.Target.VersionID != 0 && item.Check != ghpkg.CheckGone
}
