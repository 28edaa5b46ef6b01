// Package ledger writes down who tried to change what, before the request
// leaves and after the answer came. It wraps the registry: whoever wants to
// change something has to go through it, and so cannot forget it.
package ledger

import (
	"context"
	"log/slog"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Registry is what can change something at GitHub, with one viewer's token.
type Registry interface {
	// DeletePackage deletes a package. id is the package's, as the viewer was shown
	// it just before; 0: they were not.
	DeletePackage(ctx context.Context, ref ghpkg.Ref, id int64) error
	RestorePackage(context.Context, ghpkg.Ref) error
	DeleteVersion(context.Context, ghpkg.VersionRef) error
	RestoreVersion(context.Context, ghpkg.VersionRef) error
	// Became asks what became of a change that was begun at since: nil if it
	// happened, a fault of code CodeNotDone if it did not and will not any more,
	// one of kind Unknown if that cannot be found out. Any other fault says why
	// it cannot be asked now.
	Became(ctx context.Context, change ghpkg.Change, since time.Time) error
}

// Log is where the entries are kept. Nothing in it is ever changed: an attempt is
// begun once, and what became of it is added. What is older than the retention
// is removed, which is an entry itself.
type Log interface {
	Begin(context.Context, ghpkg.Entry) error
	Settle(ctx context.Context, id string, s ghpkg.Settlement) error
	SettleAbandoned(ctx context.Context, before time.Time, s ghpkg.Settlement) error
	TrimLedger(ctx context.Context, before time.Time, e ghpkg.Entry) (ghpkg.Trim, error)
	Entries(context.Context, ghpkg.LedgerFilter, ghpkg.LedgerPage) (entries []ghpkg.Entry, total int, err error)
	Entry(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Entry, bool, error)
	DeletedPackages(ctx context.Context, owner ghpkg.Owner, since time.Time, visible ghpkg.VisibleTo) ([]ghpkg.DeletedPackage, error)
}

// Ledger keeps the record.
type Ledger struct {
	log    Log
	now    func() time.Time
	logger *slog.Logger
	ids    *ids
}

// New returns the ledger that writes to log, and tells logger of what it cannot
// write.
func New(log Log, now func() time.Time, logger *slog.Logger) *Ledger {
	return &Ledger{log: log, now: now, logger: logger, ids: &ids{}}
}

// For returns reg as actor may use it: every change is recorded.
func (l *Ledger) For(actor ghpkg.Actor, reg Registry) *Recorded {
	return &Recorded{ledger: l, actor: actor, registry: reg}
}

// NewID returns an id for an entry that is yet to be written.
func (l *Ledger) NewID() string { return l.ids.next(l.now()) }

// Note records what needs no registry and has already happened: a sign-in, a
// sign-out. An empty outcome means that it worked.
func (l *Ledger) Note(ctx context.Context, e ghpkg.Entry) error {
	s := ghpkg.Settlement{Outcome: e.Outcome, Message: e.Message, Code: e.Code}
	if s.Outcome == "" {
		s.Outcome = ghpkg.OutcomeDone
	}
	e.ID = ""
	e, err := l.begin(ctx, e)
	if err != nil {
		return err
	}
	_, err = l.settle(ctx, e, s)
	return err
}

// Entries returns a page of the entries that f selects, and how many it
// selects in all. It holds f.VisibleTo: what the viewer may not see is neither
// listed nor counted.
func (l *Ledger) Entries(ctx context.Context, f ghpkg.LedgerFilter, page ghpkg.LedgerPage) ([]ghpkg.Entry, int, error) {
	entries, total, err := l.log.Entries(ctx, f, page)
	if err != nil {
		return nil, 0, internal("ledger.Entries", err)
	}
	return entries, total, nil
}

// Entry returns one entry. One that the viewer may not see is not found.
func (l *Ledger) Entry(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Entry, error) {
	e, ok, err := l.log.Entry(ctx, id, visible)
	if err != nil {
		return ghpkg.Entry{}, internal("ledger.Entry", err)
	}
	if !ok {
		return ghpkg.Entry{}, notFound("ledger.Entry")
	}
	return e, nil
}

// Deleted returns the packages of owner that were deleted through Stockroom,
// that nobody restored through it since, and that GitHub may still restore;
// the latest first.
func (l *Ledger) Deleted(ctx context.Context, owner ghpkg.Owner, visible ghpkg.VisibleTo) ([]ghpkg.DeletedPackage, error) {
	// The log counts in milliseconds, and from since on: at the window's very end it is too late.
	since := l.now().Add(-ghpkg.RestoreWindow).Add(time.Millisecond)
	deleted, err := l.log.DeletedPackages(ctx, owner, since, visible)
	if err != nil {
		return nil, internal("ledger.Deleted", err)
	}
	return deleted, nil
}

// abandonedAfter is longer than any attempt takes to be settled.
const abandonedAfter = 2 * time.Minute

// Recover says of the attempts that ended processes left without an outcome that
// theirs is unknown. What another replica has on its way is too young for it, and
// so may be what was left just now: it is to be called again.
func (l *Ledger) Recover(ctx context.Context) error {
	return l.settleBefore(ctx, l.now().Add(-abandonedAfter))
}

// RecoverAll is the start's Recover of a process that is alone with its log:
// nobody has an attempt on its way, however young, or begun by a faster clock.
func (l *Ledger) RecoverAll(ctx context.Context) error {
	return l.settleBefore(ctx, l.now().AddDate(100, 0, 0))
}

func (l *Ledger) settleBefore(ctx context.Context, before time.Time) error {
	s := ghpkg.Settlement{At: l.now(), Outcome: ghpkg.OutcomeUnknown, Code: string(fault.CodeUnknown)}
	if err := l.log.SettleAbandoned(ctx, before, s); err != nil {
		return internal("ledger.Recover", err)
	}
	return nil
}
