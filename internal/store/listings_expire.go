package store

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// ExpireListings makes all listings that show a package, or its versions, too
// old to be shown: it was changed.
func (s *Store) ExpireListings(ctx context.Context, ref ghpkg.Ref) error {
	return s.removed(ctx, "expire listings", `
		UPDATE inventory_listings SET as_of = 0
		WHERE owner_key = $1 AND owner_kind = $2 AND package_type = $3 AND (package_name = '' OR package_name = $4)`,
		loginKey(ref.Owner().Login()), ref.Owner().Kind(), ref.Type(), storable(ref.Name()))
}
