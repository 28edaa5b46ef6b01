package store

import (
	"context"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// countUnfinished is prepared once: every page asks it, and reading the SQL
// costs more than the answer.
const countUnfinished = `SELECT state, COUNT(*) FROM operations
	WHERE actor_id = $1 AND state IN ('running', 'waiting', 'paused') GROUP BY state`

// CountUnfinished returns how many of the viewer's operations are running,
// waiting and paused. Every page asks for it: it is a look into one index.
func (s *Store) CountUnfinished(ctx context.Context, viewerID int64) (map[ghpkg.OperationState]int, error) {
	rows, err := s.unfinished.QueryContext(ctx, viewerID)
	if err != nil {
		return nil, fmt.Errorf("count unfinished operations: %w", err)
	}
	type count struct {
		state ghpkg.OperationState
		n     int
	}
	all, err := collect(rows, "count unfinished operations", func(row scanner) (count, error) {
		var c count
		err := row.Scan(&c.state, &c.n)
		return c, err
	})
	counts := make(map[ghpkg.OperationState]int, len(all))
	for _, c := range all {
		counts[c.state] = c.n
	}
	return counts, err
}
