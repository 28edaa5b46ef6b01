package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// vanishedKept is how long a package is remembered after GitHub last listed
// it: the window for restoring it, and a day for what is not known exactly.
const vanishedKept = ghpkg.RestoreWindow + 24*time.Hour

// AddVanished notes packages that GitHub no longer lists to the viewer. One
// that is noted already was noticed the first time, unless it was seen again
// in between.
func (s *Store) AddVanished(ctx context.Context, viewerID int64, all []ghpkg.Vanished) error {
	columns := packageFacts().columns
	query := `INSERT INTO inventory_vanished (viewer_id, item_id, last_seen, noticed, ` + strings.Join(columns, ", ") + `)
		VALUES (` + places(1, 4+len(columns)) + `) ON CONFLICT (viewer_id, package_type, item_id) DO UPDATE SET
		last_seen = CASE WHEN excluded.last_seen > inventory_vanished.last_seen
			THEN excluded.last_seen ELSE inventory_vanished.last_seen END,
		noticed = CASE WHEN excluded.last_seen > inventory_vanished.noticed OR excluded.noticed < inventory_vanished.noticed
			THEN excluded.noticed ELSE inventory_vanished.noticed END`
	for _, column := range columns {
		query += ", " + column + " = excluded." + column
	}
	// In one order, so that two sessions of the viewer do not wait for each other.
	all = slices.SortedFunc(slices.Values(all), func(a, b ghpkg.Vanished) int {
		return cmp.Or(cmp.Compare(a.Package.Type, b.Package.Type), cmp.Compare(a.Package.ID, b.Package.ID))
	})
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for i := range all {
			v := &all[i]
			args, err := packageValues([]any{viewerID, v.Package.ID, v.LastSeen.UnixMilli(), v.Noticed.UnixMilli()}, &v.Package)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note vanished packages: %w", err)
	}
	return nil
}

// Vanished returns the owner's packages that vanished for the viewer, the last
// noticed first. Those that GitHub listed for the last time more than 31 days
// before now are past restoring, and left out.
func (s *Store) Vanished(ctx context.Context, viewerID int64, owner ghpkg.Owner, now time.Time) ([]ghpkg.Vanished, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT item_id, `+strings.Join(packageFacts().columns, ", ")+`, last_seen, noticed FROM inventory_vanished
		WHERE viewer_id = $1 AND owner_key = $2 AND owner_kind = $3 AND last_seen >= $4
		ORDER BY noticed DESC, item_id DESC`,
		viewerID, loginKey(owner.Login()), string(owner.Kind()), now.Add(-vanishedKept).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read vanished packages: %w", err)
	}
	return collect(rows, "read vanished packages", func(row scanner) (ghpkg.Vanished, error) {
		var lastSeen, noticed int64
		p, err := scanPackage(row, &lastSeen, &noticed)
		return ghpkg.Vanished{Package: p, LastSeen: fromMillis(lastSeen), Noticed: fromMillis(noticed)}, err
	})
}

// RemoveVanished forgets that a package vanished, because it is there again.
func (s *Store) RemoveVanished(ctx context.Context, viewerID int64, typ ghpkg.Type, packageID int64) error {
	return s.removed(ctx, "forget a vanished package", `
		DELETE FROM inventory_vanished WHERE viewer_id = $1 AND package_type = $2 AND item_id = $3`,
		viewerID, string(typ), packageID)
}

// removed runs one statement that removes rows, which ones and how many does
// not matter.
func (s *Store) removed(ctx context.Context, what, query string, args ...any) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
