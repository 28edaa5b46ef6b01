package store

import (
	"context"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Looked returns into which of an owner's packages the viewer has looked for
// deleted versions, by what was saved under LastSeen.
func (s *Store) Looked(ctx context.Context, viewerID int64, owner ghpkg.Owner) ([]ghpkg.Looked, error) {
	const what = "read looks into packages"
	rows, err := s.db.QueryContext(ctx, `SELECT package_type, package_name, as_of, items FROM inventory_listings
		WHERE viewer = $1 AND owner_key = $2 AND owner_kind = $3 AND state = $4`,
		ghpkg.ListingKey{}.LastSeen(viewerID).Viewer, loginKey(owner.Login()), string(owner.Kind()), string(ghpkg.Deleted))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return collect(rows, what, func(row scanner) (l ghpkg.Looked, err error) {
		var at, items int64
		err = row.Scan(&l.Type, &l.Name, &at, &items)
		l.At, l.Found = fromMillis(at), items > 0
		return l, err
	})
}
