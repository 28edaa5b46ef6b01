package inventory

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// Versions is a listing of a package's versions, to be selected from. It is
// shared: its items must not be changed.
type Versions struct {
	ghpkg.Listing[ghpkg.Version]
	Untagged int // how many have no tag; 0 for types without tags
	Tagged   int // how many have one

	order *order[ghpkg.Version]
}

// NewVersions returns a listing in one state as a table.
func NewVersions(l ghpkg.Listing[ghpkg.Version], typ ghpkg.Type, state ghpkg.State) *Versions {
	v := &Versions{Listing: l}
	v.Items = unique(v.Items, func(v *ghpkg.Version) int64 { return v.ID })
	for n := range v.Items {
		switch {
		case v.Items[n].Untagged(typ):
			v.Untagged++
		case len(v.Items[n].Tags) > 0:
			v.Tagged++
		}
	}
	standard := "-" + ghpkg.SortCreated
	if state == ghpkg.Deleted {
		standard = ghpkg.SortDaysLeft
	}
	v.order = newOrder(v.Items, standard, compareVersions, func(v *ghpkg.Version) int64 { return v.ID })
	return v
}

func compareVersions(a, b *ghpkg.Version, field ghpkg.Sort) int {
	switch field {
	case ghpkg.SortName:
		return byName(a.Name, b.Name)
	case ghpkg.SortUpdated:
		return a.UpdatedAt.Compare(b.UpdatedAt)
	case ghpkg.SortDaysLeft:
		return deletedAt(a).Compare(deletedAt(b))
	default:
		return a.CreatedAt.Compare(b.CreatedAt)
	}
}

func deletedAt(v *ghpkg.Version) time.Time {
	if v.DeletedAt == nil {
		return time.Time{}
	}
	return *v.DeletedAt
}

// Select returns one page of those versions that the query selects, in q's
// order, and how many it selects in all. The default order is the newest first;
// of deleted ones, the fewest days left first.
func (v *Versions) Select(q ghpkg.Query, search query.Versions) (page []ghpkg.Version, total int) {
	match := search.Match
	if search.Empty() {
		match = nil
	}
	return pageOf(v.order.by(q.Sort), q, match)
}
