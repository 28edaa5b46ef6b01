package inventory

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// noArchive keeps nothing.
type noArchive struct{}

func (noArchive) SavePackages(context.Context, ghpkg.ListingKey, ghpkg.Listing[ghpkg.Package]) error {
	return nil
}

func (noArchive) LoadPackages(context.Context, ghpkg.ListingKey) (l ghpkg.Listing[ghpkg.Package], ok bool, err error) {
	return
}

func (noArchive) SaveVersions(context.Context, ghpkg.ListingKey, ghpkg.Listing[lean.Version]) error {
	return nil
}

func (noArchive) LoadVersions(context.Context, ghpkg.ListingKey) (l ghpkg.Listing[lean.Version], ok bool, err error) {
	return
}

func (noArchive) TouchListing(context.Context, ghpkg.ListingKey, time.Time) error { return nil }

func (noArchive) ExpireListings(context.Context, ghpkg.Ref, string) error { return nil }

func (noArchive) LastChange(context.Context) (int64, error) { return 0, nil }

func (noArchive) ChangesSince(context.Context, int64, string) ([]ghpkg.Ref, int64, error) {
	return nil, 0, nil
}

func (noArchive) ForgetListings(context.Context, string) error { return nil }

func (noArchive) Looked(context.Context, int64, ghpkg.Owner) ([]ghpkg.Looked, error) { return nil, nil }

func (noArchive) AddVanished(context.Context, int64, []ghpkg.Vanished) error { return nil }

func (noArchive) Vanished(context.Context, int64, ghpkg.Owner, time.Time) ([]ghpkg.Vanished, error) {
	return nil, nil
}

func (noArchive) RemoveVanished(context.Context, int64, ghpkg.Type, int64) error { return nil }

func (noArchive) Sweep(context.Context, time.Time, time.Time) error { return nil }
