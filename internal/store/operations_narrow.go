package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// SetChecks says anew what is expected of some items of a draft, by their Seq.
func (s *Store) SetChecks(ctx context.Context, id string, checks map[int]ghpkg.ItemCheck) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		draft, err := holdOperation(ctx, tx, id, ghpkg.OperationDraft)
		if !draft || err != nil {
			return err
		}
		for seq, check := range checks {
			if _, err := tx.ExecContext(ctx, `UPDATE operation_items SET expected = $3 WHERE operation_id = $1 AND seq = $2`,
				storable(id), seq, string(check)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set the checks of the operation: %w", err)
	}
	return nil
}
