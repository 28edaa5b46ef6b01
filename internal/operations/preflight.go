package operations

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Preflight returns what is to be expected of each item, given in the order in
// which they will run. A check that an item has already is kept.
func Preflight(items []ghpkg.OperationItem, facts []ghpkg.PackageFacts, action ghpkg.Action, now time.Time) []ghpkg.ItemCheck {
	checks := make([]ghpkg.ItemCheck, len(items))
	for i, item := range items {
		switch {
		case item.Check != "":
			checks[i] = item.Check
		case action == ghpkg.ActionRestore:
			checks[i] = restoreCheck(item, now)
		default:
			checks[i] = deleteCheck(item.Target)
		}
	}
	if action != ghpkg.ActionDelete {
		return checks
	}
	known := map[string]ghpkg.PackageFacts{}
	for _, f := range facts {
		checkReferences(checks, items, f.References)
		known[addressOf(f.Ref.Owner(), f.Ref.Type(), f.Ref.Name())] = f
	}
	for _, versions := range versionsByPackage(items) {
		address := keyOf(items[versions.all[0]].Target).address
		if i, check := versions.refused(items[versions.all[0]].Target.Type, known[address]); check != "" {
			checks[i] = check
		}
	}
	return checks
}

func restoreCheck(item ghpkg.OperationItem, now time.Time) ghpkg.ItemCheck {
	switch {
	case item.DeletedAt.IsZero():
		return ghpkg.CheckUnknown
	case !now.Before(ghpkg.RestorableUntil(item.DeletedAt)):
		return ghpkg.CheckTooLate
	}
	return ghpkg.CheckOK
}

// deleteCheck is what can be said of an item without those beside it.
func deleteCheck(t ghpkg.Target) ghpkg.ItemCheck {
	switch {
	case t.VersionID != 0 && untagged(t):
		return ghpkg.CheckUntagged
	case t.Visibility == ghpkg.Public:
		return ghpkg.CheckDownloads
	case t.Visibility == "":
		return ghpkg.CheckUnknown // it may be public
	}
	return ghpkg.CheckOK
}

// chosen is which items are versions of one package, in order.
type chosen struct{ all, tagged []int }

// versionsByPackage leaves out what has a check already: it is not among the
// active versions, or it is known what becomes of it.
func versionsByPackage(items []ghpkg.OperationItem) map[packageKey]*chosen {
	groups := map[packageKey]*chosen{}
	for i, item := range items {
		if item.Target.VersionID == 0 || item.Check != "" {
			continue
		}
		key := keyOf(item.Target)
		if groups[key] == nil {
			groups[key] = &chosen{}
		}
		groups[key].all = append(groups[key].all, i)
		if len(item.Target.Tags) > 0 {
			groups[key].tagged = append(groups[key].tagged, i)
		}
	}
	return groups
}

// refused returns which of the package's versions GitHub will refuse because
// the others are gone by then; an empty check if none. What is not known of a
// package makes the one that could be it unknown: all before it have company.
//
// A container package keeps one tagged version. As the tagged ones go first,
// that is the last of them, whether or not untagged ones go after it. Whether
// the old Docker registry does the same was never recorded.
func (c chosen) refused(typ ghpkg.Type, f ghpkg.PackageFacts) (int, ghpkg.ItemCheck) {
	all := len(c.all) >= f.Versions
	allTagged := typ.Images() && len(c.tagged) > 0 && len(c.tagged) >= f.Tagged
	last := c.all[len(c.all)-1]
	if allTagged && (typ == ghpkg.Container || !all) {
		last = c.tagged[len(c.tagged)-1]
	}
	switch {
	case !all && !allTagged:
		return 0, ""
	case !f.Complete:
		return last, ghpkg.CheckUnknown
	case all:
		return last, ghpkg.CheckLastVersion
	case typ == ghpkg.Container:
		return last, ghpkg.CheckLastTagged
	}
	return last, ghpkg.CheckUnknown
}
