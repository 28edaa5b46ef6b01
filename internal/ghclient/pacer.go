package ghclient

import (
	"context"
	"fmt"
	"time"
)

// pacer lets the mutations of one token through one after another, with at
// least an interval from the end of one to the beginning of the next.
type pacer struct {
	interval time.Duration
	turn     chan time.Time // holds when the next may start, while nobody is in
}

func newPacer(interval time.Duration) *pacer {
	p := &pacer{interval: interval, turn: make(chan time.Time, 1)}
	p.turn <- time.Time{}
	return p
}

// busyError says that a mutation's turn does not come soon enough.
type busyError struct{ wait time.Duration }

func (e *busyError) Error() string { return fmt.Sprintf("the next change may be sent in %s", e.wait) }

// enter waits for the caller's turn, at most for patience. The caller calls
// leave when its mutation is over. The error is a *busyError, or ctx's.
func (p *pacer) enter(ctx context.Context, patience time.Duration) (leave func(), err error) {
	deadline := time.Now().Add(patience)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var next time.Time
	select {
	case next = <-p.turn:
	case <-timer.C:
		return nil, &busyError{max(p.interval, time.Second)}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if next.After(deadline) {
		p.turn <- next
		return nil, &busyError{time.Until(next)}
	}
	if err := sleep(ctx, time.Until(next)); err != nil {
		p.turn <- next
		return nil, err
	}
	return func() { p.turn <- time.Now().Add(p.interval) }, nil
}

// again waits the interval between two attempts of one turn.
func (p *pacer) again(ctx context.Context) error { return sleep(ctx, p.interval) }

// sleep waits for d, or until ctx is done or would be before d is over.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
