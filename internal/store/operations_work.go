package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// atWork is the condition of the index operations_at_work, to the letter:
// SQLite does not see otherwise that the index has all that is asked for.
const atWork = `state IN ('running', 'waiting')`

// DueViewers returns whose operations are running, or wait for a moment that is
// not after now.
func (s *Store) DueViewers(ctx context.Context, now time.Time) ([]int64, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT DISTINCT actor_id FROM operations WHERE `+atWork+` AND (state = 'running' OR waiting_until <= $1)
		ORDER BY actor_id`, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("look for operations that are due: %w", err)
	}
	return collect(rows, "look for operations that are due", func(row scanner) (id int64, err error) { return id, row.Scan(&id) })
}

// SessionInUse reports whether a running or waiting operation acts with the session.
func (s *Store) SessionInUse(ctx context.Context, session string) (bool, error) {
	var used int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM operations WHERE `+atWork+` AND session = $1`,
		storable(session)).Scan(&used)
	if err != nil {
		return false, fmt.Errorf("look for operations of the session: %w", err)
	}
	return used > 0, nil
}

// NextItem returns the item that is running, else the first that is pending;
// false if there is neither.
func (s *Store) NextItem(ctx context.Context, id string) (ghpkg.OperationItem, bool, error) {
	const first = `(SELECT MIN(seq) FROM operation_items WHERE operation_id = $1 AND state = `
	item, err := scanItem(s.db.QueryRowContext(ctx, selectItems()+`
		WHERE operation_id = $1 AND seq = COALESCE(`+first+`'running'), `+first+`'pending'))`, storable(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return ghpkg.OperationItem{}, false, nil
	}
	if err != nil {
		return ghpkg.OperationItem{}, false, fmt.Errorf("look for the next item: %w", err)
	}
	return item, true, nil
}

// BeginItem makes a pending item of a running operation running, under the
// ledger entry that is about to be written; false if either is not so. Once
// the operation is moved, no item of it begins.
func (s *Store) BeginItem(ctx context.Context, id string, item ghpkg.OperationItem) (bool, error) {
	var begun bool
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		begun = false
		running, err := holdOperation(ctx, tx, id, ghpkg.OperationRunning)
		if !running || err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `
			UPDATE operation_items SET state = 'running', entry = $3, at = $4
			WHERE operation_id = $1 AND seq = $2 AND state = 'pending'`,
			storable(id), item.Seq, storable(item.Entry), maybeMillis(item.At)))
		begun = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("begin item %d: %w", item.Seq, err)
	}
	return begun, nil
}

// AdvanceOperation is the worker's MoveOperation: false also if the operation
// acts with another session than op by now, of which the worker knows nothing,
// or if it is to be done while there are items left, which a person has just
// made pending again.
func (s *Store) AdvanceOperation(ctx context.Context, op ghpkg.Operation, from ghpkg.OperationState) (bool, error) {
	var moved bool
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		moved = false
		if same, err := holdOperation(ctx, tx, op.ID, from); !same || err != nil {
			return err
		}
		session, left, err := atAdvance(ctx, tx, op.ID)
		if err != nil || session != op.Session || left > 0 && op.State == ghpkg.OperationDone {
			return err
		}
		moved, err = moveOperation(ctx, tx, op, from)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("advance the operation: %w", err)
	}
	return moved, nil
}

// atAdvance returns the session with which a held operation acts, and how many
// of its items are not settled.
func atAdvance(ctx context.Context, tx *sql.Tx, id string) (session string, left int, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT o.session, (SELECT COUNT(*) FROM operation_items i WHERE i.operation_id = o.id AND i.state IN ('pending', 'running'))
		FROM operations o WHERE o.id = $1`, storable(id)).Scan(&session, &left)
	return session, left, err
}

// SettleItem gives an item that is pending, or running under item's Entry,
// item's State, Message, Code, Entry and At; false if it is neither. A process
// that lost its lease and does not know it cannot settle what another one sent.
func (s *Store) SettleItem(ctx context.Context, id string, item ghpkg.OperationItem) (bool, error) {
	return s.changed(ctx, fmt.Sprintf("settle item %d", item.Seq), `
		UPDATE operation_items SET state = $3, message = $4, code = $5, entry = $6, at = $7
		WHERE operation_id = $1 AND seq = $2 AND (state = 'pending' OR state = 'running' AND entry = $6)`,
		storable(id), item.Seq, string(item.State), storable(item.Message), storable(item.Code),
		storable(item.Entry), maybeMillis(item.At))
}
