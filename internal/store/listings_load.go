package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// load reads a listing whole or not at all. A save that comes between its two
// questions changes the revision, and it asks again.
func load[T any](ctx context.Context, s *Store, kind facts[T], key ghpkg.ListingKey) (ghpkg.Listing[T], bool, error) {
	var none ghpkg.Listing[T]
	var before heldListing
	query := `SELECT f.item_id, f.` + strings.Join(kind.columns, ", f.") + `
		FROM inventory_listings l JOIN inventory_sightings s ON s.listing_id = l.id
		JOIN ` + kind.table + ` f ON f.item_id = s.item_id AND f.digest = s.digest
		WHERE l.id = $1 AND l.revision = $2 ORDER BY s.item_id DESC`
	for range listingTries {
		held, ok, err := s.listing(ctx, key)
		if !ok || err != nil {
			return none, false, err
		}
		if held.id == before.id && held.revision == before.revision {
			// It misses facts, and nobody is about to change that: the next save starts anew.
			return none, false, s.removed(ctx, "remove a broken listing",
				`DELETE FROM inventory_listings WHERE id = $1 AND revision = $2`, held.id, held.revision)
		}
		before = held
		rows, err := s.db.QueryContext(ctx, query, held.id, held.revision)
		if err != nil {
			return none, false, fmt.Errorf("read the listing: %w", err)
		}
		items, err := collect(rows, "read the listing", kind.scan)
		if err != nil {
			return none, false, err
		}
		if len(items) == held.items {
			return ghpkg.Listing[T]{Items: items, AsOf: held.asOf, Notices: held.notices}, true, nil
		}
	}
	return none, false, nil // rather nothing than a part
}
