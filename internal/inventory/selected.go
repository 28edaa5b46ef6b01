package inventory

import (
	"slices"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// Selected is what a query selects of a table.
type Selected[T any] struct {
	Rows    []T                // of the page
	Total   int                // on all pages
	ByType  map[ghpkg.Type]int // of packages: how many of each type
	Notices []ghpkg.Notice     // what is not known of rows that the query asked for
}

// Unknown are the notices of what was missing of how many rows.
func Unknown(missing func(query.Gap) int) []ghpkg.Notice {
	var all []ghpkg.Notice
	for _, gap := range query.Gaps() {
		if n := missing(gap); n > 0 {
			all = append(all, ghpkg.Notice{Kind: ghpkg.NoticeUnknown, Field: string(gap), Detail: strconv.Itoa(n)})
		}
	}
	return all
}

// Undecided reports whether it is not known which rows a query means, though
// everything has what it asks for. That GitHub names no repository of a package
// may mean that it has none, and leaves nothing to be found out.
func Undecided(all []ghpkg.Notice) bool {
	for _, n := range all {
		if n.Kind == ghpkg.NoticeUnknown && n.Field != string(query.GapRepository) {
			return true
		}
	}
	return false
}

// Beside counts what the query selects of the types that q leaves out, as far as
// they were listed before: GitHub is not asked. What is not known to the end is
// not in it.
func (i *Inventory) Beside(session string, owners []ghpkg.Owner, q ghpkg.Query, search query.Packages) map[ghpkg.Type]int {
	counts := map[ghpkg.Type]int{}
	if len(q.Types) == 0 || search.Asks("versions") { // whose numbers are not in the listings
		return counts
	}
	for _, t := range ghpkg.Types() {
		if slices.Contains(q.Types, t) {
			continue
		}
		n, whole, sieve := 0, true, search.Sieve()
		for _, owner := range owners {
			listing, ok := i.packages.peek(ghpkg.ListingKey{Viewer: session, Owner: owner, Type: t, Visibility: listedVisibility(q.Visibility)})
			whole = whole && ok && listing.Complete()
			for at := range listing.Items {
				if sieve.Match(&listing.Items[at]) {
					n++
				}
			}
		}
		if whole && (n > 0 || !Undecided(Unknown(sieve.Missing))) {
			counts[t] = n
		}
	}
	return counts
}
