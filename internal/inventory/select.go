package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// SelectPackages returns one page of those packages that q selects, in q's
// order, and how many it selects in all. The default order is the newest
// update first. all is not changed.
func SelectPackages(all []ghpkg.Package, q ghpkg.Query) (page []ghpkg.Package, total int) {
	text, repo := strings.ToLower(q.Text), strings.ToLower(q.Repo)
	rows := filter(all, func(p *ghpkg.Package) bool {
		return (len(q.Types) == 0 || slices.Contains(q.Types, p.Type)) &&
			(q.Visibility == "" || q.Visibility == ghpkg.Internal || p.Visibility == q.Visibility) &&
			(repo == "" || linkedTo(p, repo)) &&
			(text == "" || strings.Contains(strings.ToLower(p.Name), text))
	})
	sortBy(rows, q.Sort, "-"+ghpkg.SortUpdated, func(a, b *ghpkg.Package, field ghpkg.Sort) int {
		switch field {
		case ghpkg.SortName:
			return byName(a.Name, b.Name)
		case ghpkg.SortCreated:
			return a.CreatedAt.Compare(b.CreatedAt)
		case ghpkg.SortVersions:
			return cmp.Compare(count(a.VersionCount), count(b.VersionCount))
		default:
			return a.UpdatedAt.Compare(b.UpdatedAt)
		}
	}, func(a, b *ghpkg.Package) int { return cmp.Compare(a.ID, b.ID) })
	return copyPage(rows, q), len(rows)
}

// SelectVersions returns one page of those versions that q selects, and how
// many in all. The default order is the newest first; of deleted ones, the
// fewest days left first.
func SelectVersions(all []ghpkg.Version, typ ghpkg.Type, q ghpkg.Query) (page []ghpkg.Version, total int) {
	text := strings.ToLower(q.Text)
	rows := filter(all, func(v *ghpkg.Version) bool {
		if text == ghpkg.UntaggedQuery {
			return v.Untagged(typ)
		}
		return text == "" || strings.Contains(strings.ToLower(v.Name), text) ||
			slices.ContainsFunc(v.Tags, func(tag string) bool { return strings.Contains(strings.ToLower(tag), text) })
	})
	standard := "-" + ghpkg.SortCreated
	if q.State == ghpkg.Deleted {
		standard = ghpkg.SortDaysLeft
	}
	sortBy(rows, q.Sort, standard, func(a, b *ghpkg.Version, field ghpkg.Sort) int {
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
	}, func(a, b *ghpkg.Version) int { return cmp.Compare(a.ID, b.ID) })
	return copyPage(rows, q), len(rows)
}

// filter returns pointers into all, for rows are large and a table shows few of them.
func filter[T any](all []T, keep func(*T) bool) []*T {
	rows := make([]*T, 0, len(all))
	for n := range all {
		if keep(&all[n]) {
			rows = append(rows, &all[n])
		}
	}
	return rows
}

// sortBy orders rows by sort, or by standard where none is given; equal rows
// by id, the newest first, so that paging is stable.
func sortBy[T any](rows []*T, sort, standard ghpkg.Sort, compare func(a, b *T, field ghpkg.Sort) int, id func(a, b *T) int) {
	if sort == "" {
		sort = standard
	}
	field, down := sort.Descending()
	order := func(a, b *T) int {
		c := compare(a, b, field)
		if down {
			c = -c
		}
		if c == 0 {
			return -id(a, b)
		}
		return c
	}
	if !slices.IsSortedFunc(rows, order) { // they come in the order that is asked for most
		slices.SortFunc(rows, order)
	}
}

// newestUpdate is the order in which packages are held: the table's own.
func newestUpdate(a, b ghpkg.Package) int {
	return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(b.ID, a.ID))
}

func copyPage[T any](rows []*T, q ghpkg.Query) []T {
	q = q.Normal()
	from := min((q.Page-1)*q.PerPage, len(rows))
	to := min(from+q.PerPage, len(rows))
	page := make([]T, 0, to-from)
	for _, row := range rows[from:to] {
		page = append(page, *row)
	}
	return page
}

// byName orders names without regard to case, and those that differ in case alone by bytes.
func byName(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

func linkedTo(p *ghpkg.Package, repo string) bool {
	return p.Repository != nil &&
		(strings.ToLower(p.Repository.Name) == repo || strings.ToLower(p.Repository.FullName) == repo)
}

// count orders packages whose number of versions GitHub did not give below all others.
func count(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func deletedAt(v *ghpkg.Version) time.Time {
	if v.DeletedAt == nil {
		return time.Time{}
	}
	return *v.DeletedAt
}
