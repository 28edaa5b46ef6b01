package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// holdOperation keeps the operation in state until the transaction is over;
// false if it is in another. Whoever else holds or moves it comes before or
// after. Items are only locked after it, so that nobody waits for each other.
//
// A condition alone would not do: on PostgreSQL a statement looks at other rows
// as they were when it began, also if it had to wait for its own.
func holdOperation(ctx context.Context, tx *sql.Tx, id string, state ghpkg.OperationState) (bool, error) {
	n, err := affected(tx.ExecContext(ctx, `UPDATE operations SET state = state WHERE id = $1 AND state = $2`,
		storable(id), string(state)))
	return n > 0, err
}

func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// RemoveItems takes items out of a draft, and returns how many it took. An
// operation that is no draft any more loses nothing.
func (s *Store) RemoveItems(ctx context.Context, id string, seqs []int) (int, error) {
	var removed int
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		removed = 0
		draft, err := holdOperation(ctx, tx, id, ghpkg.OperationDraft)
		if !draft || err != nil {
			return err
		}
		for chunk := range slices.Chunk(seqs, maxPlaces) {
			args := []any{storable(id)}
			for _, seq := range chunk {
				args = append(args, seq)
			}
			n, err := affected(tx.ExecContext(ctx, `DELETE FROM operation_items WHERE operation_id = $1
				AND seq IN (`+places(2, len(chunk))+`)`, args...))
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("take items out of the operation: %w", err)
	}
	return removed, nil
}

// DiscardDraft removes a draft with its items; false if it is no draft.
func (s *Store) DiscardDraft(ctx context.Context, id string) (bool, error) {
	return s.changed(ctx, "discard the operation", `DELETE FROM operations WHERE id = $1 AND state = 'draft'`, storable(id))
}

// DiscardDrafts removes the drafts from before, and returns how many they were.
func (s *Store) DiscardDrafts(ctx context.Context, before time.Time) (int, error) {
	n, err := affected(s.writer.ExecContext(ctx, `DELETE FROM operations WHERE state = 'draft' AND created_at < $1`, before.UnixMilli()))
	if err != nil {
		return 0, fmt.Errorf("discard old drafts: %w", err)
	}
	return n, nil
}

// StartOperation makes a draft running: State, Session, Reason, From and
// StartedAt of op; false if it is no draft any more, or has not total items.
func (s *Store) StartOperation(ctx context.Context, op ghpkg.Operation, total int) (bool, error) {
	var started bool
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		started = false
		draft, err := holdOperation(ctx, tx, op.ID, ghpkg.OperationDraft)
		if !draft || err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `
			UPDATE operations SET state = $2, session = $3, reason = $4, client = $5, started_at = $6
			WHERE id = $1 AND state = 'draft' AND (SELECT COUNT(*) FROM operation_items WHERE operation_id = $1) = $7`,
			storable(op.ID), string(op.State), storable(op.Session), storable(op.Reason), storable(op.From),
			op.StartedAt.UnixMilli(), total))
		started = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("start the operation: %w", err)
	}
	return started, nil
}

// MoveOperation gives it op's State, Session, WaitingUntil, Why, Said and
// EndedAt if its state is one of from; false if it is not.
func (s *Store) MoveOperation(ctx context.Context, op ghpkg.Operation, from ...ghpkg.OperationState) (bool, error) {
	var moved bool
	err := s.inTx(ctx, func(tx *sql.Tx) (err error) {
		moved, err = moveOperation(ctx, tx, op, from...)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("move the operation: %w", err)
	}
	return moved, nil
}

func moveOperation(ctx context.Context, tx *sql.Tx, op ghpkg.Operation, from ...ghpkg.OperationState) (bool, error) {
	if len(from) == 0 {
		return false, nil
	}
	args := []any{
		storable(op.ID), string(op.State), storable(op.Session), maybeMillis(op.WaitingUntil),
		storable(op.Why), storable(op.Said), maybeMillis(op.EndedAt),
	}
	states := places(len(args)+1, len(from))
	for _, state := range from {
		args = append(args, storable(string(state)))
	}
	n, err := affected(tx.ExecContext(ctx, `
		UPDATE operations SET state = $2, session = $3, waiting_until = $4, why = $5, said = $6, ended_at = $7
		WHERE id = $1 AND state IN (`+states+`)`, args...))
	if n == 0 || err != nil {
		return false, err
	}
	return true, tellNotices(ctx, tx, op)
}

// RetryItems makes the items in one of the states, or refused with one of the
// codes, pending again, and returns how many they are.
func (s *Store) RetryItems(ctx context.Context, id string, states []ghpkg.ItemState, codes []string) (int, error) {
	w := &where{}
	w.and("operation_id = " + w.bind(storable(id)))
	either := "1 = 0"
	for _, state := range states {
		either += " OR state = " + w.bind(storable(string(state)))
	}
	for _, code := range codes {
		either += " OR (state = 'refused' AND code = " + w.bind(storable(code)) + ")"
	}
	w.and("(" + either + ")")
	var retried int
	err := s.inTx(ctx, func(tx *sql.Tx) (err error) {
		// Two that retry the same operation come one after the other.
		if _, err := tx.ExecContext(ctx, `UPDATE operations SET state = state WHERE id = $1`, storable(id)); err != nil {
			return err
		}
		retried, err = affected(tx.ExecContext(ctx,
			`UPDATE operation_items SET state = 'pending', message = '', code = ''`+w.String(), w.args...))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("retry items of the operation: %w", err)
	}
	return retried, nil
}
