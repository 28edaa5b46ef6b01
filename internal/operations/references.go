package operations

import "github.com/stockroom-dev/stockroom/internal/ghpkg"

// checkReferences says of which items another version stays that belongs to
// them, or that they belong to. Where both are selected, both go. What is known
// of an item says more than that it may be part of an image.
func checkReferences(checks []ghpkg.ItemCheck, items []ghpkg.OperationItem, references []ghpkg.Reference) {
	if len(references) == 0 {
		return
	}
	selected := make(map[int64]int, len(items))
	for i, item := range items {
		if item.Check == "" && item.Target.VersionID != 0 {
			selected[item.Target.VersionID] = i
		}
	}
	for _, r := range references {
		from, goes := selected[r.From]
		to, isGone := selected[r.To]
		switch {
		case goes && !isGone && r.To != 0:
			checks[from] = ghpkg.CheckReferring
		case isGone && !goes && checks[to] != ghpkg.CheckReferring:
			checks[to] = ghpkg.CheckReferred
		}
	}
}

// referencesAmong returns which items refer to each other, by their packages.
func referencesAmong(items []ghpkg.OperationItem) map[packageKey][]ghpkg.Reference {
	all := map[packageKey][]ghpkg.Reference{}
	for _, item := range items {
		for _, tag := range item.Target.Tags {
			if digest, ok := ghpkg.ReferredDigest(tag); ok && item.Target.VersionID != 0 {
				key := keyOf(item.Target)
				all[key] = append(all[key], ghpkg.Reference{From: item.Target.VersionID, Tag: tag, Digest: digest})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	for _, item := range items {
		some := all[keyOf(item.Target)]
		for n := range some {
			if some[n].Digest == item.Target.VersionName {
				some[n].To = item.Target.VersionID
			}
		}
	}
	return all
}
