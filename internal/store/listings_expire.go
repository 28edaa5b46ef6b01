package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// ExpireListings makes all listings that show a package, or its versions, too
// old to be shown, and lets other replicas know: it was changed through this one.
func (s *Store) ExpireListings(ctx context.Context, ref ghpkg.Ref, replica string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE inventory_listings SET as_of = 0
			WHERE owner_key = $1 AND owner_kind = $2 AND package_type = $3 AND (package_name = '' OR package_name = $4)
			AND viewer NOT LIKE $5`,
			loginKey(ref.Owner().Login()), ref.Owner().Kind(), ref.Type(), storable(ref.Name()), ghpkg.SeenBy+"%")
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO inventory_revision (id, seq) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET seq = inventory_revision.seq + 1`); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO inventory_changes (seq, at, replica, owner_kind, owner_login, package_type, package_name)
			SELECT seq, CAST($1 AS BIGINT), $2, $3, $4, $5, $6 FROM inventory_revision WHERE id = 1`,
			time.Now().UnixMilli(), replica, string(ref.Owner().Kind()), ref.Owner().Login(), string(ref.Type()), storable(ref.Name()))
		return err
	})
	if err != nil {
		return fmt.Errorf("expire listings: %w", err)
	}
	return nil
}

// LastChange returns the number of the last change.
func (s *Store) LastChange(ctx context.Context) (seq int64, err error) {
	if err := s.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM inventory_revision`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read the last change: %w", err)
	}
	return seq, nil
}

// ChangesSince returns the packages that were changed through other replicas
// after the change number since, and the number of the last change.
func (s *Store) ChangesSince(ctx context.Context, since int64, replica string) (changed []ghpkg.Ref, last int64, err error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT seq, replica, owner_kind, owner_login, package_type, package_name FROM inventory_changes
		WHERE seq > $1 ORDER BY seq`, since)
	if err != nil {
		return nil, 0, fmt.Errorf("read the changes: %w", err)
	}
	last = since
	_, err = collect(rows, "read the changes", func(row scanner) (none struct{}, err error) {
		var by, kind, login, typ, name string
		if err := row.Scan(&last, &by, &kind, &login, &typ, &name); err != nil || by == replica {
			return none, err
		}
		owner, err := ghpkg.NewOwner(ghpkg.OwnerKind(kind), login)
		if err != nil {
			return none, err
		}
		ref, err := ghpkg.NewRef(owner, ghpkg.Type(typ), name)
		changed = append(changed, ref)
		return none, err
	})
	return changed, last, err
}

// changesKept is how long changes are kept: longer than a table is shown
// without GitHub being asked.
const changesKept = 2 * time.Hour

func (s *Store) sweepChanges(ctx context.Context, now time.Time) error {
	return s.removed(ctx, "sweep changes", `DELETE FROM inventory_changes WHERE at < $1`, now.Add(-changesKept).UnixMilli())
}
