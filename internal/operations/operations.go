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
	Apply(ctx context.Context, change ghpkg.Change) (ghpkg.Entry, error)
	// Resume asks GitHub what became of a change that was begun at since by a
	// process that did not live to see it, and settles its ledger entry. It
	// returns nil if it happened; a fault of code CodeNotDone if it did not.
	Resume(ctx context.Context, change ghpkg.Change, since time.Time) error
	// Look returns what GitHub shows under the target's address now; a fault of
	// kind NotFound if it shows nothing.
	Look(ctx context.Context, target ghpkg.Target) (ghpkg.Target, error)
	// Limit returns how long GitHub wants this token to wait; 0: not at all.
	Limit(ctx context.Context) (wait time.Duration, why *fault.Error)
}

// Options are what Operations needs. All are required.
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
	Wake     func(ctx context.Context, viewerID int64) error
	Interval time.Duration // the least time between two changes, for the ETA
	Process  string        // names this process among replicas
	Now      func() time.Time
	Log      *slog.Logger
}

// Operations is the bulk jobs of all viewers.
type Operations struct{ Options }

// New returns the operations that are in the store.
func New(o Options) *Operations { return &Operations{o} }

// Selection is what somebody wants to freeze.
type Selection struct {
	Actor    ghpkg.Actor
	Action   ghpkg.Action
	Source   string // the table's path and query; empty: item by item
	Complete bool
	Items    []ghpkg.OperationItem // Target and times; Check where it is known better than by facts
	Facts    []ghpkg.PackageFacts
}

// Freeze makes a draft of the selection: each item once, in the order in which
// they will run, with what is expected of them.
func (o *Operations) Freeze(ctx context.Context, s Selection) (ghpkg.Operation, error) {
	panic("not yet")
}

// Operation returns one operation. One that is not visible is not found.
func (o *Operations) Operation(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Operation, error) {
	panic("not yet")
}

// List returns a page of the operations that are visible and that q selects, the
// newest first, and how many there are.
func (o *Operations) List(ctx context.Context, visible ghpkg.VisibleTo, q ghpkg.OperationQuery) ([]ghpkg.Operation, int, error) {
	panic("not yet")
}

// Items returns a page of an operation's items, and how many q selects. The
// caller has read the operation, and so may see it.
func (o *Operations) Items(ctx context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int, error) {
	panic("not yet")
}

// Summary returns what an operation is about.
func (o *Operations) Summary(ctx context.Context, id string) (ghpkg.OperationSummary, error) {
	panic("not yet")
}

// Unfinished returns the viewer's running, waiting and paused operations.
func (o *Operations) Unfinished(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error) {
	panic("not yet")
}

// ETA returns when an unfinished operation will be over at the pace in force;
// zero if that cannot be said.
func (o *Operations) ETA(op ghpkg.Operation) time.Time { panic("not yet") }

// By is who steers an operation.
type By struct {
	ViewerID int64
	Session  string
	From     string // the client's address
}

// Remove takes items out of a draft of the person's, and returns how many.
func (o *Operations) Remove(ctx context.Context, id string, by By, seqs []int) (int, error) {
	panic("not yet")
}

// Discard removes a draft.
func (o *Operations) Discard(ctx context.Context, id string, by By) error { panic("not yet") }

// Start begins a draft. confirm is the number of items that the person saw;
// another one than there is leaves the draft as it was (fault.CodeWrongConfirm).
func (o *Operations) Start(ctx context.Context, id string, by By, confirm int, reason string) error {
	panic("not yet")
}

// Pause halts a running or waiting operation after the item that is on its way.
func (o *Operations) Pause(ctx context.Context, id string, by By) error { panic("not yet") }

// Resume goes on with a paused operation, with the person's present session.
func (o *Operations) Resume(ctx context.Context, id string, by By) error { panic("not yet") }

// Stop ends an operation for good. It returns when no item is on its way any
// more, or the context is done.
func (o *Operations) Stop(ctx context.Context, id string, by By) error { panic("not yet") }

// Retry tries again what failed, is unknown, or was refused for a reason that a
// person can mend.
func (o *Operations) Retry(ctx context.Context, id string, by By) error { panic("not yet") }

// Undo makes a draft that restores what the operation deleted.
func (o *Operations) Undo(ctx context.Context, id string, by By) (ghpkg.Operation, error) {
	panic("not yet")
}

// Due returns the viewers whose operations have work now.
func (o *Operations) Due(ctx context.Context) ([]int64, error) { panic("not yet") }

// Work works on the viewer's operations, one after another, for at most a
// slice of time. It returns after how long to call it again; 0: at once, and a
// negative time: there is nothing to do until Wake.
func (o *Operations) Work(ctx context.Context, viewerID int64) (again time.Duration, err error) {
	panic("not yet")
}
