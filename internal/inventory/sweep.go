package inventory

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// sweeps are the looks into the bins of packages: GitHub lists deleted versions
// package by package only, so that the bin of an owner takes a call for each.
type sweeps struct {
	mu      sync.Mutex
	running map[sweepKey]bool
	spent   map[int64][]time.Time // by viewer, whose hour it is: when calls were made
}

type sweepKey struct {
	session string
	owner   ghpkg.Owner
}

func newSweeps() *sweeps {
	return &sweeps{running: map[sweepKey]bool{}, spent: map[int64][]time.Time{}}
}

// spend takes one call of the viewer's budget for the hour before now.
func (s *sweeps) spend(viewerID int64, budget int, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	spent := inHour(s.spent[viewerID], now)
	if len(spent) >= budget {
		return false
	}
	if len(spent) == 0 { // seldom enough to look after those who have gone
		maps.DeleteFunc(s.spent, func(_ int64, spent []time.Time) bool { return len(inHour(spent, now)) == 0 })
	}
	s.spent[viewerID] = append(spent, now)
	return true
}

// affords reports whether there is a call left to spend.
func (s *sweeps) affords(viewerID int64, budget int, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(inHour(s.spent[viewerID], now)) < budget
}

// roomAt returns when there is a call left to spend again; zero: there is one now.
func (s *sweeps) roomAt(viewerID int64, budget int, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	spent := inHour(s.spent[viewerID], now)
	if len(spent) < budget || budget == 0 {
		return time.Time{}
	}
	return spent[len(spent)-budget].Add(time.Hour)
}

// inHour returns those of the times that are within the hour before now.
func inHour(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) > time.Hour {
		times = times[1:]
	}
	return times
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
	AsOf    time.Time // when GitHub said so of the oldest row; zero: nothing is known
	Looked  int       // packages whose deleted versions are known
	Of      int       // packages there are
	Running bool
	Again   time.Time // from when on the budget allows further looks; zero: it does, or none are left
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
// others behind it, as long as the viewer's budget allows: first where the viewer
// found something before, then where they have not looked for longest, the last
// updated first; and then again into those of long ago.
func (i *Inventory) DeletedVersions(ctx context.Context, eyes Eyes, owner ghpkg.Owner, packages *Packages, first []ghpkg.Ref) DeletedVersions {
	i.lookInto(ctx, eyes, first)
	result := DeletedVersions{Of: len(packages.Items)}
	var left, again []ghpkg.Ref
	for all, n := packages.order.by(""), 0; n < all.len(); n++ {
		p := all.row(n)
		ref, ok := p.Ref()
		if !ok {
			continue
		}
		known, state := i.known(versionsKey(eyes, ref, ghpkg.Deleted))
		switch state {
		case unknown:
			left = append(left, ref)
			continue
		case tried:
			continue
		case old:
			again = append(again, ref)
		}
		result.Looked++
		result.AsOf = earliest(result.AsOf, known.AsOf)
		for _, v := range known.Items {
			result.Rows = append(result.Rows, DeletedVersion{*p, v.Full()})
		}
	}
	running := i.beginSweep(ctx, eyes, owner, left, again)
	result.Running = len(left) > 0 && running
	if len(left) > 0 && !running {
		result.Again = i.sweeps.roomAt(eyes.ViewerID, i.allowed(look{}), i.Now())
	}
	return result
}

// beginSweep looks into packages behind the page, unless that is being done. It
// reports whether it is.
func (i *Inventory) beginSweep(ctx context.Context, eyes Eyes, owner ghpkg.Owner, left, again []ghpkg.Ref) bool {
	key := sweepKey{eyes.Session, owner}
	if len(left)+len(again) == 0 || i.sweeping(key) || !i.sweeps.affords(eyes.ViewerID, i.Budget, i.Now()) {
		return i.sweeping(key)
	}
	if looks := i.looksInto(ctx, eyes, owner, left, again); len(looks) > 0 && i.sweeps.begin(key) {
		i.background(ctx, func(ctx context.Context) {
			defer i.sweeps.end(key)
			i.sweep(ctx, eyes, looks)
		})
	}
	return i.sweeping(key)
}

// lookInto waits for the deleted versions of packages.
func (i *Inventory) lookInto(ctx context.Context, eyes Eyes, refs []ghpkg.Ref) {
	var group sync.WaitGroup
	for _, ref := range refs {
		if _, state := i.known(versionsKey(eyes, ref, ghpkg.Deleted)); state != unknown {
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

// knowledge is what is known of a package's deleted versions.
type knowledge int

const (
	unknown knowledge = iota
	tried             // not known, but asked for and refused a short while ago
	old               // shown, but to be looked at again
	fresh
)

// known returns a listing of versions that is there, without asking anybody.
func (i *Inventory) known(key ghpkg.ListingKey) (ghpkg.Listing[lean.Version], knowledge) {
	s := i.versions
	s.mu.Lock()
	e := s.entries[key]
	var v view[lean.Version]
	if e != nil {
		v = view[lean.Version]{e.current, e.good}
	}
	s.mu.Unlock()
	if v.current != nil && v.current.ok() {
		v.good = v.current
	}
	switch {
	case v.good != nil:
		l, _ := v.good.snapshot()
		if s.age(v.good) >= s.Stale {
			return l, old
		}
		return l, fresh
	case v.current != nil && v.current.finished() && s.age(v.current) < s.Rights:
		return ghpkg.Listing[lean.Version]{}, tried
	default:
		return ghpkg.Listing[lean.Version]{}, unknown
	}
}

func (i *Inventory) sweeping(key sweepKey) bool {
	i.sweeps.mu.Lock()
	defer i.sweeps.mu.Unlock()
	return i.sweeps.running[key]
}

// sweep looks into packages until there are no more, or the budget is spent.
func (i *Inventory) sweep(ctx context.Context, eyes Eyes, looks []look) {
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
	for _, l := range looks {
		if ctx.Err() == nil && i.sweeps.spend(eyes.ViewerID, i.allowed(l), i.Now()) {
			work <- l.ref
		}
	}
	close(work)
	group.Wait()
}
