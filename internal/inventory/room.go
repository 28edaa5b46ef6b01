package inventory

import (
	"context"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// entryRows is what an entry takes beside its rows, in rows: a listing of nothing
// takes memory, and is the usual one of deleted versions.
const entryRows = 8

// place returns the key's entry. A new one begins to bring back what an earlier
// process kept.
func (s *shelf[T]) place(ctx context.Context, key ghpkg.ListingKey) *entry[T] {
	s.forgetIdle(key.Viewer)
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e == nil {
		s.evict()
		e = &entry[T]{key: key, restored: make(chan struct{}), keeping: make(chan struct{}, 1)}
		s.entries[key], e.use = e, s.recent.PushFront(e)
		s.count(e)
		s.background(ctx, func(ctx context.Context) { s.restore(ctx, e) })
	}
	s.recent.MoveToFront(e.use)
	return e
}

// evict makes room for another listing; s.mu is held.
func (s *shelf[T]) evict() {
	for s.rows > s.MaxRows && s.recent.Len() > 0 {
		s.remove(s.recent.Back().Value.(*entry[T]))
	}
}

// remove gives an entry up; s.mu is held.
func (s *shelf[T]) remove(e *entry[T]) {
	delete(s.entries, e.key)
	s.recent.Remove(e.use)
	s.rows -= e.rows
}

// count notes how many rows the entry takes by now; s.mu is held.
func (s *shelf[T]) count(e *entry[T]) {
	if s.entries[e.key] != e {
		return // it was given up
	}
	n := e.size()
	s.rows += n - e.rows
	e.rows = n
}

// size is how many rows the entry takes in memory.
func (e *entry[T]) size() int {
	n := entryRows + e.current.size()
	if e.good != e.current {
		n += e.good.size()
	}
	if e.last != e.current && e.last != e.good {
		n += e.last.size()
	}
	return n
}

// size is how many rows the table takes in memory.
func (p *Packages) size() int { return entryRows + len(p.Items) }

// drop gives up the entries that match: their session has ended.
func (s *shelf[T]) drop(match func(ghpkg.ListingKey) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, e := range s.entries {
		if match(k) {
			e.ended = true
			s.remove(e)
		}
	}
}

// looks are when sessions last looked at something.
type looks struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// note notes that a session looks. When a new one comes, which is seldom enough,
// it returns those that have not looked since, and forgets them.
func (l *looks) note(session string, now, since time.Time) (idle []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.last[session]; !known {
		for other, at := range l.last {
			if at.Before(since) {
				idle = append(idle, other)
				delete(l.last, other)
			}
		}
	}
	l.last[session] = now
	return idle
}

func (l *looks) drop(session string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.last, session)
}

// forgetIdle drops from memory what was shown to sessions that ended by
// themselves, of which nobody is told. One that comes back nevertheless finds it
// in the archive.
func (i *Inventory) forgetIdle(session string) {
	now := i.Now()
	for _, idle := range i.looks.note(session, now, now.Add(-i.Idle)) {
		i.drop(idle)
	}
}

// drop drops from memory what a session was shown.
func (i *Inventory) drop(session string) {
	its := func(k ghpkg.ListingKey) bool { return k.Viewer == session }
	i.packages.drop(its)
	i.versions.drop(its)
	i.details.drop(its)
	i.owners.drop(its)
	i.joined.drop(session)
	i.united.drop(session)
	i.seen.drop(session)
	i.counts.drop(session)
	i.looks.drop(session)
}
