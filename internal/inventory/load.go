package inventory

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// fetcher asks GitHub for all pages and yields each as it arrives.
type fetcher[T any] func(ctx context.Context, yield func([]T)) ([]ghpkg.Notice, error)

// load is one listing on its way from GitHub, or arrived. Pages are added as
// they come, so that somebody who cannot wait sees what is there.
type load[T any] struct {
	done chan struct{} // closed when nothing more will come
	asOf time.Time     // when GitHub was asked

	mu      sync.Mutex
	items   []T
	notices []ghpkg.Notice
	err     error

	once    sync.Once
	derived any // what was made of the whole listing
}

func newLoad[T any](asOf time.Time) *load[T] {
	return &load[T]{done: make(chan struct{}), asOf: asOf}
}

// arrived returns a load that came from elsewhere and is whole.
func arrived[T any](l ghpkg.Listing[T]) *load[T] {
	a := newLoad[T](l.AsOf)
	a.items, a.notices = l.Items, l.Notices
	close(a.done)
	return a
}

// fill asks GitHub. It returns when the listing is whole, or has failed; that
// it is done remains to be said.
func (l *load[T]) fill(ctx context.Context, fetch fetcher[T]) error {
	notices, err := fetch(ctx, l.add)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notices, l.err = notices, err
	return err
}

func (l *load[T]) add(page []T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, page...)
}

// share takes the items of another listing if they are the same as its own.
func (l *load[T]) share(other *load[T], same func(a, b T) bool) {
	theirs, _ := other.snapshot()
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.EqualFunc(l.items, theirs.Items, same) {
		l.items = theirs.Items
	}
}

// finished reports whether nothing more will come.
func (l *load[T]) finished() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// ok reports whether the listing arrived, and without an error.
func (l *load[T]) ok() bool {
	if !l.finished() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err == nil
}

// snapshot returns what is there now. The items must not be changed: they are shared.
func (l *load[T]) snapshot() (ghpkg.Listing[T], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return ghpkg.Listing[T]{Items: slices.Clip(l.items), AsOf: l.asOf, Notices: slices.Clone(l.notices)}, l.err
}

// derive returns what make makes of the listing, which is whole; it is made once.
func (l *load[T]) derive(make func(ghpkg.Listing[T]) any) any {
	l.once.Do(func() {
		listing, _ := l.snapshot()
		l.derived = make(listing)
	})
	return l.derived
}

// size is how many items the load holds.
func (l *load[T]) size() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.items)
}

// adopt has l share the rows of the listing before it, where they are the same:
// GitHub seldom has something new to say, and nobody needs them twice.
func (s *shelf[T]) adopt(e *entry[T], l *load[T]) {
	s.mu.Lock()
	last := e.last
	s.mu.Unlock()
	if last != nil {
		l.share(last, s.keep.same)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(e)
}
