package store

import (
	"context"
	"time"
)

// Lease makes holder the one who works on the viewer's operations until then,
// if nobody else is at now; false if somebody is. Who has it renews it.
func (s *Store) Lease(ctx context.Context, viewerID int64, holder string, now, until time.Time) (bool, error) {
	return s.changed(ctx, "take the lease", `
		INSERT INTO operation_leases (viewer_id, holder, held_until) VALUES ($1, $2, $3)
		ON CONFLICT (viewer_id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
		WHERE operation_leases.holder = excluded.holder OR operation_leases.held_until <= $4`,
		viewerID, storable(holder), until.UnixMilli(), now.UnixMilli())
}

// Unlease gives it back.
func (s *Store) Unlease(ctx context.Context, viewerID int64, holder string) error {
	return s.removed(ctx, "give the lease back",
		`DELETE FROM operation_leases WHERE viewer_id = $1 AND holder = $2`, viewerID, storable(holder))
}

// BreakLeases gives all back: for a process that is alone with its database.
func (s *Store) BreakLeases(ctx context.Context) error {
	return s.removed(ctx, "break the leases", `DELETE FROM operation_leases`)
}
