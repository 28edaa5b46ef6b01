// Package inventory is the local index of what GitHub listed to each viewer. It
// answers tables from it: searched, sorted and paged over the whole set, which
// GitHub's API cannot do; and it notices what is gone.
//
// Nobody sees through another's eyes: a listing is found only by the session to
// which GitHub gave it. A table is served at once from what was listed up to
// five minutes ago, and GitHub is asked behind it when that is older than a
// minute (GitHub's own Cache-Control says as much); what is older waits for
// GitHub. Listings survive a restart in the archive.
package inventory

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// Source is GitHub as one viewer sees it.
type Source interface {
	// PackagePages lists one type of an owner's packages page by page.
	PackagePages(ctx context.Context, owner ghpkg.Owner, typ ghpkg.Type, visibility ghpkg.Visibility, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error)
	// VersionPages lists a package's versions page by page.
	VersionPages(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error)
	// Package asks for one package.
	Package(ctx context.Context, ref ghpkg.Ref) (ghpkg.Package, error)
}

// Memberships is GitHub as far as it knows where a viewer belongs.
type Memberships interface {
	Memberships(ctx context.Context) (ghpkg.Listing[ghpkg.Membership], error)
}

// Eyes are who is looking: a session, which has one token, and GitHub through it.
type Eyes struct {
	Session  string
	ViewerID int64
	Source   Source
}

// Options are an Inventory's settings; zero values mean the defaults.
type Options struct {
	Fresh   time.Duration    // how long a listing is served unasked; default a minute
	Rights  time.Duration    // how long it is served while GitHub is asked behind it; default five minutes
	Stale   time.Duration    // how long it is shown when GitHub cannot be asked; default an hour
	Wait    time.Duration    // how long a request waits before it shows what is there; default 8 s
	Timeout time.Duration    // how long a listing may take in all; default two minutes
	MaxRows int              // rows kept in memory over all viewers; default 400,000
	Idle    time.Duration    // how long a session keeps what it was shown in memory without a look; default 12 hours, as long as it lives
	Budget  int              // calls an hour that looking into the bin may take of a viewer's; default 500, a tenth
	Now     func() time.Time // default time.Now
	Log     *slog.Logger     // default slog.Default()
	Archive Archive          // keeps listings over restarts; nil: nothing does
}

// Inventory is safe for use by several goroutines.
type Inventory struct {
	Options

	packages *shelf[ghpkg.Package]
	versions *shelf[lean.Version]
	details  *shelf[ghpkg.Package] // each of one package
	owners   *shelf[ghpkg.Membership]
	joined   *joins
	united   *unions
	sweeps   *sweeps
	gone     *vanished
	seen     *seenBy
	counts   *counts
	looks    *looks
	others   *others

	life context.Context // of background work; ends with Close
	end  context.CancelFunc
	work sync.WaitGroup
}

// New returns an inventory that begins with what the archive has.
func New(o Options) *Inventory {
	set(&o.Fresh, time.Minute)
	set(&o.Rights, 5*time.Minute)
	set(&o.Stale, time.Hour)
	set(&o.Wait, 8*time.Second)
	set(&o.Timeout, 2*time.Minute)
	set(&o.MaxRows, 400_000)
	set(&o.Idle, 12*time.Hour)
	set(&o.Budget, 500)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	swept := o.Archive != nil
	if !swept {
		o.Archive = noArchive{}
	}
	i := &Inventory{Options: o, joined: newJoins(o.MaxRows / 2), united: newUnions(o.MaxRows / 4), sweeps: newSweeps(), gone: newVanished(), seen: newSeenBy(), counts: newCounts(), looks: &looks{last: map[string]time.Time{}}, others: &others{replica: rand.Text()}}
	i.life, i.end = context.WithCancel(context.Background())
	i.packages = newShelf[ghpkg.Package](i, keptPackages{i})
	i.versions = newShelf[lean.Version](i, keptVersions{i})
	i.details = newShelf[ghpkg.Package](i, kept[ghpkg.Package]{})
	i.owners = newShelf[ghpkg.Membership](i, kept[ghpkg.Membership]{})
	if swept {
		i.work.Go(i.sweepArchive)
	}
	return i
}

func set[T comparable](option *T, standard T) {
	var zero T
	if *option == zero {
		*option = standard
	}
}

// Versions returns a package's versions in one state, as eyes see them.
func (i *Inventory) Versions(ctx context.Context, eyes Eyes, ref ghpkg.Ref, state ghpkg.State) (*Versions, error) {
	i.lookAround(ctx)
	v := i.versions.get(ctx, versionsKey(eyes, ref, state), eyes, versionsOf(eyes, ref, state))
	seen, err := i.versions.show(ctx, v)
	if err != nil {
		return nil, err
	}
	derive := func(l ghpkg.Listing[lean.Version]) any { return NewVersions(l, ref.Type(), state) }
	if seen.whole != nil {
		versions := seen.whole.derive(derive).(*Versions)
		if state == ghpkg.Active {
			i.counts.note(eyes.Session, ref, versions)
		}
		return versions, nil
	}
	return NewVersions(seen.listing, ref.Type(), state), nil
}

func versionsKey(eyes Eyes, ref ghpkg.Ref, state ghpkg.State) ghpkg.ListingKey {
	return ghpkg.ListingKey{Viewer: eyes.Session, Owner: ref.Owner(), Type: ref.Type(), Name: ref.Name(), State: state}
}

func versionsOf(eyes Eyes, ref ghpkg.Ref, state ghpkg.State) fetcher[lean.Version] {
	return func(ctx context.Context, yield func([]lean.Version)) ([]ghpkg.Notice, error) {
		return eyes.Source.VersionPages(ctx, ref, state, func(page []ghpkg.Version) { yield(lean.All(page)) })
	}
}

// Package returns one package as eyes see it.
func (i *Inventory) Package(ctx context.Context, eyes Eyes, ref ghpkg.Ref) (ghpkg.Package, error) {
	i.lookAround(ctx)
	v := i.details.get(ctx, versionsKey(eyes, ref, ""), eyes, func(ctx context.Context, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		p, err := eyes.Source.Package(ctx, ref)
		if err == nil {
			yield([]ghpkg.Package{p})
		}
		return nil, err
	})
	seen, err := i.details.show(ctx, v)
	if err != nil {
		return ghpkg.Package{}, err
	}
	if len(seen.listing.Items) == 0 {
		return ghpkg.Package{}, &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: "inventory.Package"}
	}
	return seen.listing.Items[0], nil
}

// Memberships returns the owners whose packages eyes may look at.
func (i *Inventory) Memberships(ctx context.Context, eyes Eyes, source Memberships) (ghpkg.Listing[ghpkg.Membership], error) {
	v := i.owners.get(ctx, ghpkg.ListingKey{Viewer: eyes.Session}, eyes, func(ctx context.Context, yield func([]ghpkg.Membership)) ([]ghpkg.Notice, error) {
		all, err := source.Memberships(ctx)
		yield(all.Items)
		return all.Notices, err
	})
	seen, err := i.owners.show(ctx, v)
	return seen.listing, err
}

// Changed makes every viewer's next look at a package, and at its owner's
// packages of that type, ask GitHub: a change shows at once.
func (i *Inventory) Changed(ctx context.Context, ref ghpkg.Ref) {
	i.expire(ctx, ref) // first: what is restored from now on is too old
	i.outdate(ref)
}

// RefreshOwner makes the next look at an owner, and at its bin, ask GitHub.
func (i *Inventory) RefreshOwner(session string, owner ghpkg.Owner) {
	// What is only in the archive yet, after a restart, is outdated with the rest.
	for _, t := range ghpkg.Types() {
		i.packages.place(i.life, ghpkg.ListingKey{Viewer: session, Owner: owner, Type: t})
	}
	its := func(k ghpkg.ListingKey) bool { return k.Viewer == session && k.Owner.Is(owner.Login()) }
	i.packages.outdate(its)
	i.versions.outdate(func(k ghpkg.ListingKey) bool { return its(k) && k.State == ghpkg.Deleted })
}

// RefreshPackage makes the next look at a package ask GitHub.
func (i *Inventory) RefreshPackage(session string, ref ghpkg.Ref) {
	for _, state := range []ghpkg.State{ghpkg.Active, ghpkg.Deleted} {
		i.versions.place(i.life, versionsKey(Eyes{Session: session}, ref, state))
	}
	its := func(k ghpkg.ListingKey) bool {
		return k.Viewer == session && k.Owner == ref.Owner() && k.Type == ref.Type() && k.Name == ref.Name()
	}
	i.versions.outdate(its)
	i.details.outdate(its)
}

// Forget drops all that a session was shown, here and in the archive, when it ends.
func (i *Inventory) Forget(ctx context.Context, session string) {
	i.drop(session)
	i.forget(ctx, session)
}
