package inventory

import (
	"context"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// compare finds out what has vanished since the viewer's last complete listing,
// in whichever session that was, and makes now the last one. What the viewer
// saw is asked for with no token but the viewer's own.
func (k keptPackages) compare(ctx context.Context, key ghpkg.ListingKey, eyes Eyes, now ghpkg.Listing[ghpkg.Package], unchanged bool) {
	seen := key.LastSeen(eyes.ViewerID)
	if was := k.seen.by(seen, eyes.Session); unchanged && was == eyes.Session {
		k.worked(ctx, "touch what was seen", k.Archive.TouchListing(ctx, seen, now.AsOf))
		return
	}
	last, ok, err := k.Archive.LoadPackages(ctx, seen)
	if !k.worked(ctx, "load what was seen", err) || ok && last.AsOf.After(now.AsOf) {
		return
	}
	if ok {
		k.notice(ctx, eyes, now, last)
	}
	k.worked(ctx, "save what was seen", k.Archive.SavePackages(ctx, seen, now))
}

// mostVanished bounds how many packages of one listing are asked about singly;
// when more are missing at once, it is the viewer's rights that changed.
const mostVanished = 25

// notice finds the packages that were listed before and are no more, asks
// GitHub for each, and remembers those that are gone for this viewer.
func (k keptPackages) notice(ctx context.Context, eyes Eyes, now, last ghpkg.Listing[ghpkg.Package]) {
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
