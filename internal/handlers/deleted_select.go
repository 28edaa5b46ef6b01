package handlers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// selectGone filters, orders and pages what is gone; without a sort the fewest
// days left come first.
func selectGone(all []gonePackage, t wanted) (found inventory.Selected[gonePackage]) {
	if t.mistake != nil {
		return found
	}
	q, sieve := t.q, t.search.Sieve()
	found.ByType = map[ghpkg.Type]int{}
	rows := slices.DeleteFunc(slices.Clone(all), func(g gonePackage) bool {
		chosen := len(q.Types) == 0 || slices.Contains(q.Types, g.pkg.Type)
		meant := chosen && sieve.Match(&g.pkg) || !chosen && t.search.Match(&g.pkg)
		if meant {
			found.ByType[g.pkg.Type]++
		}
		return !meant || !chosen
	})
	found.Total, found.Notices = len(rows), inventory.Unknown(sieve.Missing)
	field, down := cmp.Or(q.Sort, ghpkg.SortDaysLeft).Descending()
	slices.SortFunc(rows, func(a, b gonePackage) int {
		by := a.at.Compare(b.at)
		if field == ghpkg.SortName {
			by = strings.Compare(strings.ToLower(a.pkg.Name), strings.ToLower(b.pkg.Name))
		}
		if down {
			by = -by
		}
		return cmp.Or(by, cmp.Compare(a.pkg.ID, b.pkg.ID), strings.Compare(a.entry, b.entry))
	})
	from := min((q.Page-1)*q.PerPage, len(rows))
	found.Rows = rows[from:min(from+q.PerPage, len(rows))]
	return found
}
