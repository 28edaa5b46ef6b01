package operations

import (
	"context"
	"maps"
	"math"
	"slices"
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
// changes only what belongs together.
func recheck(before []ghpkg.OperationItem, seqs []int) map[int]ghpkg.ItemCheck {
	out := map[int]bool{}
	for _, seq := range seqs {
		out[seq] = true
	}
	known, narrowed := factsIn(before), map[packageKey]ghpkg.PackageFacts{}
	for _, item := range before {
		if f, ok := known[keyOf(item.Target)]; ok && out[item.Seq] {
			narrowed[keyOf(item.Target)] = f
		}
	}
	var stay []ghpkg.OperationItem
	was := map[int]ghpkg.ItemCheck{}
	for _, item := range before {
		if _, ok := narrowed[keyOf(item.Target)]; ok && !out[item.Seq] && countsAsActive(item) {
			was[item.Seq], item.Check = item.Check, ""
			stay = append(stay, item)
		}
	}
	changed := map[int]ghpkg.ItemCheck{}
	facts := slices.Collect(maps.Values(narrowed))
	for i, check := range Preflight(stay, facts, ghpkg.ActionDelete, time.Time{}) {
		seq := stay[i].Seq
		before := was[seq]
		// What belongs to something that was not selected before does so still.
		if check != before && before != ghpkg.CheckReferring && before != ghpkg.CheckReferred {
			changed[seq] = check
		}
	}
	return changed
}

// factsIn returns what the items say of the packages all of whose versions, or
// all of whose tagged ones, are selected, or of which some belong together.
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
	for key, references := range referencesAmong(items) {
		f, ok := known[key]
		if !ok { // what else it has is not known, but that there is more
			f = counts[key]
			f.Versions, f.Tagged = math.MaxInt, math.MaxInt
		}
		f.References = references
		known[key] = f
	}
	return known
}

// countsAsActive reports whether the item is a version that the package had when
// it was frozen.
func countsAsActive(item ghpkg.OperationItem) bool {
	return item.Target.VersionID != 0 && item.Check != ghpkg.CheckGone
}
