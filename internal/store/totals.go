package store

import (
	"context"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Totals is how much there is of what is worked on.
type Totals struct {
	Operations map[ghpkg.OperationState]int // each state
	Pending    int                          // items still to be done of those that are running or waiting
	Sessions   int                          // of people who are signed in
}

// Totals counts over all viewers, for the metrics.
func (s *Store) Totals(ctx context.Context, now time.Time) (Totals, error) {
	t := Totals{Operations: make(map[ghpkg.OperationState]int)}
	for _, state := range ghpkg.OperationStates() {
		t.Operations[state] = 0
	}
	rows, err := s.db.QueryContext(ctx, `SELECT state, COUNT(*) FROM operations GROUP BY state`)
	if err != nil {
		return Totals{}, fmt.Errorf("count operations: %w", err)
	}
	_, err = collect(rows, "count operations", func(row scanner) (n int, err error) {
		var state ghpkg.OperationState
		err = row.Scan(&state, &n)
		t.Operations[state] = n
		return n, err
	})
	if err != nil {
		return Totals{}, err
	}
	err = s.db.QueryRowContext(ctx, `SELECT
		(SELECT COUNT(*) FROM operation_items WHERE state = 'pending'
			AND operation_id IN (SELECT id FROM operations WHERE `+atWork+`)),
		(SELECT COUNT(*) FROM sessions WHERE viewer_id <> 0 AND expires_at > $1 AND NOT `+sessionDetached+`)`, now.UnixMilli()).Scan(&t.Pending, &t.Sessions)
	if err != nil {
		return Totals{}, fmt.Errorf("count what is pending: %w", err)
	}
	return t, nil
}
