package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// What is news is found from where it is written anyway: in the ledger by its
// chain, whose numbers have no gap and are seen in their order, so that a cursor
// misses nothing; and from operations in rows that are written with their state.

// ledgerCursor is the number of the last link that was read.
const ledgerCursor = "ledger"

// tellNotices writes down that an operation has ended, or needs somebody to go
// on, in the transaction in which it does. Who pauses it knows that, and what is
// stopped is paused first.
func tellNotices(ctx context.Context, tx *sql.Tx, op ghpkg.Operation) error {
	at := op.EndedAt
	switch {
	case op.State == ghpkg.OperationPaused && op.Why != "":
		at = op.PausedAt
	case !op.Over():
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO notice_operations (id, operation_id, state, why, said, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		rand.Text(), storable(op.ID), string(op.State), storable(op.Why), storable(op.Said), maybeMillis(at))
	return err
}

// HasNews reports whether there is anything to read for notices, or to send at now.
func (s *Store) HasNews(ctx context.Context, now time.Time) (bool, error) {
	var any bool
	err := s.db.QueryRowContext(ctx, `SELECT
		COALESCE((SELECT MAX(seq) FROM ledger_chain), 0) > COALESCE((SELECT position FROM notice_cursors WHERE name = '`+ledgerCursor+`'), 0)
		OR EXISTS (SELECT 1 FROM notice_operations)
		OR EXISTS (SELECT 1 FROM notice_deliveries d JOIN notice_destinations t ON t.id = d.destination_id
			WHERE d.state = 'pending' AND d.due_at <= $1 AND t.paused = 0)`, now.UnixMilli()).Scan(&any)
	if err != nil {
		return false, fmt.Errorf("look for notices: %w", err)
	}
	return any, nil
}

// NoticeCursor returns how far the cursor of that name has come; 0: not begun.
func (s *Store) NoticeCursor(ctx context.Context, name string) (int64, error) {
	var at int64
	err := s.db.QueryRowContext(ctx, `SELECT position FROM notice_cursors WHERE name = $1`, name).Scan(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read how far the notices are: %w", err)
	}
	return at, nil
}

// MoveNoticeCursor moves a cursor on, and writes down what is to be sent of what
// lies between; false, and nothing is, if somebody else has moved it.
func (s *Store) MoveNoticeCursor(ctx context.Context, name string, from, to int64, deliveries []ghpkg.Delivery) (bool, error) {
	return s.untaken(ctx, "move on through the news", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `
			INSERT INTO notice_cursors (name, position) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE notice_cursors.position = $3`, name, to, from))
		if err != nil {
			return err
		}
		if n == 0 {
			return errTaken
		}
		return deliver(ctx, tx, deliveries)
	})
}

// LedgerHead returns the number of the ledger's last link.
func (s *Store) LedgerHead(ctx context.Context) (int64, error) {
	head, err := chainHead(ctx, s.db)
	return head.seq, err
}

// LedgerNews returns what the ledger says to be deleted and restored in the
// links after from and up to to, without what is part of an operation, and
// without what it had said before.
func (s *Store) LedgerNews(ctx context.Context, from, to int64) ([]ghpkg.Entry, error) {
	return s.entries(ctx, `SELECT `+entryColumns+` FROM ledger_chain c
		JOIN ledger_outcomes o ON o.attempt_id = c.attempt_id AND o.seq = c.outcome
		JOIN ledger_attempts a ON a.id = c.attempt_id
		WHERE c.seq > $1 AND c.seq <= $2 AND c.outcome > 0 AND o.outcome = 'done'
			AND a.action IN ('delete', 'restore') AND a.operation = ''
			AND NOT EXISTS (SELECT 1 FROM ledger_outcomes b WHERE b.attempt_id = o.attempt_id AND b.seq < o.seq AND b.outcome = 'done')
		ORDER BY c.seq`, from, to)
}

// laterVersionChange selects what worked on the version of a after it.
const laterVersionChange = `SELECT 1 FROM ledger_attempts later JOIN ledger_outcomes lo ON lo.attempt_id = later.id
	AND lo.seq = (SELECT MAX(seq) FROM ledger_outcomes WHERE attempt_id = later.id)
	WHERE later.id > a.id AND later.package_name = a.package_name AND later.owner_key = a.owner_key
		AND later.version_id = a.version_id AND later.action IN ('delete', 'restore') AND lo.outcome = 'done'`

// StillDeleted returns what was deleted here from since until before, and not
// restored here, the earliest first.
func (s *Store) StillDeleted(ctx context.Context, since, before time.Time, limit int) ([]ghpkg.Entry, error) {
	return s.entries(ctx, `SELECT `+entryColumns+fromLedger+` WHERE a.at >= $1 AND a.at < $2
		AND (`+deletedPackages+` OR a.action = 'delete' AND a.version_id <> 0 AND o.outcome = 'done' AND NOT EXISTS (`+laterVersionChange+`))
		ORDER BY a.id LIMIT $3`, since.UnixMilli(), before.UnixMilli(), limit)
}

// OperationNews returns what became of operations and was not read yet, the
// earliest first.
func (s *Store) OperationNews(ctx context.Context, limit int) ([]ghpkg.OperationNews, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, operation_id, state, why, said, at FROM notice_operations ORDER BY at, id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the news of operations: %w", err)
	}
	all, err := collect(rows, "read the news of operations", func(row scanner) (n ghpkg.OperationNews, err error) {
		var at int64
		err = row.Scan(&n.ID, &n.Operation.ID, &n.Operation.State, &n.Operation.Why, &n.Operation.Said, &at)
		n.At = maybeTime(at)
		return n, err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := s.fillNews(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// fillNews adds the operation as it is now, but in the state that is told.
func (s *Store) fillNews(ctx context.Context, n *ghpkg.OperationNews) error {
	op, found, err := s.Operation(ctx, n.Operation.ID, ghpkg.VisibleTo{All: true})
	if !found || err != nil {
		return err
	}
	op.State, op.Why, op.Said = n.Operation.State, n.Operation.Why, n.Operation.Said
	n.Operation = op
	rows, err := s.db.QueryContext(ctx, `SELECT DISTINCT owner_login FROM operation_items WHERE operation_id = $1 ORDER BY owner_login`, op.ID)
	if err != nil {
		return fmt.Errorf("read whose packages an operation is about: %w", err)
	}
	n.Owners, err = collect(rows, "read whose packages an operation is about", func(row scanner) (login string, err error) {
		return login, row.Scan(&login)
	})
	return err
}

// TakeOperationNews removes the news, and writes down what is to be sent of it;
// false, and nothing is, if somebody else has.
func (s *Store) TakeOperationNews(ctx context.Context, id string, deliveries []ghpkg.Delivery) (bool, error) {
	return s.untaken(ctx, "take the news of an operation", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `DELETE FROM notice_operations WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if n == 0 {
			return errTaken
		}
		return deliver(ctx, tx, deliveries)
	})
}
