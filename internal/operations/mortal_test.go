package operations_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

var errDead = errors.New("the process was killed")

// life is a process that may be killed: before or after any of its calls to
// the outside, after which nothing of it reaches the outside any more.
type life struct {
	mu   sync.Mutex
	left int // calls until it dies; negative: it lives
	dead chan struct{}
}

func newLife(left int) *life { return &life{left: left, dead: make(chan struct{})} }

// step is a moment at which the process may be gone.
func (l *life) step() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.dead:
		return errDead
	default:
	}
	if l.left == 0 {
		close(l.dead)
		return errDead
	}
	l.left--
	return nil
}

func (l *life) sleep(ctx context.Context, d time.Duration) error {
	if err := l.step(); err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return l.step()
	case <-ctx.Done():
		return ctx.Err()
	case <-l.dead:
		return errDead
	}
}

// mortal is the store as a process that may be killed sees it. Each call that
// matters may be the last, with or without its effect.
type mortal struct {
	operations.Store
	life *life
}

func mortally[T any](l *life, call func() (T, error)) (T, error) {
	var zero T
	if err := l.step(); err != nil {
		return zero, err
	}
	value, err := call()
	if dead := l.step(); dead != nil {
		return zero, dead
	}
	return value, err
}

func (m mortal) MoveOperation(ctx context.Context, op ghpkg.Operation, from ...ghpkg.OperationState) (bool, error) {
	return mortally(m.life, func() (bool, error) { return m.Store.MoveOperation(ctx, op, from...) })
}

func (m mortal) AdvanceOperation(ctx context.Context, op ghpkg.Operation, from ghpkg.OperationState) (bool, error) {
	return mortally(m.life, func() (bool, error) { return m.Store.AdvanceOperation(ctx, op, from) })
}

func (m mortal) UnfinishedOperations(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error) {
	return mortally(m.life, func() ([]ghpkg.Operation, error) { return m.Store.UnfinishedOperations(ctx, viewerID) })
}

func (m mortal) Operation(ctx context.Context, id string, v ghpkg.VisibleTo) (op ghpkg.Operation, ok bool, err error) {
	if err := m.life.step(); err != nil {
		return ghpkg.Operation{}, false, err
	}
	return m.Store.Operation(ctx, id, v)
}

func (m mortal) NextItem(ctx context.Context, id string) (item ghpkg.OperationItem, ok bool, err error) {
	if err := m.life.step(); err != nil {
		return ghpkg.OperationItem{}, false, err
	}
	return m.Store.NextItem(ctx, id)
}

func (m mortal) BeginItem(ctx context.Context, id string, item ghpkg.OperationItem) (bool, error) {
	return mortally(m.life, func() (bool, error) { return m.Store.BeginItem(ctx, id, item) })
}

func (m mortal) SettleItem(ctx context.Context, id string, item ghpkg.OperationItem) (bool, error) {
	return mortally(m.life, func() (bool, error) { return m.Store.SettleItem(ctx, id, item) })
}

func (m mortal) Lease(ctx context.Context, viewerID int64, holder string, now, until time.Time) (bool, error) {
	return mortally(m.life, func() (bool, error) { return m.Store.Lease(ctx, viewerID, holder, now, until) })
}

func (m mortal) Unlease(ctx context.Context, viewerID int64, holder string) error {
	if err := m.life.step(); err != nil {
		return err
	}
	return m.Store.Unlease(ctx, viewerID, holder)
}
