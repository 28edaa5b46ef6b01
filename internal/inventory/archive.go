package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// Archive keeps listings over restarts, and what was noticed to be gone.
type Archive interface {
	SavePackages(ctx context.Context, key ghpkg.ListingKey, l ghpkg.Listing[ghpkg.Package]) error
	LoadPackages(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[ghpkg.Package], bool, error)
	SaveVersions(ctx context.Context, key ghpkg.ListingKey, l ghpkg.Listing[lean.Version]) error
	LoadVersions(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[lean.Version], bool, error)
	// TouchListing says that nothing has changed in a listing until asOf.
	TouchListing(ctx context.Context, key ghpkg.ListingKey, asOf time.Time) error
	// ExpireListings makes all listings that show a package, or its versions, too old to be shown.
	// The other replicas find it in ChangesSince.
	ExpireListings(ctx context.Context, ref ghpkg.Ref, replica string) error
	// LastChange returns the number of the last change, through whichever replica.
	LastChange(ctx context.Context) (int64, error)
	// ChangesSince returns what was changed through other replicas after the
	// change number since, and the number of the last change.
	ChangesSince(ctx context.Context, since int64, replica string) (changed []ghpkg.Ref, last int64, err error)
	ForgetListings(ctx context.Context, viewer string) error
	// Looked returns what was kept of deleted versions under the key's LastSeen.
	Looked(ctx context.Context, viewerID int64, owner ghpkg.Owner) ([]ghpkg.Looked, error)
	AddVanished(ctx context.Context, viewerID int64, gone []ghpkg.Vanished) error
	Vanished(ctx context.Context, viewerID int64, owner ghpkg.Owner, now time.Time) ([]ghpkg.Vanished, error)
	// RemoveVanished forgets that a package vanished, because it is there again.
	RemoveVanished(ctx context.Context, viewerID int64, typ ghpkg.Type, packageID int64) error
	// Sweep removes listings that nobody has looked at for long.
	Sweep(ctx context.Context, now, olderThan time.Time) error
}

// kept is a keeper that keeps nothing.
type kept[T any] struct{}

func (kept[T]) restore(context.Context, ghpkg.ListingKey) (none ghpkg.Listing[T], ok bool) { return }

func (kept[T]) arrived(context.Context, ghpkg.ListingKey, Eyes, ghpkg.Listing[T], *ghpkg.Listing[T]) {
}

func (kept[T]) same(T, T) bool { return false }

func (kept[T]) outdate(context.Context, ghpkg.ListingKey) {}

// keptPackages keeps listings of packages, and notices which vanished.
type keptPackages struct{ *Inventory }

func (k keptPackages) restore(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[ghpkg.Package], bool) {
	l, ok, err := k.Archive.LoadPackages(ctx, key)
	return l, ok && k.worked(ctx, "load packages", err)
}

func (k keptPackages) arrived(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, now ghpkg.Listing[ghpkg.Package], last *ghpkg.Listing[ghpkg.Package]) {
	k.returned(ctx, key.Owner, eyes, now)
	unchanged := last != nil && slices.EqualFunc(last.Items, now.Items, k.same) && slices.Equal(last.Notices, now.Notices)
	if unchanged {
		k.worked(ctx, "touch a listing", k.Archive.TouchListing(ctx, key, now.AsOf))
	} else {
		k.worked(ctx, "save packages", k.Archive.SavePackages(ctx, key, now))
	}
	if now.Complete() && key.Visibility == "" {
		k.compare(ctx, key, eyes, now, unchanged)
	}
}

func (k keptPackages) outdate(ctx context.Context, key ghpkg.ListingKey) { k.tooOld(ctx, key) }

func (keptPackages) same(a, b ghpkg.Package) bool { return samePackage(a, b) }

// keptVersions keeps listings of versions.
type keptVersions struct{ *Inventory }

func (k keptVersions) restore(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[lean.Version], bool) {
	l, ok, err := k.Archive.LoadVersions(ctx, key)
	return l, ok && k.worked(ctx, "load versions", err)
}

func (k keptVersions) arrived(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, now ghpkg.Listing[lean.Version], last *ghpkg.Listing[lean.Version]) {
	k.noteLook(ctx, key, eyes.ViewerID, now)
	if last != nil && slices.EqualFunc(last.Items, now.Items, k.same) && slices.Equal(last.Notices, now.Notices) {
		k.worked(ctx, "touch a listing", k.Archive.TouchListing(ctx, key, now.AsOf))
		return
	}
	k.worked(ctx, "save versions", k.Archive.SaveVersions(ctx, key, now))
}

func (keptVersions) same(a, b lean.Version) bool { return lean.Same(a, b) }

func (k keptVersions) outdate(ctx context.Context, key ghpkg.ListingKey) { k.tooOld(ctx, key) }

// tooOld makes a listing in the archive too old to be shown.
func (i *Inventory) tooOld(ctx context.Context, key ghpkg.ListingKey) {
	i.worked(ctx, "outdate a listing", i.Archive.TouchListing(ctx, key, time.UnixMilli(0)))
}

func (i *Inventory) expire(ctx context.Context, ref ghpkg.Ref) {
	i.worked(ctx, "expire listings", i.Archive.ExpireListings(ctx, ref, i.others.replica))
}

func (i *Inventory) forget(ctx context.Context, session string) {
	i.worked(ctx, "forget listings", i.Archive.ForgetListings(ctx, session))
}

// worked logs a failure of the archive, without which everything but a restart
// goes as well.
func (i *Inventory) worked(ctx context.Context, what string, err error) bool {
	if err != nil && i.life.Err() == nil {
		i.Log.WarnContext(ctx, "the inventory's archive failed", "what", what, "error", err)
	}
	return err == nil
}

func samePackage(a, b ghpkg.Package) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Visibility == b.Visibility && a.HTMLURL == b.HTMLURL &&
		a.UpdatedAt.Equal(b.UpdatedAt) && a.CreatedAt.Equal(b.CreatedAt) &&
		equal(a.VersionCount, b.VersionCount) && equal(a.Repository, b.Repository)
}

// equal compares what two pointers point to.
func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
