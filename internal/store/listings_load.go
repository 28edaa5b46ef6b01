package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// load reads a listing whole or not at all. A save that comes between its two
// questions changes the revision, and it asks again.
func load[T any](ctx context.Context, s *Store, kind facts[T], key ghpkg.ListingKey) (ghpkg.Listing[T], bool, error) {
	query := `SELECT f.item_id, f.` + strings.Join(kind.columns, ", f.") + `
		FROM inventory_listings l JOIN inventory_sightings s ON s.listing_id = l.id
		JOIN ` + kind.table + ` f ON f.item_id = s.item_id AND f.digest = s.digest
		WHERE l.id = $1 AND l.revision = $2 ORDER BY s.item_id DESC`
	for range listingTries {
		held, ok, err := s.listing(ctx, key)
		if !ok || err != nil {
			return ghpkg.Listing[T]{}, false, err
		}
		rows, err := s.db.QueryContext(ctx, query, held.id, held.revision)
		if err != nil {
			return ghpkg.Listing[T]{}, false, fmt.Errorf("read the listing: %w", err)
		}
		items, err := collect(rows, "read the listing", kind.scan)
		if err != nil {
			return ghpkg.Listing[T]{}, false, err
		}
		if len(items) == held.items {
			return ghpkg.Listing[T]{Items: items, AsOf: held.asOf, Notices: held.notices}, true, nil
		}
	}
	return ghpkg.Listing[T]{}, false, nil // rather nothing than a part
}

// ForgetListings removes what was listed to a viewer, at the end of the
// session. What nobody is shown any more goes with the next Sweep.
func (s *Store) ForgetListings(ctx context.Context, viewer string) error {
	return s.removed(ctx, "forget the listings", `DELETE FROM inventory_listings WHERE viewer = $1`, storable(viewer))
}

// factsSpared is how long facts are kept that no listing shows: a save that is
// on its way may be about to show them.
const factsSpared = time.Hour

// Sweep removes listings that GitHub last confirmed before olderThan, the
// facts that no listing shows any more, and vanished packages that cannot be
// restored any more. It is to be called every hour or so.
func (s *Store) Sweep(ctx context.Context, now, olderThan time.Time) error {
	const sweep = "sweep the inventory"
	err := s.removed(ctx, sweep, `DELETE FROM inventory_listings WHERE as_of < $1`, olderThan.UnixMilli())
	if err != nil {
		return err
	}
	err = s.removed(ctx, sweep, `DELETE FROM inventory_vanished WHERE last_seen < $1`, now.Add(-vanishedKept).UnixMilli())
	if err != nil {
		return err
	}
	for _, table := range []string{packageFacts().table, versionFacts().table} {
		err := s.removed(ctx, sweep, `DELETE FROM `+table+` WHERE kept_at < $1 AND digest IN (
			SELECT digest FROM `+table+` EXCEPT SELECT digest FROM inventory_sightings)`, now.Add(-factsSpared).UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}
