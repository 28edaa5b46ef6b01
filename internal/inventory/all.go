package inventory

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// unions keeps the last table over all of a session's owners.
type unions struct {
	maxRows int

	mu   sync.Mutex
	held map[string]union
	rows int
}

type union struct {
	of  []*Packages
	all *Packages
}

func newUnions(maxRows int) *unions { return &unions{maxRows: maxRows, held: map[string]union{}} }

func (u *unions) drop(session string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if held, ok := u.held[session]; ok {
		u.rows -= held.all.size()
		delete(u.held, session)
	}
}

// ownersAtOnce is how many owners are listed at the same time.
const ownersAtOnce = 4

// All returns the packages of several owners together. An owner that cannot be
// listed is a notice with the owner's name in Owner, unless none can be.
func (i *Inventory) All(ctx context.Context, eyes Eyes, owners []ghpkg.Owner, q ghpkg.Query) (*Packages, error) {
	parts := make([]*Packages, len(owners))
	errs := make([]error, len(owners))
	var group errgroup.Group
	group.SetLimit(ownersAtOnce)
	for n, owner := range owners {
		group.Go(func() error {
			parts[n], errs[n] = i.Packages(ctx, eyes, owner, q)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var failed []ghpkg.Notice
	for n, err := range errs {
		if err == nil {
			continue
		}
		if len(owners) == 1 || len(failed) == len(owners)-1 {
			return nil, err
		}
		notice := failure("", err)
		notice.Owner = owners[n].Login()
		failed = append(failed, notice)
	}
	seen := slices.DeleteFunc(parts, func(p *Packages) bool { return p == nil })
	all := i.united.get(eyes.Session, seen)
	if len(failed) == 0 {
		return all, nil
	}
	partly := *all
	partly.Whole = nil
	partly.Notices = append(slices.Clone(all.Notices), failed...)
	return &partly, nil
}

// get returns the union of parts, which is made once for the same parts.
func (u *unions) get(session string, parts []*Packages) *Packages {
	u.mu.Lock()
	held, ok := u.held[session]
	u.mu.Unlock()
	if ok && slices.Equal(held.of, parts) {
		return held.all
	}
	var l ghpkg.Listing[ghpkg.Package]
	for _, part := range parts {
		l.Items = append(l.Items, part.Items...)
		l.AsOf = earliest(l.AsOf, part.AsOf)
		l.Notices = appendNotices(l.Notices, part.Notices)
	}
	all := NewPackages(l)
	all.Whole = wholeOf(parts)
	u.mu.Lock()
	defer u.mu.Unlock()
	if old, ok := u.held[session]; ok {
		u.rows -= old.all.size()
	}
	if u.rows += all.size(); u.rows > u.maxRows { // they are quickly made again
		clear(u.held)
		u.rows = all.size()
	}
	u.held[session] = union{parts, all}
	return all
}

// wholeOf returns the types of which nothing is known to be missing in any part.
func wholeOf(parts []*Packages) map[ghpkg.Type]bool {
	whole := map[ghpkg.Type]bool{}
	for _, t := range ghpkg.Types() {
		whole[t] = !slices.ContainsFunc(parts, func(p *Packages) bool { return !p.Whole[t] })
	}
	return whole
}
