package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Totals is how much there is of what is worked on.
type Totals struct {
	Operations map[ghpkg.OperationState]int // each state
	Pending    int                          // items still to be done of those that are running or waiting
	Sessions   int                          // of people who are signed in
	Deliveries map[ghpkg.DeliveryState]int  // of notices that have not arrived; no tests
}

// Totals counts over all viewers, for the metrics.
func (s *Store) Totals(ctx context.Context, now time.Time) (Totals, error) {
	t := Totals{
		Operations: make(map[ghpkg.OperationState]int),
		Deliveries: map[ghpkg.DeliveryState]int{ghpkg.DeliveryPending: 0, ghpkg.DeliveryDead: 0},
	}
	for _, state := range ghpkg.OperationStates() {
		t.Operations[state] = 0
	}
	err := errors.Join(
		countStates(ctx, s, `SELECT state, COUNT(*) FROM operations GROUP BY state`, t.Operations),
		countStates(ctx, s, `SELECT state, COUNT(*) FROM notice_deliveries WHERE state <> 'done' AND event <> 'ping' GROUP BY state`, t.Deliveries),
	)
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

// countStates writes how many there are of each state into counts.
func countStates[T ~string](ctx context.Context, s *Store, query string, counts map[T]int) error {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("count states: %w", err)
	}
	_, err = collect(rows, "count states", func(row scanner) (n int, err error) {
		var state T
		err = row.Scan(&state, &n)
		counts[state] = n
		return n, err
	})
	return err
}
