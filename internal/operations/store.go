package operations

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Store is where operations are kept. Each method is one transaction.
type Store interface {
	// InsertOperation adds a draft with its items.
	InsertOperation(ctx context.Context, op ghpkg.Operation, items []ghpkg.OperationItem) error
	// Operation returns one with its counts; false if there is none that visible may see.
	Operation(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Operation, bool, error)
	// Operations returns a page of those that visible may see and q selects,
	// with their counts, the newest first, and how many there are.
	Operations(ctx context.Context, visible ghpkg.VisibleTo, q ghpkg.OperationQuery) ([]ghpkg.Operation, int, error)
	// OperationItems returns a page of the items that q selects, and how many it selects.
	OperationItems(ctx context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int, error)
	OperationSummary(ctx context.Context, id string) (ghpkg.OperationSummary, error)
	// RemoveItems takes items out of a draft, and returns how many it took. An
	// operation that is no draft any more loses nothing.
	RemoveItems(ctx context.Context, id string, seqs []int) (int, error)
	// SetChecks says anew what is expected of some items of a draft, by their Seq.
	SetChecks(ctx context.Context, id string, checks map[int]ghpkg.ItemCheck) error
	// DiscardDraft removes a draft with its items; false if it is no draft.
	DiscardDraft(ctx context.Context, id string) (bool, error)
	// DiscardDrafts removes the drafts from before, and returns how many they were.
	DiscardDrafts(ctx context.Context, before time.Time) (int, error)

	// StartOperation makes a draft running: State, Session, Reason, From and
	// StartedAt of op; false if it is no draft any more, or has not total items.
	StartOperation(ctx context.Context, op ghpkg.Operation, total int) (bool, error)
	// MoveOperation gives it op's State, Session, WaitingUntil, Why, Said and
	// EndedAt if its state is one of from; false if it is not.
	MoveOperation(ctx context.Context, op ghpkg.Operation, from ...ghpkg.OperationState) (bool, error)
	// AdvanceOperation is the worker's MoveOperation: false also if it acts with
	// another session than op by now, or is to be done while it has items left.
	AdvanceOperation(ctx context.Context, op ghpkg.Operation, from ghpkg.OperationState) (bool, error)
	// RetryItems makes the items in one of the states, or refused with one of
	// the codes, pending again, and returns how many they are.
	RetryItems(ctx context.Context, id string, states []ghpkg.ItemState, codes []string) (int, error)

	// DueViewers returns whose operations are running, or wait for a moment
	// that is not after now.
	DueViewers(ctx context.Context, now time.Time) ([]int64, error)
	// UnfinishedOperations returns the viewer's running, waiting and paused
	// ones with their counts, the first started first.
	UnfinishedOperations(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error)
	// SessionInUse reports whether a running or waiting operation acts with it.
	SessionInUse(ctx context.Context, session string) (bool, error)
	// NextItem returns the item that is running, else the first that is
	// pending; false if there is neither.
	NextItem(ctx context.Context, id string) (ghpkg.OperationItem, bool, error)
	// BeginItem makes a pending item of a running operation running, under the
	// ledger entry that is about to be written; false if either is not so.
	BeginItem(ctx context.Context, id string, item ghpkg.OperationItem) (bool, error)
	// SettleItem gives an item that is pending, or running under item's Entry,
	// item's State, Message, Code, Entry and At; false if it is neither.
	SettleItem(ctx context.Context, id string, item ghpkg.OperationItem) (bool, error)

	// Lease makes holder the one who works on the viewer's operations until
	// then, if nobody else is at now; false if somebody is. Who has it renews it.
	Lease(ctx context.Context, viewerID int64, holder string, now, until time.Time) (bool, error)
	// Unlease gives it back.
	Unlease(ctx context.Context, viewerID int64, holder string) error
	// BreakLeases gives all back: for a process that is alone with its database.
	BreakLeases(ctx context.Context) error
}
