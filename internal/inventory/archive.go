package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
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
	ExpireListings(ctx context.Context, ref ghpkg.Ref) error
	ForgetListings(ctx context.Context, viewer string) error
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
	if last != nil && key.Visibility == "" {
		k.notice(ctx, eyes, now, *last)
	}
	if last != nil && slices.EqualFunc(last.Items, now.Items, k.same) && slices.Equal(last.Notices, now.Notices) {
		k.worked(ctx, "touch a listing", k.Archive.TouchListing(ctx, key, now.AsOf))
		return
	}
	k.worked(ctx, "save packages", k.Archive.SavePackages(ctx, key, now))
}

func (k keptPackages) outdate(ctx context.Context, key ghpkg.ListingKey) { k.tooOld(ctx, key) }

func (keptPackages) same(a, b ghpkg.Package) bool { return samePackage(a, b) }

// keptVersions keeps listings of versions.
type keptVersions struct{ *Inventory }

func (k keptVersions) restore(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[lean.Version], bool) {
	l, ok, err := k.Archive.LoadVersions(ctx, key)
	return l, ok && k.worked(ctx, "load versions", err)
}

func (k keptVersions) arrived(ctx context.Context, key ghpkg.ListingKey, _ Eyes, now ghpkg.Listing[lean.Version], last *ghpkg.Listing[lean.Version]) {
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
	i.worked(ctx, "expire listings", i.Archive.ExpireListings(ctx, ref))
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

// mostVanished bounds how many packages of one listing are asked about singly;
// when more are missing at once, it is the viewer's rights that changed.
const mostVanished = 25

// notice finds the packages that were listed before and are no more, asks
// GitHub for each, and remembers those that are gone for this viewer.
func (k keptPackages) notice(ctx context.Context, eyes Eyes, now, last ghpkg.Listing[ghpkg.Package]) {
	if !now.Complete() || !last.Complete() {
		return
	}
	there := make(map[int64]bool, len(now.Items))
	for _, p := range now.Items {
		there[p.ID] = true
	}
	var missing []ghpkg.Package
	for _, p := range last.Items {
		if !there[p.ID] {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 || len(missing) > mostVanished {
		return
	}
	var gone []ghpkg.Vanished
	for _, p := range missing {
		ref, ok := p.Ref()
		if !ok {
			continue
		}
		if found, err := eyes.Source.Package(ctx, ref); fault.KindOf(err) == fault.NotFound && err != nil || err == nil && found.ID != p.ID {
			gone = append(gone, ghpkg.Vanished{Package: p, LastSeen: last.AsOf, Noticed: now.AsOf})
		}
	}
	if len(gone) > 0 && k.worked(ctx, "remember what vanished", k.Archive.AddVanished(ctx, eyes.ViewerID, gone)) {
		k.gone.drop(eyes.ViewerID)
	}
}

// returned forgets of packages that are listed again that they were not.
func (k keptPackages) returned(ctx context.Context, owner ghpkg.Owner, eyes Eyes, now ghpkg.Listing[ghpkg.Package]) {
	vanished, err := k.Vanished(ctx, eyes.ViewerID, owner)
	if err != nil || len(vanished) == 0 {
		return // as nearly always
	}
	for _, v := range vanished {
		if !slices.ContainsFunc(now.Items, func(p ghpkg.Package) bool { return p.ID == v.Package.ID && p.Type == v.Package.Type }) {
			continue
		}
		k.worked(ctx, "forget what vanished", k.Archive.RemoveVanished(ctx, eyes.ViewerID, v.Package.Type, v.Package.ID))
		k.gone.drop(eyes.ViewerID)
	}
}

// Vanished returns the packages of owner that were listed to the viewer once,
// are not any more, and are gone as far as a look at each could tell.
func (i *Inventory) Vanished(ctx context.Context, viewerID int64, owner ghpkg.Owner) ([]ghpkg.Vanished, error) {
	if all, ok := i.gone.get(viewerID, owner, i.Now()); ok {
		return all, nil
	}
	all, err := i.Archive.Vanished(ctx, viewerID, owner, i.Now())
	if err != nil {
		return nil, &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: "inventory.Vanished", Err: err}
	}
	i.gone.put(viewerID, owner, all, i.Now())
	return all, nil
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

func (noArchive) ExpireListings(context.Context, ghpkg.Ref) error { return nil }

func (noArchive) ForgetListings(context.Context, string) error { return nil }

func (noArchive) AddVanished(context.Context, int64, []ghpkg.Vanished) error { return nil }

func (noArchive) Vanished(context.Context, int64, ghpkg.Owner, time.Time) ([]ghpkg.Vanished, error) {
	return nil, nil
}

func (noArchive) RemoveVanished(context.Context, int64, ghpkg.Type, int64) error { return nil }

func (noArchive) Sweep(context.Context, time.Time, time.Time) error { return nil }
