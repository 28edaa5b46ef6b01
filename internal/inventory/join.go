package inventory

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// joins keeps the last join of the types' listings of each owner and viewer:
// as long as the listings are the same, their join is, in all its orders.
type joins struct {
	maxRows int

	mu   sync.Mutex
	held map[joinKey]join
	rows int
}

type joinKey struct {
	session    string
	owner      ghpkg.Owner
	visibility ghpkg.Visibility
}

// join is what certain listings gave together.
type join struct {
	of       []*load[ghpkg.Package]
	counted  int // the revision of the numbers of versions
	packages *Packages
}

func newJoins(maxRows int) *joins { return &joins{maxRows: maxRows, held: map[joinKey]join{}} }

// join shows the views of several types as one listing.
func (i *Inventory) join(ctx context.Context, key joinKey, types []ghpkg.Type, views []view[ghpkg.Package]) (*Packages, error) {
	var all ghpkg.Listing[ghpkg.Package]
	var firstErr error
	loads := make([]*load[ghpkg.Package], len(views))
	parts := make([]ghpkg.Listing[ghpkg.Package], 0, len(views))
	entire := make(map[ghpkg.Type]bool, len(views))
	for n, v := range views {
		seen, err := i.packages.show(ctx, v)
		if err != nil {
			if whole(err) {
				return nil, err
			}
			firstErr = cmp.Or(firstErr, err)
			all.Notices = append(all.Notices, failure(types[n], err))
			continue
		}
		loads[n] = seen.whole
		parts = append(parts, seen.listing)
		entire[types[n]] = seen.listing.Complete()
	}
	if len(parts) == 0 {
		return nil, firstErr
	}
	lasting := !slices.Contains(loads, nil)
	revision := i.counts.revision(key.session, key.owner)
	if packages, ok := i.joined.get(key, loads, revision); ok && lasting {
		return packages, nil
	}
	for _, part := range parts {
		all.Items = append(all.Items, part.Items...)
		all.AsOf = earliest(all.AsOf, part.AsOf)
		all.Notices = appendNotices(all.Notices, part.Notices)
	}
	i.counts.fill(key.session, key.owner, all.Items, i.Now().Add(-i.Stale))
	packages := NewPackages(all)
	packages.Whole = entire
	if lasting {
		i.joined.put(key, join{loads, revision, packages})
	}
	return packages, nil
}

func (j *joins) get(key joinKey, loads []*load[ghpkg.Package], counted int) (*Packages, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	held, ok := j.held[key]
	return held.packages, ok && held.counted == counted && slices.Equal(held.of, loads)
}

func (j *joins) put(key joinKey, made join) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if old, ok := j.held[key]; ok {
		j.rows -= old.packages.size()
	}
	if j.rows += made.packages.size(); j.rows > j.maxRows { // they are quickly made again
		clear(j.held)
		j.rows = made.packages.size()
	}
	j.held[key] = made
}

// drop forgets all joins of a session.
func (j *joins) drop(session string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for key, held := range j.held {
		if key.session == session {
			j.rows -= held.packages.size()
			delete(j.held, key)
		}
	}
}

// failure is the notice of a type that could not be listed.
func failure(t ghpkg.Type, err error) ghpkg.Notice {
	n := ghpkg.Notice{Kind: ghpkg.NoticeTypeFailed, Type: t, Detail: said(err)}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Fix != nil {
		n.URL = e.Fix.URL
	}
	return n
}

// appendNotices adds notices that are not there yet: six lists of one owner
// say the same thing six times, and the missing scope is one for two types.
func appendNotices(all, more []ghpkg.Notice) []ghpkg.Notice {
	for _, n := range more {
		if n.Kind == ghpkg.NoticeRepoScope {
			n.Type = ""
		}
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// earliest returns the earlier time; a zero one does not count.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
