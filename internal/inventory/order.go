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
	items    []T
	standard ghpkg.Sort // of what is asked for without an order
	compare  func(a, b *T, field ghpkg.Sort) int
	id       func(*T) int64

	mu     sync.Mutex
	sorted map[ghpkg.Sort][]int32 // where in items the rows are: half of what pointers would take
}

// newOrder puts items into the standard order.
func newOrder[T any](items []T, standard ghpkg.Sort, compare func(a, b *T, field ghpkg.Sort) int, id func(*T) int64) *order[T] {
	o := &order[T]{items: items, standard: standard, compare: compare, id: id, sorted: map[ghpkg.Sort][]int32{}}
	o.by(standard)
	return o
}

// rows are all rows of a table in one order.
type rows[T any] struct {
	items []T
	at    []int32
}

func (r rows[T]) len() int { return len(r.at) }

func (r rows[T]) row(n int) *T { return &r.items[r.at[n]] }

// by returns all rows in an order; empty: the standard one.
func (o *order[T]) by(s ghpkg.Sort) rows[T] {
	s = cmp.Or(s, o.standard)
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.sorted[s]; !ok {
		o.sorted[s] = o.sort(s)
	}
	return rows[T]{o.items, o.sorted[s]}
}

// sort orders rows; equal ones by id, the newest first, so that paging is stable.
func (o *order[T]) sort(s ghpkg.Sort) []int32 {
	field, down := s.Descending()
	at := make([]int32, len(o.items))
	for n := range at {
		at[n] = int32(n)
	}
	slices.SortFunc(at, func(m, n int32) int {
		a, b := &o.items[m], &o.items[n]
		c := o.compare(a, b, field)
		if down {
			c = -c
		}
		if c == 0 {
			return cmp.Compare(o.id(b), o.id(a))
		}
		return c
	})
	return at
}

// pageOf returns one page of those rows that match, and how many do in all.
// Without a match every row does, and only the page is looked at.
func pageOf[T any](all rows[T], q ghpkg.Query, match func(*T) bool) (page []T, total int) {
	q = q.Normal()
	from := (q.Page - 1) * q.PerPage
	if match == nil {
		for n := from; n < min(from+q.PerPage, all.len()); n++ {
			page = append(page, *all.row(n))
		}
		return page, all.len()
	}
	for n := range all.len() {
		row := all.row(n)
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
