package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const operationColumns = `id, actor_id, actor_login, proxy_user, session, action, state, reason, client, source,
	complete, undoes, continues, created_at, started_at, ended_at, waiting_until, why, said`

// selectOperations reads operations o with their counts in one statement: what
// is counted is what stands there at the moment at which the state is read.
func selectOperations() string {
	var b strings.Builder
	b.WriteString("SELECT " + operationColumns)
	for _, state := range ghpkg.ItemStates() {
		b.WriteString(", (SELECT COUNT(*) FROM operation_items i WHERE i.operation_id = o.id AND i.state = '" + string(state) + "')")
	}
	b.WriteString(", (SELECT COUNT(*) FROM operation_items i WHERE i.operation_id = o.id AND i.version_id = 0)")
	return b.String() + " FROM operations o"
}

// InsertOperation adds a draft with its items.
func (s *Store) InsertOperation(ctx context.Context, op ghpkg.Operation, items []ghpkg.OperationItem) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO operations (`+operationColumns+`) VALUES (`+places(1, 19)+`)`,
			op.ID, op.Actor.ID, storable(op.Actor.Login), storable(op.Actor.ProxyUser), storable(op.Session), string(op.Action),
			string(op.State), storable(op.Reason), storable(op.From), storable(op.Source), number(op.Complete), storable(op.Undoes),
			storable(op.Continues), op.CreatedAt.UnixMilli(), maybeMillis(op.StartedAt), maybeMillis(op.EndedAt), maybeMillis(op.WaitingUntil),
			storable(op.Why), storable(op.Said))
		if err != nil {
			return err
		}
		return itemInsertion().into(ctx, tx, len(items), func(to []any, i int) ([]any, error) {
			return itemValues(append(to, op.ID), &items[i])
		})
	})
	if err != nil {
		return fmt.Errorf("add the operation %s: %w", op.ID, err)
	}
	return nil
}

// Operation returns one with its counts; false if there is none that visible
// may see.
func (s *Store) Operation(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Operation, bool, error) {
	w := operationsWhere(visible)
	w.and("id = " + w.bind(storable(id)))
	op, err := scanOperation(s.db.QueryRowContext(ctx, selectOperations()+w.String(), w.args...))
	if errors.Is(err, sql.ErrNoRows) {
		return ghpkg.Operation{}, false, nil
	}
	if err != nil {
		return ghpkg.Operation{}, false, fmt.Errorf("read the operation: %w", err)
	}
	return op, true, nil
}

// Operations returns a page of those that visible may see and q selects, with
// their counts, the newest first, and how many there are.
func (s *Store) Operations(
	ctx context.Context, visible ghpkg.VisibleTo, q ghpkg.OperationQuery,
) ([]ghpkg.Operation, int, error) {
	w := operationsWhere(visible)
	if q.State != "" {
		w.and("state = " + w.bind(storable(string(q.State))))
	}
	if q.Follows != "" {
		w.and("(undoes = " + w.bind(storable(q.Follows)) + " OR continues = " + w.bind(storable(q.Follows)) + ")")
	}
	const from, order = " FROM operations", " ORDER BY created_at DESC, id DESC"
	var total int
	if err := s.db.QueryRowContext(ctx, "SELECT COUNT(*)"+from+w.String(), w.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count operations: %w", err)
	}
	// The page is found before anything is counted: for its operations only.
	page := "SELECT id" + from + w.String() + order + " LIMIT " + w.bind(max(q.Limit, 0)) + " OFFSET " + w.bind(max(q.Offset, 0))
	ops, err := s.operations(ctx, selectOperations()+" WHERE id IN ("+page+")"+order, w.args...)
	return ops, total, err
}

// UnfinishedOperations returns the viewer's running, waiting and paused ones
// with their counts, the first started first.
func (s *Store) UnfinishedOperations(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error) {
	return s.operations(ctx, selectOperations()+`
		WHERE actor_id = $1 AND state IN ('running', 'waiting', 'paused') ORDER BY started_at, id`, viewerID)
}

// operationsWhere selects what v may see: one's own operations, and all if v
// may see everything. That it touches an organization opens no operation.
func operationsWhere(v ghpkg.VisibleTo) *where {
	w := &where{}
	switch {
	case v.All:
	case v.ActorID != 0:
		w.and("actor_id = " + w.bind(v.ActorID))
	default:
		w.and("1 = 0")
	}
	return w
}

func (s *Store) operations(ctx context.Context, query string, args ...any) ([]ghpkg.Operation, error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read operations: %w", err)
	}
	return collect(rows, "read operations", scanOperation)
}

func scanOperation(row scanner) (ghpkg.Operation, error) {
	var op ghpkg.Operation
	var complete, created, started, ended, waiting int64
	to := []any{
		&op.ID, &op.Actor.ID, &op.Actor.Login, &op.Actor.ProxyUser, &op.Session, &op.Action, &op.State, &op.Reason, &op.From,
		&op.Source, &complete, &op.Undoes, &op.Continues, &created, &started, &ended, &waiting, &op.Why, &op.Said,
	}
	states := ghpkg.ItemStates()
	counts := make([]int, len(states))
	for i := range counts {
		to = append(to, &counts[i])
	}
	if err := row.Scan(append(to, &op.Whole)...); err != nil {
		return ghpkg.Operation{}, err
	}
	op.Complete, op.CreatedAt = complete != 0, fromMillis(created)
	op.StartedAt, op.EndedAt, op.WaitingUntil = maybeTime(started), maybeTime(ended), maybeTime(waiting)
	op.Counts = ghpkg.ItemCounts{}
	for i, n := range counts {
		if n > 0 {
			op.Counts[states[i]] = n
		}
	}
	return op, nil
}

// A moment that is not known, or never was, is kept as 0.

func maybeMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func maybeTime(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return fromMillis(ms)
}
