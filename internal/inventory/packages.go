package inventory

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// Packages is a listing of packages, to be selected from. It is shared: its
// items must not be changed.
type Packages struct {
	ghpkg.Listing[ghpkg.Package]
	ByType    map[ghpkg.Type]int  // how many there are of each
	Whole     map[ghpkg.Type]bool // of which types nothing is known to be missing
	Uncounted int                 // of how many the number of versions is not known

	order *order[ghpkg.Package]
}

// NewPackages returns a listing as a table.
func NewPackages(l ghpkg.Listing[ghpkg.Package]) *Packages {
	p := &Packages{Listing: l, ByType: map[ghpkg.Type]int{}}
	p.Items = unique(p.Items, func(p *ghpkg.Package) int64 { return p.ID })
	for n := range p.Items {
		p.ByType[p.Items[n].Type]++
		if p.Items[n].VersionCount == nil {
			p.Uncounted++
		}
	}
	p.order = newOrder(p.Items, "-"+ghpkg.SortUpdated, comparePackages, func(p *ghpkg.Package) int64 { return p.ID })
	return p
}

// unique leaves out rows that were listed twice, because pages shifted while
// they were read. items is not changed.
func unique[T any](items []T, id func(*T) int64) []T {
	seen := make(map[int64]bool, len(items))
	for n := range items {
		seen[id(&items[n])] = true
	}
	if len(seen) == len(items) {
		return items // as nearly always, and there may be 100,000
	}
	rows := make([]T, 0, len(seen))
	for n := range items {
		if key := id(&items[n]); seen[key] {
			delete(seen, key)
			rows = append(rows, items[n])
		}
	}
	return rows
}

func comparePackages(a, b *ghpkg.Package, field ghpkg.Sort) int {
	switch field {
	case ghpkg.SortName:
		return byName(a.Name, b.Name)
	case ghpkg.SortType:
		return cmp.Or(strings.Compare(string(a.Type), string(b.Type)), byName(a.Name, b.Name))
	case ghpkg.SortVisibility:
		return cmp.Or(strings.Compare(string(a.Visibility), string(b.Visibility)), byName(a.Name, b.Name))
	case ghpkg.SortCreated:
		return a.CreatedAt.Compare(b.CreatedAt)
	case ghpkg.SortVersions:
		return cmp.Compare(count(a.VersionCount), count(b.VersionCount))
	default:
		return a.UpdatedAt.Compare(b.UpdatedAt)
	}
}

// count orders packages whose number of versions GitHub did not give below all others.
func count(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// Select selects packages by their types and by the query, and returns them in
// q's order. The default order is the newest update first.
func (p *Packages) Select(q ghpkg.Query, search query.Packages) Selected[ghpkg.Package] {
	s := Selected[ghpkg.Package]{ByType: p.ByType}
	uncounted := p.Uncounted
	var match func(*ghpkg.Package) bool
	sieve := search.Sieve()
	if len(q.Types) > 0 || !search.Empty() {
		s.ByType, uncounted = map[ghpkg.Type]int{}, 0
		match = func(p *ghpkg.Package) bool {
			if len(q.Types) > 0 && !slices.Contains(q.Types, p.Type) || !sieve.Match(p) {
				return false
			}
			s.ByType[p.Type]++
			if p.VersionCount == nil {
				uncounted++
			}
			return true
		}
	}
	s.Rows, s.Total = pageOf(p.order.by(q.Sort), q, match)
	s.Notices = Unknown(sieve.Missing)
	if field, _ := q.Sort.Descending(); field == ghpkg.SortVersions && uncounted > 0 {
		s.Notices = append(s.Notices, ghpkg.Notice{Kind: ghpkg.NoticeUnsorted, Detail: strconv.Itoa(uncounted)})
	}
	return s
}

// Packages returns an owner's packages of the given types as eyes see them. All
// types are listed at once. One type that fails is a notice; if all fail, or if
// the failure is about the owner or the viewer as a whole, it is the error.
func (i *Inventory) Packages(ctx context.Context, eyes Eyes, owner ghpkg.Owner, q ghpkg.Query) (*Packages, error) {
	i.lookAround(ctx)
	types := q.Types
	if len(types) == 0 {
		types = ghpkg.Types()
	}
	visibility := listedVisibility(q.Visibility)
	views := make([]view[ghpkg.Package], len(types))
	for n, t := range types {
		key := ghpkg.ListingKey{Viewer: eyes.Session, Owner: owner, Type: t, Visibility: visibility}
		views[n] = i.packages.get(ctx, key, eyes, packagesOf(eyes, owner, t, visibility))
	}
	ctx, cancel := context.WithTimeout(ctx, i.Wait)
	defer cancel()
	return i.join(ctx, joinKey{eyes.Session, owner, visibility}, types, views)
}

func packagesOf(eyes Eyes, owner ghpkg.Owner, t ghpkg.Type, visibility ghpkg.Visibility) fetcher[ghpkg.Package] {
	return func(ctx context.Context, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		return eyes.Source.PackagePages(ctx, owner, t, visibility, yield)
	}
}

// listedVisibility is the visibility to ask GitHub for. A package says public
// or private of itself, so those are filtered here; only GitHub can say which
// ones are internal.
func listedVisibility(v ghpkg.Visibility) ghpkg.Visibility {
	if v == ghpkg.Internal {
		return v
	}
	return ""
}

// whole reports whether a failure of one type means that nothing of the owner can be seen.
func whole(err error) bool {
	switch fault.KindOf(err) {
	case fault.SignedOut, fault.SSORequired, fault.AppRestricted:
		return true
	default:
		return false
	}
}
