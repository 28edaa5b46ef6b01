package inventory

import (
	"context"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// sweeps are the looks into the bins of packages: GitHub lists deleted versions
// package by package only, so that the bin of an owner takes a call for each.
type sweeps struct {
	mu      sync.Mutex
	running map[sweepKey]bool
	spent   map[string][]time.Time // by session: when calls were made, in the last hour
}

type sweepKey struct {
	session string
	owner   ghpkg.Owner
}

func newSweeps() *sweeps {
	return &sweeps{running: map[sweepKey]bool{}, spent: map[string][]time.Time{}}
}

func (s *sweeps) drop(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.spent, session)
}

// spend takes one call of the session's budget for the hour before now.
func (s *sweeps) spend(session string, budget int, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	spent := s.spent[session]
	for len(spent) > 0 && now.Sub(spent[0]) > time.Hour {
		spent = spent[1:]
	}
	if len(spent) >= budget {
		s.spent[session] = spent
		return false
	}
	s.spent[session] = append(spent, now)
	return true
}

// begin reports whether the sweep is the caller's to run.
func (s *sweeps) begin(key sweepKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[key] {
		return false
	}
	s.running[key] = true
	return true
}

func (s *sweeps) end(key sweepKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, key)
}

// DeletedVersions is what is known of the deleted versions of an owner's packages.
type DeletedVersions struct {
	Rows    []DeletedVersion
	Looked  int // packages whose deleted versions are known
	Of      int // packages there are
	Running bool
}

// DeletedVersion is a deleted version, and the package that it is of.
type DeletedVersion struct {
	Package ghpkg.Package
	Version ghpkg.Version
}

// sweepers is how many packages are looked into at once.
const sweepers = 4

// DeletedVersions returns the deleted versions of packages that have been
// looked into; those of first are looked into now. It goes on looking into the
// others behind it, the last updated first, as long as the session's budget
// allows.
func (i *Inventory) DeletedVersions(ctx context.Context, eyes Eyes, owner ghpkg.Owner, packages *Packages, first []ghpkg.Ref) DeletedVersions {
	i.lookInto(ctx, eyes, first)
	result := DeletedVersions{Of: len(packages.Items)}
	var left []ghpkg.Ref
	for _, p := range packages.order.by("") {
		ref, ok := p.Ref()
		if !ok {
			continue
		}
		known, ok := i.known(versionsKey(eyes, ref, ghpkg.Deleted))
		if !ok {
			left = append(left, ref)
			continue
		}
		result.Looked++
		for _, v := range known.Items {
			result.Rows = append(result.Rows, DeletedVersion{*p, v})
		}
	}
	key := sweepKey{eyes.Session, owner}
	if len(left) > 0 && i.sweeps.begin(key) {
		i.background(ctx, func(ctx context.Context) {
			defer i.sweeps.end(key)
			i.sweep(ctx, eyes, left)
		})
	}
	result.Running = len(left) > 0 && i.sweeping(key)
	return result
}

// lookInto waits for the deleted versions of packages.
func (i *Inventory) lookInto(ctx context.Context, eyes Eyes, refs []ghpkg.Ref) {
	var group sync.WaitGroup
	for _, ref := range refs {
		if _, ok := i.known(versionsKey(eyes, ref, ghpkg.Deleted)); ok {
			continue
		}
		group.Go(func() {
			if _, err := i.Versions(ctx, eyes, ref, ghpkg.Deleted); err != nil {
				i.Log.InfoContext(ctx, "a package's bin could not be looked into", "package", ref.String(), "error", err)
			}
		})
	}
	group.Wait()
}

// known returns a listing of versions that is there, without asking anybody.
func (i *Inventory) known(key ghpkg.ListingKey) (ghpkg.Listing[ghpkg.Version], bool) {
	s := i.versions
	s.mu.Lock()
	e := s.entries[key]
	var last *load[ghpkg.Version]
	if e != nil && e.last != nil && e.current != nil {
		last = e.last
	}
	s.mu.Unlock()
	if last == nil {
		return ghpkg.Listing[ghpkg.Version]{}, false
	}
	l, err := last.snapshot()
	return l, err == nil
}

func (i *Inventory) sweeping(key sweepKey) bool {
	i.sweeps.mu.Lock()
	defer i.sweeps.mu.Unlock()
	return i.sweeps.running[key]
}

// sweep looks into packages until there are no more, or the budget is spent.
func (i *Inventory) sweep(ctx context.Context, eyes Eyes, left []ghpkg.Ref) {
	work := make(chan ghpkg.Ref)
	var group sync.WaitGroup
	for range sweepers {
		group.Go(func() {
			for ref := range work {
				if _, err := i.Versions(ctx, eyes, ref, ghpkg.Deleted); err != nil {
					i.Log.InfoContext(ctx, "a package's bin could not be looked into", "package", ref.String(), "error", err)
				}
			}
		})
	}
	for _, ref := range left {
		if ctx.Err() != nil || !i.sweeps.spend(eyes.Session, i.Budget, i.Now()) {
			break
		}
		work <- ref
	}
	close(work)
	group.Wait()
}
