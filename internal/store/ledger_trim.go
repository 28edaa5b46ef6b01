package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// This file alone removes from the ledger, and only its beginning.

// trimAtOnce is how many links are removed in a transaction, or a few more:
// SQLite's writers wait for its end.
const trimAtOnce = 2000

var (
	// ErrBrokenLedger keeps what is not what was written from being removed, and
	// with it the trace.
	ErrBrokenLedger = errors.New("the ledger's beginning is not what was written (stockroom -verify says where): nothing of it is removed")
	// ErrMayNotTrim is the database's no, where the program's role may only add.
	ErrMayNotTrim = errors.New("the database lets this role only add to the ledger")
	// errUnlinkedRows is about what came while we looked, or past the program.
	errUnlinkedRows = errors.New("an old entry just got an outcome, or has one without a link: nothing of the ledger is removed")
)

// TrimLedger removes the beginning of the ledger as far as it is older than
// before, and writes into the ledger, as e, what that was; nothing if there is
// none, or if somebody else is about to. A long beginning is removed in parts:
// it is to be called until it returns no entries.
func (s *Store) TrimLedger(ctx context.Context, before time.Time, e ghpkg.Entry) (ghpkg.Trim, error) {
	var trim ghpkg.Trim
	done, err := s.untaken(ctx, "remove the ledger's old entries", func(tx *sql.Tx) (err error) {
		trim, err = trimOnce(ctx, tx, before, e)
		return err
	})
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "42501" {
		err = fmt.Errorf("%w: %w", ErrMayNotTrim, err)
	}
	if !done {
		return ghpkg.Trim{}, err
	}
	return trim, nil
}

func trimOnce(ctx context.Context, tx *sql.Tx, before time.Time, e ghpkg.Entry) (ghpkg.Trim, error) {
	last, err := lastOld(ctx, tx, before, trimAtOnce)
	if last == 0 || err != nil {
		return ghpkg.Trim{}, err
	}
	w, err := lookAt(ctx, tx, last)
	if err != nil {
		return ghpkg.Trim{}, err
	}
	if err := removeRows(ctx, tx, w); err != nil {
		return ghpkg.Trim{}, err
	}
	trim := ghpkg.Trim{Entries: w.Entries, Before: before, Link: w.Links, Hash: w.Head}
	if err := noteTrim(ctx, tx, e, trim); err != nil {
		return ghpkg.Trim{}, err
	}
	// The links go last: the one that was just added had to find the chain's end.
	_, err = tx.ExecContext(ctx, `DELETE FROM ledger_chain WHERE seq <= $1`, w.Links)
	return trim, err
}

// lastOld returns the last link of the beginning that can be removed: its rows
// are of attempts that are settled and, with all that became of them, older than
// before, and none of these has a link later on; 0: there is nothing. It looks
// at so many links, and at more only if one of their attempts reaches further.
func lastOld(ctx context.Context, tx *sql.Tx, before time.Time, atOnce int) (int64, error) {
	for ; ; atOnce *= 2 {
		// Without the + 0 PostgreSQL would look for the highest from the chain's end.
		rows, err := tx.QueryContext(ctx, `SELECT c.seq,
				(SELECT MAX(l.seq + 0) FROM ledger_chain l WHERE l.attempt_id = c.attempt_id),
				EXISTS (SELECT 1 FROM ledger_attempts a WHERE a.id = c.attempt_id AND a.at < $1)
				AND EXISTS (SELECT 1 FROM ledger_outcomes o WHERE o.attempt_id = c.attempt_id)
				AND NOT EXISTS (SELECT 1 FROM ledger_outcomes o WHERE o.attempt_id = c.attempt_id AND o.at >= $1)
			FROM (SELECT seq, attempt_id FROM ledger_chain ORDER BY seq LIMIT $2) c ORDER BY c.seq`, before.UnixMilli(), atOnce)
		if err != nil {
			return 0, err
		}
		all, err := collect(rows, "look for old entries", func(row scanner) (l oldLink, err error) {
			return l, row.Scan(&l.seq, &l.lastOf, &l.old)
		})
		if err != nil {
			return 0, err
		}
		last, blocked := closed(all)
		if last > 0 || blocked || len(all) < atOnce {
			return last, nil
		}
	}
}

// oldLink is a link, the last one of its attempt, and whether that is old enough.
type oldLink struct {
	seq, lastOf int64
	old         bool
}

// closed returns the last of the links up to which no attempt has one later,
// and whether there is one that may not be removed; none follows it then.
func closed(all []oldLink) (last int64, blocked bool) {
	var reach int64
	for _, l := range all {
		if !l.old {
			return last, true
		}
		if reach = max(reach, l.lastOf); reach == l.seq {
			last = l.seq
		}
	}
	return last, false
}

// lookAt verifies what is to be removed: afterwards nobody could. What was
// removed before is asked for last, so that somebody else's removal in between
// shows as a break, and is found out as what it is.
func lookAt(ctx context.Context, tx *sql.Tx, last int64) (*walk, error) {
	w := newWalk("")
	if err := w.along(ctx, tx, last); err != nil {
		return nil, err
	}
	var message string
	err := tx.QueryRowContext(ctx, `SELECT o.message FROM ledger_chain c
		JOIN ledger_attempts a ON a.id = c.attempt_id
		JOIN ledger_outcomes o ON o.attempt_id = c.attempt_id AND o.seq = c.outcome
		WHERE a.action = $1 ORDER BY c.seq DESC LIMIT 1`, string(ghpkg.ActionTrim)).Scan(&message)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	earlier, _ := ghpkg.ReadTrim(message)
	w.begin(earlier)
	return w, nil
}

// removeRows removes the rows of the links that w went along, and no other.
// Whoever removes the first outcome removes the rest: others wait here, and then
// find it gone.
func removeRows(ctx context.Context, tx *sql.Tx, w *walk) error {
	mine, err := affected(tx.ExecContext(ctx, `DELETE FROM ledger_outcomes WHERE attempt_id = $1 AND seq = 1`, w.first.attempt))
	switch {
	case err != nil:
		return err
	case mine == 0:
		return errTaken
	case w.Breaks > 0:
		return fmt.Errorf("%w: %+v", ErrBrokenLedger, w.Broken[0])
	}
	outcomes, err := affected(tx.ExecContext(ctx,
		`DELETE FROM ledger_outcomes WHERE attempt_id IN (SELECT attempt_id FROM ledger_chain WHERE seq <= $1)`, w.Links))
	if err != nil {
		return err
	}
	entries, err := affected(tx.ExecContext(ctx,
		`DELETE FROM ledger_attempts WHERE id IN (SELECT attempt_id FROM ledger_chain WHERE seq <= $1)`, w.Links))
	if err == nil && (mine+outcomes != w.Outcomes || entries != w.Entries) {
		err = errUnlinkedRows
	}
	return err
}

// noteTrim writes into the ledger what was removed from it.
func noteTrim(ctx context.Context, tx *sql.Tx, e ghpkg.Entry, trim ghpkg.Trim) error {
	e.Action = ghpkg.ActionTrim
	attempt, err := attemptRow(e)
	if err != nil {
		return err
	}
	outcome := outcomeRow(e.ID, 1, ghpkg.Settlement{At: e.At, Outcome: ghpkg.OutcomeDone, Message: trim.Message()})
	for _, row := range []ledgerRow{attempt, outcome} {
		if _, err := row.insert(ctx, tx, ""); err != nil {
			return err
		}
	}
	return enchain(ctx, tx, attempt, outcome)
}
