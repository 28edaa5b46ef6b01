package store

import (
	"context"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// ExpireListings makes all listings that show a package, or its versions, too
// old to be shown: it was changed.
func (s *Store) ExpireListings(ctx context.Context, ref ghpkg.Ref) error {
	_, err := s.db.ExecContext(ctx, `
		UPDATE inventory_listings SET as_of = 0
		WHERE owner_key = $1 AND owner_kind = $2 AND package_type = $3 AND (package_name = '' OR package_name = $4)`,
		loginKey(ref.Owner().Login()), ref.Owner().Kind(), ref.Type(), storable(ref.Name()))
	if err != nil {
		return fmt.Errorf("expire the listings of %s: %w", ref, err)
	}
	return nil
}
