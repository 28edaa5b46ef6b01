// Package inventory holds for a short while what GitHub listed to each viewer,
// and answers tables from it: filtered, sorted and paged over the whole set,
// which GitHub's API cannot do.
//
// Listings are kept in memory, apart for every session, for a minute, the time
// for which GitHub itself lets its answers be reused (Cache-Control: private,
// max-age=60). Nobody sees through another's eyes: a listing is found only with
// the key under which it was fetched.
package inventory

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Source is GitHub as one viewer sees it.
type Source interface {
	// PackagePages lists one type of an owner's packages page by page.
	PackagePages(ctx context.Context, owner ghpkg.Owner, typ ghpkg.Type, visibility ghpkg.Visibility, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error)
	// VersionPages lists a package's versions page by page.
	VersionPages(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error)
}

// Memberships is GitHub as far as it knows where a viewer belongs.
type Memberships interface {
	Memberships(ctx context.Context) (ghpkg.Listing[ghpkg.Membership], error)
}

// Options are an Inventory's settings; zero values mean the defaults.
type Options struct {
	Fresh   time.Duration    // how long a listing is served unasked; default a minute
	Wait    time.Duration    // how long a request waits before it shows what is there; default 8 s
	Timeout time.Duration    // how long a listing may take in all; default two minutes
	MaxRows int              // rows kept in memory over all viewers; default 400,000
	Now     func() time.Time // default time.Now
}

// Inventory is safe for use by several goroutines.
type Inventory struct {
	options  Options
	packages *shelf[packagesKey, ghpkg.Package]
	versions *shelf[versionsKey, ghpkg.Version]
	owners   *shelf[string, ghpkg.Membership]
	joined   *joins
}

// packagesKey is one listing of packages as one viewer sees it.
type packagesKey struct {
	viewer     string
	owner      ghpkg.Owner
	typ        ghpkg.Type
	visibility ghpkg.Visibility
}

// versionsKey is one listing of versions as one viewer sees it.
type versionsKey struct {
	viewer string
	ref    ghpkg.Ref
	state  ghpkg.State
}

// New returns an empty inventory.
func New(o Options) *Inventory {
	if o.Fresh == 0 {
		o.Fresh = time.Minute
	}
	if o.Wait == 0 {
		o.Wait = 8 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	if o.MaxRows == 0 {
		o.MaxRows = 400_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Inventory{
		options:  o,
		packages: newShelf[packagesKey, ghpkg.Package](o),
		versions: newShelf[versionsKey, ghpkg.Version](o),
		owners:   newShelf[string, ghpkg.Membership](o),
		joined:   newJoins(o.MaxRows / 2),
	}
}

// Packages returns an owner's packages of the given types as viewer, a key
// that is one session's alone, sees them through source, the newest update
// first. All types are listed at once. One type that fails is a notice; if all
// fail, or if the failure is about the owner or the viewer as a whole, it is
// the error. The items are shared: they must not be changed.
func (i *Inventory) Packages(ctx context.Context, viewer string, source Source, owner ghpkg.Owner, q ghpkg.Query) (ghpkg.Listing[ghpkg.Package], error) {
	types := q.Types
	if len(types) == 0 {
		types = ghpkg.Types()
	}
	visibility := listedVisibility(q.Visibility)
	entries := make([]*entry[ghpkg.Package], len(types))
	for n, t := range types {
		key := packagesKey{viewer, owner, t, visibility}
		entries[n] = i.packages.get(ctx, key, func(ctx context.Context, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			return source.PackagePages(ctx, owner, t, visibility, yield)
		})
	}
	ctx, cancel := context.WithTimeout(ctx, i.options.Wait)
	defer cancel()
	return i.joined.get(joinKey{viewer, owner, visibility}, entries, func() (ghpkg.Listing[ghpkg.Package], error) {
		return merge(ctx, types, entries)
	})
}

// listedVisibility is the visibility to ask GitHub for. A package says public
// or private of itself, so those are filtered here; only GitHub can say which
// ones are internal.
func listedVisibility(v ghpkg.Visibility) ghpkg.Visibility {
	if v == ghpkg.Internal {
		return v
	}
	return ""
}

// Versions returns a package's versions in one state, as viewer sees them.
func (i *Inventory) Versions(ctx context.Context, viewer string, source Source, ref ghpkg.Ref, state ghpkg.State) (ghpkg.Listing[ghpkg.Version], error) {
	e := i.versions.get(ctx, versionsKey{viewer, ref, state}, func(ctx context.Context, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
		return source.VersionPages(ctx, ref, state, yield)
	})
	ctx, cancel := context.WithTimeout(ctx, i.options.Wait)
	defer cancel()
	return e.listing(ctx)
}

// Memberships returns the owners whose packages viewer may look at.
func (i *Inventory) Memberships(ctx context.Context, viewer string, source Memberships) (ghpkg.Listing[ghpkg.Membership], error) {
	e := i.owners.get(ctx, viewer, func(ctx context.Context, yield func([]ghpkg.Membership)) ([]ghpkg.Notice, error) {
		all, err := source.Memberships(ctx)
		yield(all.Items)
		return all.Notices, err
	})
	ctx, cancel := context.WithTimeout(ctx, i.options.Wait)
	defer cancel()
	return e.listing(ctx)
}

// Changed forgets what every viewer saw of a package and of its owner's
// packages of that type, so that a change shows at once.
func (i *Inventory) Changed(ref ghpkg.Ref) {
	i.packages.drop(func(k packagesKey) bool {
		return k.typ == ref.Type() && k.owner.Is(ref.Owner().Login())
	})
	i.versions.drop(func(k versionsKey) bool {
		return k.ref.Type() == ref.Type() && k.ref.Name() == ref.Name() && k.ref.Owner().Is(ref.Owner().Login())
	})
}

// RefreshOwner forgets what viewer saw of an owner: the next look asks GitHub.
func (i *Inventory) RefreshOwner(viewer string, owner ghpkg.Owner) {
	i.packages.drop(func(k packagesKey) bool { return k.viewer == viewer && k.owner.Is(owner.Login()) })
}

// RefreshPackage forgets what viewer saw of a package.
func (i *Inventory) RefreshPackage(viewer string, ref ghpkg.Ref) {
	i.versions.drop(func(k versionsKey) bool { return k.viewer == viewer && k.ref == ref })
}

// Forget drops all that viewer saw, when the session ends.
func (i *Inventory) Forget(viewer string) {
	i.packages.drop(func(k packagesKey) bool { return k.viewer == viewer })
	i.versions.drop(func(k versionsKey) bool { return k.viewer == viewer })
	i.owners.drop(func(k string) bool { return k == viewer })
	i.joined.drop(viewer)
}
