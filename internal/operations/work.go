package operations

import (
	"context"
	"errors"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The times of the work.
const (
	sliceTime   = 20 * time.Second // of one call of Work; an item that has begun is finished
	stumbleTime = 2 * time.Second  // after the store failed
	outageTime  = 10 * time.Second // after GitHub failed where it decides about all items
	limitTime   = time.Minute      // GitHub's advice where it says wait, but not how long
	idle        = -time.Second     // nothing to do until Wake
)

// Work works on the viewer's operations, one after another, for at most a
// slice of time. It returns after how long to call it again; 0: at once, and a
// negative time: there is nothing to do until Wake.
//
// When ctx is done no further item begins, and Work returns as soon as the one
// that was sent is settled.
func (o *Operations) Work(ctx context.Context, viewerID int64) (again time.Duration, err error) {
	l, err := o.lease(ctx, viewerID)
	if err != nil {
		return stumbleTime, internal("operations.Work", err)
	}
	if l == nil {
		return leaseTime, nil
	}
	s := slice{Operations: o, lease: l, viewerID: viewerID, end: time.Now().Add(sliceTime), changes: changes{tell: o.Changed}}
	again, err = s.line(l.ctx)
	s.changes.flush(ctx)
	l.giveBack()
	if err == nil && again == idle && ctx.Err() == nil {
		// Who started something while we had the lease woke somebody who could
		// not take it.
		if _, more, err := s.first(ctx); err != nil || more {
			return 0, internal("operations.Work", err)
		}
	}
	return again, err
}

// slice is one call of Work.
type slice struct {
	*Operations
	lease    *lease
	viewerID int64
	end      time.Time
	changes  changes
}

// over reports whether no item may begin any more.
func (s *slice) over(ctx context.Context) bool {
	return ctx.Err() != nil || !time.Now().Before(s.end)
}

// first returns the operation whose turn it is: the first started that is not
// paused. One that waits keeps those behind it waiting, as GitHub's limit is
// the account's.
func (s *slice) first(ctx context.Context) (ghpkg.Operation, bool, error) {
	line, err := s.Store.UnfinishedOperations(ctx, s.viewerID)
	for _, op := range line {
		if op.State != ghpkg.OperationPaused {
			return op, true, nil
		}
	}
	return ghpkg.Operation{}, false, err
}

// line works on one operation after another.
func (s *slice) line(ctx context.Context) (time.Duration, error) {
	for !s.over(ctx) {
		op, ok, err := s.first(ctx)
		if err != nil {
			return s.stumble(ctx, err)
		}
		if !ok {
			return idle, nil
		}
		wait, err := s.advance(ctx, op)
		if err != nil {
			return s.stumble(ctx, err)
		}
		if left := s.wait(ctx, wait); left > 0 {
			return left, nil
		}
	}
	return 0, nil
}

// stumble tells a failure of the store from an end that was asked for. Nothing
// is lost: what was begun is resolved next time.
func (s *slice) stumble(ctx context.Context, err error) (time.Duration, error) {
	if ctx.Err() != nil {
		return 0, nil
	}
	return stumbleTime, internal("operations.Work", err)
}

// wait waits as long as the slice lasts, and returns what is left.
func (s *slice) wait(ctx context.Context, d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	until := s.Now().Add(d)
	ctx, cancel := context.WithDeadline(ctx, s.end)
	defer cancel()
	if s.Sleep(ctx, d) == nil {
		return 0
	}
	return max(until.Sub(s.Now()), time.Millisecond)
}

// advance works on op until it is over, has to wait, or the slice is over. It
// returns how long to wait.
func (s *slice) advance(ctx context.Context, op ghpkg.Operation) (time.Duration, error) {
	if op.State == ghpkg.OperationWaiting {
		if wait := op.WaitingUntil.Sub(s.Now()); wait > 0 {
			return wait, nil
		}
		return 0, s.move(ctx, op, ghpkg.OperationRunning, nil)
	}
	defer s.letGo(ctx, op)
	hand, err := s.Hand(ctx, op.Session)
	if err != nil {
		return s.handless(ctx, op, err)
	}
	r := run{slice: s, op: op, hand: hand}
	return r.items(ctx)
}

// letGo releases the operation's session if this was the last that used it.
func (s *slice) letGo(ctx context.Context, op ghpkg.Operation) {
	ctx, cancel := lasting(ctx)
	defer cancel()
	s.release(ctx, op.Session)
}

// release says so if no running or waiting operation acts with the session. A
// paused one goes on with the session of whoever resumes it.
func (o *Operations) release(ctx context.Context, session string) {
	if session == "" {
		return
	}
	used, err := o.Store.SessionInUse(ctx, session)
	switch {
	case err != nil:
		o.Log.WarnContext(ctx, "a session is kept, as nobody knows whether an operation needs it", "session", session, "error", err)
	case !used:
		o.Release(ctx, session)
	}
}

// handless decides what becomes of an operation that cannot act now: only what
// a person has to mend pauses it.
func (s *slice) handless(ctx context.Context, op ghpkg.Operation, err error) (time.Duration, error) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind == fault.Internal || ctx.Err() != nil {
		return 0, err
	}
	unsaid := e.Code == fault.CodeAdminUnknown || e.Code == fault.CodeAccessUnknown
	switch {
	case e.Kind == fault.RateLimited:
		return 0, s.hold(ctx, op, e, limitTime)
	case unsaid, e.Kind == fault.Upstream, e.Kind == fault.Timeout, e.Kind == fault.Unknown:
		return 0, s.hold(ctx, op, e, outageTime)
	}
	return 0, s.move(ctx, op, ghpkg.OperationPaused, e)
}

// hold makes a running operation wait as long as e says, or else for a while.
func (s *slice) hold(ctx context.Context, op ghpkg.Operation, e *fault.Error, otherwise time.Duration) error {
	wait := e.RetryAfter
	if wait <= 0 {
		wait = otherwise
	}
	op.WaitingUntil = s.Now().Add(wait)
	return s.move(ctx, op, ghpkg.OperationWaiting, e)
}

// move gives op its next state, unless a person was faster: with another state,
// with another session, of which what we know says nothing, or with more to do.
func (s *slice) move(ctx context.Context, op ghpkg.Operation, next ghpkg.OperationState, why *fault.Error) error {
	ctx, cancel := lasting(ctx)
	defer cancel()
	from := op.State
	op.State, op.Why, op.Said = next, "", ""
	if why != nil {
		op.Why, op.Said = string(why.Code), why.Said
	}
	if next != ghpkg.OperationWaiting {
		op.WaitingUntil = time.Time{}
	}
	switch next {
	case ghpkg.OperationDone:
		op.EndedAt = s.Now()
	case ghpkg.OperationPaused:
		op.PausedAt = s.Now()
	}
	_, err := s.Store.AdvanceOperation(ctx, op, from)
	return err
}
