package inventory

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// order holds the rows of a table that does not change any more in every order
// that was asked for: sorting 100,000 rows for each page would cost more than
// the page.
type order[T any] struct {
	standard ghpkg.Sort // of items
	compare  func(a, b *T, field ghpkg.Sort) int
	id       func(*T) int64

	mu     sync.Mutex
	sorted map[ghpkg.Sort][]*T
}

// newOrder puts items into the standard order.
func newOrder[T any](items []T, standard ghpkg.Sort, compare func(a, b *T, field ghpkg.Sort) int, id func(*T) int64) *order[T] {
	o := &order[T]{standard: standard, compare: compare, id: id, sorted: map[ghpkg.Sort][]*T{}}
	rows := make([]*T, len(items))
	for n := range items {
		rows[n] = &items[n]
	}
	o.sort(rows, standard)
	o.sorted[standard] = rows
	return o
}

// by returns all rows in an order; empty: the standard one.
func (o *order[T]) by(s ghpkg.Sort) []*T {
	s = cmp.Or(s, o.standard)
	o.mu.Lock()
	defer o.mu.Unlock()
	if rows, ok := o.sorted[s]; ok {
		return rows
	}
	rows := slices.Clone(o.sorted[o.standard])
	o.sort(rows, s)
	o.sorted[s] = rows
	return rows
}

// sort orders rows; equal ones by id, the newest first, so that paging is stable.
func (o *order[T]) sort(rows []*T, s ghpkg.Sort) {
	field, down := s.Descending()
	slices.SortFunc(rows, func(a, b *T) int {
		c := o.compare(a, b, field)
		if down {
			c = -c
		}
		if c == 0 {
			return cmp.Compare(o.id(b), o.id(a))
		}
		return c
	})
}

// pageOf returns one page of those rows that match, and how many do in all.
// Without a match every row does, and only the page is looked at.
func pageOf[T any](rows []*T, q ghpkg.Query, match func(*T) bool) (page []T, total int) {
	q = q.Normal()
	from := (q.Page - 1) * q.PerPage
	if match == nil {
		from = min(from, len(rows))
		for _, row := range rows[from:min(from+q.PerPage, len(rows))] {
			page = append(page, *row)
		}
		return page, len(rows)
	}
	for _, row := range rows {
		if !match(row) {
			continue
		}
		if total >= from && len(page) < q.PerPage {
			page = append(page, *row)
		}
		total++
	}
	return page, total
}

// byName orders names without regard to case, and those that differ in case alone by bytes.
func byName(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}
