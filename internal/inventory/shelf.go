package inventory

import (
	"context"
	"sync"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// shelf keeps listings by key: one fetch for all who ask at the same time, the
// last whole one behind the one on its way, and the least recently used given
// up when there are too many rows.
type shelf[T any] struct {
	*Inventory
	keep keeper[T]

	mu      sync.Mutex
	entries map[ghpkg.ListingKey]*entry[T]
	clock   uint64 // counts uses, for the least recently used
}

// keeper is what happens to listings beyond this process.
type keeper[T any] interface {
	// restore returns what an earlier process kept; false: nothing.
	restore(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[T], bool)
	// arrived keeps a new listing. last is the one before it, or nil.
	arrived(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, now ghpkg.Listing[T], last *ghpkg.Listing[T])
}

// entry is one place on the shelf. Its fields are guarded by the shelf's mu.
type entry[T any] struct {
	used     uint64
	restored chan struct{} // closed when it is known what an earlier process kept
	current  *load[T]      // the newest listing
	good     *load[T]      // the last whole one before it, which may still be shown; or nil
	last     *load[T]      // the last whole one, shown or not: what came and went is told by it
	outdated bool          // something changed before it was known what an earlier process kept
}

// view is an entry as it was at one moment.
type view[T any] struct{ current, good *load[T] }

func newShelf[T any](i *Inventory, keep keeper[T]) *shelf[T] {
	return &shelf[T]{Inventory: i, keep: keep, entries: map[ghpkg.ListingKey]*entry[T]{}}
}

// get returns the key's listings: one that is fresh or on its way, and the one
// before. It waits for nothing but the memory of an earlier process.
func (s *shelf[T]) get(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, fetch fetcher[T]) view[T] {
	s.mu.Lock()
	e := s.entries[key]
	if e == nil {
		s.evict()
		e = &entry[T]{restored: make(chan struct{})}
		s.entries[key] = e
		s.background(ctx, func(ctx context.Context) { s.restore(ctx, key, e) })
	}
	s.clock++
	e.used = s.clock
	s.mu.Unlock()
	select {
	case <-e.restored:
	case <-ctx.Done():
		return view[T]{current: newLoad[T](s.Now())}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.usable(e.current) {
		s.start(ctx, key, eyes, e, fetch)
	}
	return view[T]{e.current, e.good}
}

// restore brings back what an earlier process kept.
func (s *shelf[T]) restore(ctx context.Context, key ghpkg.ListingKey, e *entry[T]) {
	kept, ok := s.keep.restore(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok && e.current == nil {
		e.last = arrived(kept)
		if !e.outdated {
			e.current = e.last
		}
	}
	close(e.restored)
}

// start fetches the listing anew; s.mu is held. The fetch goes on if the one
// who asked for it goes away.
func (s *shelf[T]) start(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, e *entry[T], fetch fetcher[T]) {
	if e.current != nil && e.current.ok() {
		e.good = e.current
	}
	l, last := newLoad[T](s.Now()), e.last
	e.current = l
	s.background(ctx, func(ctx context.Context) {
		l.fill(ctx, fetch)
		now, err := l.snapshot()
		if err != nil || !s.settle(key, e, l) {
			return
		}
		var before *ghpkg.Listing[T]
		if last != nil {
			listing, _ := last.snapshot()
			before = &listing
		}
		s.keep.arrived(ctx, key, eyes, now, before)
	})
}

// settle notes that l is the entry's last whole listing; false if the entry was
// dropped meanwhile: what a session was shown is not kept after its end.
func (s *shelf[T]) settle(key ghpkg.ListingKey, e *entry[T], l *load[T]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[key] != e || e.current != l {
		return false
	}
	e.last, e.good = l, nil
	return true
}

// usable reports whether a listing need not be fetched again: it is on its
// way, or arrived well and is fresh. A failed one is asked for again each time.
func (s *shelf[T]) usable(l *load[T]) bool {
	switch {
	case l == nil:
		return false
	case !l.finished():
		return true
	default:
		return l.ok() && s.Now().Sub(l.asOf) < s.Fresh
	}
}

// evict makes room for another listing; s.mu is held.
func (s *shelf[T]) evict() {
	rows := 0
	for _, e := range s.entries {
		rows += e.size()
	}
	for rows > s.MaxRows {
		var oldest ghpkg.ListingKey
		var found *entry[T]
		for k, e := range s.entries {
			if found == nil || e.used < found.used {
				oldest, found = k, e
			}
		}
		if found == nil {
			return
		}
		rows -= found.size()
		delete(s.entries, oldest)
	}
}

// size is how many rows the entry holds in memory.
func (e *entry[T]) size() int {
	n := e.current.size()
	if e.good != nil && e.good != e.current {
		n += e.good.size()
	}
	return n
}

// drop gives up the entries that match.
func (s *shelf[T]) drop(match func(ghpkg.ListingKey) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.entries {
		if match(k) {
			delete(s.entries, k)
		}
	}
}

// outdate makes the next look at the entries that match ask GitHub, and wait
// for the answer.
func (s *shelf[T]) outdate(match func(ghpkg.ListingKey) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, e := range s.entries {
		if match(k) {
			e.current, e.good, e.outdated = nil, nil, true
		}
	}
}
