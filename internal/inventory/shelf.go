package inventory

import (
	"container/list"
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
	recent  *list.List // of the entries, the last used in front
	rows    int        // that they take, as far as they were counted
}

// keeper is what happens to listings beyond this process.
type keeper[T any] interface {
	// restore returns what an earlier process kept; false: nothing.
	restore(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[T], bool)
	// arrived keeps a new listing. last is the one before it, or nil.
	arrived(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, now ghpkg.Listing[T], last *ghpkg.Listing[T])
	// same reports whether GitHub said the same of both.
	same(a, b T) bool
	// outdate makes what is kept too old to be shown.
	outdate(ctx context.Context, key ghpkg.ListingKey)
}

// entry is one place on the shelf. Its fields are guarded by the shelf's mu.
type entry[T any] struct {
	key      ghpkg.ListingKey
	use      *list.Element // in recent
	rows     int           // of the shelf's
	restored chan struct{} // closed when it is known what an earlier process kept
	current  *load[T]      // the newest listing
	good     *load[T]      // the last whole one before it, which may still be shown; or nil
	last     *load[T]      // the last whole one, shown or not: what came and went is told by it
	changes  int           // how often what was listed before became outdated
	ended    bool          // the session is over
	keeping  chan struct{} // holds one while a listing is kept: no older one is kept over a newer
}

// view is an entry as it was at one moment.
type view[T any] struct{ current, good *load[T] }

func newShelf[T any](i *Inventory, keep keeper[T]) *shelf[T] {
	return &shelf[T]{Inventory: i, keep: keep, entries: map[ghpkg.ListingKey]*entry[T]{}, recent: list.New()}
}

// get returns the key's listings: one that is fresh or on its way, and the one
// before. It waits for nothing but the memory of an earlier process.
func (s *shelf[T]) get(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, fetch fetcher[T]) view[T] {
	e := s.place(ctx, key)
	select {
	case <-e.restored:
	case <-ctx.Done():
		return view[T]{current: newLoad[T](s.Now())}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.usable(e.current) {
		s.start(ctx, e, eyes, fetch)
	}
	return view[T]{e.current, e.good}
}

// restore brings back what an earlier process kept.
func (s *shelf[T]) restore(ctx context.Context, e *entry[T]) {
	kept, ok := s.keep.restore(ctx, e.key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok && e.current == nil {
		e.last = arrived(kept)
		if e.changes == 0 {
			e.current = e.last
		}
	}
	s.count(e)
	close(e.restored)
}

// start fetches the listing anew; s.mu is held. The fetch goes on if the one
// who asked for it goes away.
func (s *shelf[T]) start(ctx context.Context, e *entry[T], eyes Eyes, fetch fetcher[T]) {
	if e.current != nil && e.current.ok() {
		e.good = e.current
	}
	l := newLoad[T](s.Now())
	e.current = l
	s.background(ctx, func(ctx context.Context) {
		if err := l.fill(ctx, fetch); err != nil {
			s.failed(ctx, e, l, err)
			return
		}
		s.adopt(e, l)
		close(l.done)
		s.kept(ctx, e, l, eyes)
	})
}

// failed gives up what was shown before if GitHub refuses to show it now, and
// says so to who waits.
func (s *shelf[T]) failed(ctx context.Context, e *entry[T], l *load[T], err error) {
	refused := refusal(err)
	s.mu.Lock()
	if refused && e.current == l {
		e.good = nil
	}
	s.count(e)
	s.mu.Unlock()
	close(l.done)
	if refused {
		s.keep.outdate(ctx, e.key)
	}
}

// kept keeps what has arrived. If the session ended meanwhile, nothing stays;
// if something changed, nothing that would be shown again.
func (s *shelf[T]) kept(ctx context.Context, e *entry[T], l *load[T], eyes Eyes) {
	ctx, cancel := s.lasting(ctx)
	defer cancel()
	e.keeping <- struct{}{}
	defer func() { <-e.keeping }()
	last, changes, ok := s.settle(e, l)
	if !ok {
		return
	}
	now, _ := l.snapshot()
	s.keep.arrived(ctx, e.key, eyes, now, last)
	s.mu.Lock()
	ended, outdated := e.ended, e.changes != changes
	s.mu.Unlock()
	switch {
	case ended:
		s.forget(ctx, e.key.Viewer)
	case outdated:
		s.keep.outdate(ctx, e.key)
	}
}

// settle notes that l is the entry's last whole listing, and returns the one
// before it; false if the entry was dropped or outdated meanwhile.
func (s *shelf[T]) settle(e *entry[T], l *load[T]) (last *ghpkg.Listing[T], changes int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[e.key] != e || e.current != l {
		return nil, 0, false
	}
	if e.last != nil {
		listing, _ := e.last.snapshot()
		last = &listing
	}
	e.last, e.good = l, nil
	s.count(e)
	return last, e.changes, true
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

// outdate makes the next look at the entries that match ask GitHub, and wait
// for the answer.
func (s *shelf[T]) outdate(match func(ghpkg.ListingKey) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, e := range s.entries {
		if match(k) {
			e.current, e.good = nil, nil
			e.changes++
			s.count(e)
		}
	}
}
