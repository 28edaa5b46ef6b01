package inventory

import (
	"context"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// shelf keeps listings by key: one fetch for all who ask at the same time, the
// last good one behind a failing one, and the least recently used given up
// when there are too many rows.
type shelf[K comparable, T any] struct {
	options Options

	mu      sync.Mutex
	entries map[K]*entry[T]
	clock   uint64 // counts uses, for the least recently used
}

// entry is one place on the shelf.
type entry[T any] struct {
	used uint64
	// current is the newest listing; good is the last that arrived whole, shown
	// when the newest fails or takes too long.
	current *load[T]
	good    *load[T]
}

func newShelf[K comparable, T any](o Options) *shelf[K, T] {
	return &shelf[K, T]{options: o, entries: map[K]*entry[T]{}}
}

// get returns the entry of key with a listing that is fresh or on its way. The
// entry returned is a copy that no later fetch changes.
func (s *shelf[K, T]) get(ctx context.Context, key K, fetch fetcher[T]) *entry[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	e := s.entries[key]
	if e == nil {
		s.evict()
		e = &entry[T]{}
		s.entries[key] = e
	}
	e.used = s.clock
	if !s.usable(e.current) {
		if e.current != nil && e.current.ok() {
			e.good = e.current
		}
		e.current = start(ctx, s.options.Timeout, s.options.Now, fetch)
	}
	return &entry[T]{current: e.current, good: e.good}
}

// usable reports whether a listing need not be fetched again: it is on its
// way, or arrived well and is fresh. A failed one is asked for again each time.
func (s *shelf[K, T]) usable(l *load[T]) bool {
	switch {
	case l == nil:
		return false
	case !l.finished():
		return true
	default:
		return l.ok() && s.options.Now().Sub(l.asOf) < s.options.Fresh
	}
}

// evict makes room for another listing; s.mu is held.
func (s *shelf[K, T]) evict() {
	rows := 0
	for _, e := range s.entries {
		rows += e.size()
	}
	for rows > s.options.MaxRows {
		var oldest K
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

func (s *shelf[K, T]) drop(match func(K) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.entries {
		if match(k) {
			delete(s.entries, k)
		}
	}
}

// size is how many rows the entry holds in memory.
func (e *entry[T]) size() int {
	n := 0
	if e.current != nil {
		n += e.current.size()
	}
	if e.good != nil {
		n += e.good.size()
	}
	return n
}

// ok reports whether the listing arrived, and without an error.
func (l *load[T]) ok() bool {
	if !l.finished() {
		return false
	}
	_, err := l.snapshot()
	return err == nil
}

// listing waits for the entry's newest listing. When that takes longer than
// ctx allows, or fails in a way that says nothing about rights, the last good
// one is shown with a notice of its age; without one, what has arrived so far.
func (e *entry[T]) listing(ctx context.Context) (ghpkg.Listing[T], error) {
	if !e.current.wait(ctx) {
		if e.good != nil {
			return e.stale(nil), nil
		}
		part, _ := e.current.snapshot()
		part.Notices = append(part.Notices, ghpkg.Notice{Kind: ghpkg.NoticeLoading})
		return part, nil
	}
	part, err := e.current.snapshot()
	if err != nil && e.good != nil && passing(err) {
		return e.stale(err), nil
	}
	return part, err
}

// stale returns the last good listing, saying why it is not a newer one.
func (e *entry[T]) stale(err error) ghpkg.Listing[T] {
	part, _ := e.good.snapshot()
	part.Notices = append(part.Notices, ghpkg.Notice{Kind: ghpkg.NoticeStale, Detail: said(err)})
	return part
}

// earliest returns the earlier time; a zero one does not count.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
