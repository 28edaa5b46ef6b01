package inventory

import (
	"context"
	"slices"
	"sync"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// joins keeps the last join of the types' listings of each owner and viewer:
// as long as the listings are the same, their join is, in its order.
type joins struct {
	maxRows int

	mu   sync.Mutex
	held map[joinKey]join
	rows int
}

type joinKey struct {
	viewer     string
	owner      ghpkg.Owner
	visibility ghpkg.Visibility
}

// join is what certain listings gave together.
type join struct {
	of      []*load[ghpkg.Package]
	listing ghpkg.Listing[ghpkg.Package]
}

func newJoins(maxRows int) *joins { return &joins{maxRows: maxRows, held: map[joinKey]join{}} }

// get returns the join of entries, by merge unless the same listings were
// joined before. What is not whole, or is not the newest, is joined each time.
func (j *joins) get(key joinKey, entries []*entry[ghpkg.Package], merge func() (ghpkg.Listing[ghpkg.Package], error)) (ghpkg.Listing[ghpkg.Package], error) {
	loads := make([]*load[ghpkg.Package], len(entries))
	lasting := true
	for n, e := range entries {
		loads[n] = e.current
		lasting = lasting && e.current.ok()
	}
	if lasting {
		j.mu.Lock()
		held, ok := j.held[key]
		j.mu.Unlock()
		if ok && slices.Equal(held.of, loads) {
			return held.listing, nil
		}
	}
	listing, err := merge()
	if err != nil {
		return listing, err
	}
	slices.SortStableFunc(listing.Items, newestUpdate)
	listing.Items = slices.Clip(listing.Items)
	if lasting {
		j.keep(key, join{loads, listing})
	}
	return listing, nil
}

func (j *joins) keep(key joinKey, made join) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.rows += len(made.listing.Items) - len(j.held[key].listing.Items)
	if j.rows > j.maxRows { // they are quickly made again
		clear(j.held)
		j.rows = len(made.listing.Items)
	}
	j.held[key] = made
}

// drop forgets all joins of a viewer.
func (j *joins) drop(viewer string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for key := range j.held {
		if key.viewer == viewer {
			j.rows -= len(j.held[key].listing.Items)
			delete(j.held, key)
		}
	}
}

// merge joins the listings of several types.
func merge(ctx context.Context, types []ghpkg.Type, loads []*entry[ghpkg.Package]) (ghpkg.Listing[ghpkg.Package], error) {
	var all ghpkg.Listing[ghpkg.Package]
	var firstErr error
	failed := 0
	for n, e := range loads {
		part, err := e.listing(ctx)
		if err != nil {
			if whole(err) {
				return ghpkg.Listing[ghpkg.Package]{}, err
			}
			failed++
			firstErr = cmpOr(firstErr, err)
			all.Notices = append(all.Notices, failure(types[n], err))
			continue
		}
		all.Items = append(all.Items, part.Items...)
		all.AsOf = earliest(all.AsOf, part.AsOf)
		all.Notices = appendNotices(all.Notices, part.Notices)
	}
	if failed == len(loads) {
		return ghpkg.Listing[ghpkg.Package]{}, firstErr
	}
	return all, nil
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
