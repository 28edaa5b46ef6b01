package operations

import (
	"context"
	"log/slog"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Hand is GitHub through one session's token, for changing things; every change
// is written into the ledger. It waits for its turn as long as it takes.
type Hand interface {
	// Apply sends the change; the ledger's entry gets change.Entry as its id.
	// When ctx is done it does not wait for its turn any longer, which is a fault
	// of kind Timeout: nothing was sent. What was sent is followed to its end.
	Apply(ctx context.Context, change ghpkg.Change) (ghpkg.Entry, error)
	// Resume asks GitHub what became of a change that was begun at since by a
	// process that did not live to see it, and settles its ledger entry. It
	// returns nil if it happened; a fault of code CodeNotDone if it did not, of
	// kind Refused if the ledger has GitHub's refusal, of kind Unknown if GitHub
	// cannot say. With any other, GitHub has to be asked again later.
	Resume(ctx context.Context, change ghpkg.Change, since time.Time) error
	// Look returns what GitHub shows under the target's address now; a fault of
	// kind NotFound if it shows nothing.
	Look(ctx context.Context, target ghpkg.Target) (ghpkg.Target, error)
	// Limit returns how long GitHub wants this token to wait; 0: not at all.
	Limit(ctx context.Context) (wait time.Duration, why *fault.Error)
	// Up asks GitHub whether it answers at all, free of any budget; a fault of
	// kind Upstream or Timeout if it does not.
	Up(ctx context.Context) error
}

// Options are what Operations needs. All are required but Sleep.
type Options struct {
	Store Store
	// Hand returns the hand of a session, also of one whose person has signed
	// out; the fault says why there is none: the session is gone or GitHub does
	// not take its token, the viewer may not change anything here any more.
	Hand func(ctx context.Context, session string) (Hand, error)
	// Release says that no unfinished operation acts with the session any more.
	Release func(ctx context.Context, session string)
	// Changed says that something of a package was deleted or restored.
	Changed func(ctx context.Context, ref ghpkg.Ref)
	// Wake makes the viewer's operations be worked on soon: Work is called.
	Wake func(ctx context.Context, viewerID int64) error
	// NewID makes the ids of operations and ledger entries, which sort by time.
	NewID    func() string
	Interval time.Duration // the least time between two changes, for the ETA
	Process  string        // names this process among replicas
	Now      func() time.Time
	// Sleep waits out what GitHub asked for by the clock of Now, or until ctx is
	// done, which is the error. nil: by the real clock.
	Sleep func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
}

// Operations is the bulk jobs of all viewers. It is safe for use by several
// goroutines, and beside other processes on the same store.
type Operations struct {
	Options
	paces *paces
}

// New returns the operations that are in the store.
func New(o Options) *Operations {
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return &Operations{Options: o, paces: &paces{}}
}

// sleep waits by the real clock.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Operation returns one operation. One that is not visible is not found.
func (o *Operations) Operation(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Operation, error) {
	const name = "operations.Operation"
	op, ok, err := o.Store.Operation(ctx, id, visible)
	switch {
	case err != nil:
		return ghpkg.Operation{}, internal(name, err)
	case !ok:
		return ghpkg.Operation{}, &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoOperation, Op: name}
	}
	return op, nil
}

// List returns a page of the operations that are visible and that q selects, the
// newest first, and how many there are.
func (o *Operations) List(ctx context.Context, visible ghpkg.VisibleTo, q ghpkg.OperationQuery) ([]ghpkg.Operation, int, error) {
	list, total, err := o.Store.Operations(ctx, visible, q)
	return list, total, internal("operations.List", err)
}

// Items returns a page of an operation's items, and how many q selects. The
// caller has read the operation, and so may see it.
func (o *Operations) Items(ctx context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int, error) {
	items, total, err := o.Store.OperationItems(ctx, id, q)
	return items, total, internal("operations.Items", err)
}

// Summary returns what an operation is about.
func (o *Operations) Summary(ctx context.Context, id string) (ghpkg.OperationSummary, error) {
	sum, err := o.Store.OperationSummary(ctx, id)
	return sum, internal("operations.Summary", err)
}

// Unfinished returns the viewer's running, waiting and paused operations.
func (o *Operations) Unfinished(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error) {
	list, err := o.Store.UnfinishedOperations(ctx, viewerID)
	return list, internal("operations.Unfinished", err)
}

// Due returns the viewers whose operations have work now.
func (o *Operations) Due(ctx context.Context) ([]int64, error) {
	viewers, err := o.Store.DueViewers(ctx, o.Now())
	return viewers, internal("operations.Due", err)
}

// By is who steers an operation.
type By struct {
	ViewerID int64
	Session  string
	From     string // the client's address
}

// own returns an operation of the person's. Another's is not found: also who may
// read it does not steer it.
func (o *Operations) own(ctx context.Context, id string, by By) (ghpkg.Operation, error) {
	op, err := o.Operation(ctx, id, ghpkg.VisibleTo{ActorID: by.ViewerID})
	if err == nil && op.Actor.ID != by.ViewerID {
		err = &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoOperation, Op: "operations.own"}
	}
	return op, err
}

// internal makes what the store says a fault; nil stays nil.
func internal(op string, err error) error {
	if err == nil {
		return nil
	}
	return &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: op, Err: err}
}

// notNow says that an operation's state does not allow what is asked for.
func notNow(op string) error {
	return &fault.Error{Kind: fault.Refused, Code: fault.CodeState, Op: op}
}

// nothing says that there is no item to do it with.
func nothing(op string) error {
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeNothing, Op: op}
}
