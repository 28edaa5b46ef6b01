package inventory

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// load is one listing on its way from GitHub, or arrived. Pages are added as
// they come, so that somebody who cannot wait sees what is there.
type load[T any] struct {
	done chan struct{} // closed when GitHub has been asked to the end

	mu      sync.Mutex
	items   []T
	notices []ghpkg.Notice
	err     error
	asOf    time.Time
}

// start fetches in the background, so that the listing is finished even if the
// one who asked first has gone away.
func start[T any](ctx context.Context, timeout time.Duration, now func() time.Time, fetch fetcher[T]) *load[T] {
	l := &load[T]{done: make(chan struct{}), asOf: now()}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	go func() {
		defer cancel()
		defer close(l.done)
		notices, err := fetch(ctx, l.add)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.notices, l.err = notices, err
	}()
	return l
}

// fetcher asks GitHub for all pages and yields each as it arrives.
type fetcher[T any] func(ctx context.Context, yield func([]T)) ([]ghpkg.Notice, error)

func (l *load[T]) add(page []T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, page...)
}

// wait returns when the listing is whole or the context is over; it reports
// whether it is whole.
func (l *load[T]) wait(ctx context.Context) bool {
	select {
	case <-l.done:
		return true
	default:
	}
	select {
	case <-l.done:
		return true
	case <-ctx.Done():
		return false
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

// snapshot returns what is there now. The items must not be changed: they are shared.
func (l *load[T]) snapshot() (ghpkg.Listing[T], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return ghpkg.Listing[T]{
		Items:   slices.Clip(l.items),
		AsOf:    l.asOf,
		Notices: slices.Clone(l.notices),
	}, l.err
}

// size is how many items the load holds.
func (l *load[T]) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.items)
}
