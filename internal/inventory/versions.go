package inventory

import (
	"cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// Versions is a listing of a package's versions, to be selected from. It is
// shared: its items must not be changed.
type Versions struct {
	ghpkg.Listing[lean.Version]
	Untagged int // how many have no tag; 0 where GitHub lists none
	Tagged   int // how many have one
	Tags     int // how many they have in all

	order *order[lean.Version]
}

// NewVersions returns a listing in one state as a table.
func NewVersions(l ghpkg.Listing[lean.Version], typ ghpkg.Type, state ghpkg.State) *Versions {
	v := &Versions{Listing: l}
	full := ghpkg.Version{}
	v.Items = unique(v.Items, func(v *lean.Version) int64 { return v.ID })
	for n := range v.Items {
		v.Items[n].Read(&full)
		v.Tags += len(full.Tags)
		switch {
		case len(full.Tags) > 0:
			v.Tagged++
		case full.Untagged(typ):
			v.Untagged++
		}
	}
	standard := "-" + ghpkg.SortCreated
	if state == ghpkg.Deleted {
		standard = ghpkg.SortDaysLeft
	}
	v.order = newOrder(v.Items, standard, compareVersions, func(v *lean.Version) int64 { return v.ID })
	return v
}

func compareVersions(a, b *lean.Version, field ghpkg.Sort) int {
	switch field {
	case ghpkg.SortName:
		if order, both := lean.Digests(a, b); both {
			return order
		}
		return byName(a.Name(), b.Name())
	case ghpkg.SortUpdated:
		return cmp.Compare(a.Updated(), b.Updated())
	case ghpkg.SortDaysLeft:
		return cmp.Compare(a.Deleted(), b.Deleted())
	default:
		return cmp.Compare(a.Created(), b.Created())
	}
}

// Select selects versions by the query, and returns them in q's order. The
// default order is the newest first; of deleted ones, the fewest days left first.
// had knows of some ids which tags those deleted versions had.
func (v *Versions) Select(q ghpkg.Query, search query.Versions, had map[int64][]string) Selected[ghpkg.Version] {
	var match func(*lean.Version) bool
	sieve := search.Sieve()
	if !search.Empty() {
		var full ghpkg.Version
		names := search.Names()
		match = func(v *lean.Version) bool {
			v.Read(&full)
			if tags, known := had[v.ID]; known && len(full.Tags) == 0 {
				full.Tags, full.HadNoTag = tags, len(tags) == 0
			}
			if names { // which have to be written out
				full.Name = v.Name()
			}
			return sieve.Match(&full)
		}
	}
	rows, total := pageOf(v.order.by(q.Sort), q, match)
	s := Selected[ghpkg.Version]{Total: total, Notices: Unknown(sieve.Missing)}
	for n := range rows {
		s.Rows = append(s.Rows, rows[n].Full())
	}
	return s
}
