package handlers

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// named is one item that was selected by its address.
type named struct {
	path link.Path
	item *ghpkg.OperationItem // where what is found out about it goes
}

// selectionsAtOnce is how many packages and owners are looked into at the same time.
const selectionsAtOnce = 4

// selectItems returns what addresses name, as the viewer's own listings show
// it: nobody can name what they are not shown.
func (h *edge) selectItems(ctx context.Context, s *auth.Session, action ghpkg.Action, addresses []string) (operations.Selection, error) {
	sel := operations.Selection{Complete: true, Items: make([]ghpkg.OperationItem, len(addresses))}
	whole, parts := map[ghpkg.Owner][]named{}, map[ghpkg.Ref][]named{}
	for n, address := range addresses {
		p, err := itemPath(address)
		if err != nil {
			return sel, err
		}
		if p.Version.ID() == 0 {
			whole[p.Ref.Owner()] = append(whole[p.Ref.Owner()], named{p, &sel.Items[n]})
			continue
		}
		parts[p.Ref] = append(parts[p.Ref], named{p, &sel.Items[n]})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(selectionsAtOnce)
	for owner, some := range whole {
		group.Go(func() error { return h.namedPackages(ctx, s, action, owner, some) })
	}
	var facts sync.Mutex
	for ref, some := range parts {
		group.Go(func() error {
			known, err := h.namedVersions(ctx, s, action, ref, some)
			if err == nil && action == ghpkg.ActionDelete {
				facts.Lock()
				defer facts.Unlock()
				sel.Facts = append(sel.Facts, known)
			}
			return err
		})
	}
	return sel, group.Wait()
}

// namedPackages finds packages of an owner as a whole.
func (h *edge) namedPackages(ctx context.Context, s *auth.Session, action ghpkg.Action, owner ghpkg.Owner, some []named) error {
	active, err := h.Inventory.Packages(ctx, h.eyes(s), owner, ghpkg.Query{})
	if err != nil {
		return err
	}
	all, _, err := h.gonePackages(ctx, s, owner, active)
	if err != nil {
		return err
	}
	there, gone, taken := map[name]ghpkg.Package{}, lastGone(all), namesTaken(active)
	for _, p := range active.Items {
		there[nameOf(p)] = p
	}
	for _, n := range some {
		ref := n.path.Ref
		key := nameOf(ghpkg.Package{Owner: owner, Type: ref.Type(), Name: ref.Name()})
		p, isThere := there[key]
		g, isGone := gone[key]
		switch {
		case isGone && action == ghpkg.ActionRestore:
			*n.item = goneItem(g, taken)
			continue
		case isGone && !isThere:
			*n.item = goneItem(g, taken)
			n.item.Check = ghpkg.CheckGone
			continue
		case !isThere: // GitHub may show it: it is new, or beyond what is listed
			if p, err = h.Inventory.Package(ctx, h.eyes(s), ref); err != nil {
				return err
			}
		}
		*n.item = packageItem(p)
		if action == ghpkg.ActionRestore {
			n.item.Check = ghpkg.CheckThere
		}
	}
	return nil
}

// lastGone are deleted packages by their names; of one that was deleted twice,
// the last.
func lastGone(all []gonePackage) map[name]gonePackage {
	gone := make(map[name]gonePackage, len(all))
	for _, g := range all {
		if known, ok := gone[nameOf(g.pkg)]; !ok || g.at.After(known.at) {
			gone[nameOf(g.pkg)] = g
		}
	}
	return gone
}

// namedVersions finds versions of a package, and says what else it has.
func (h *edge) namedVersions(ctx context.Context, s *auth.Session, action ghpkg.Action, ref ghpkg.Ref, some []named) (ghpkg.PackageFacts, error) {
	state := ghpkg.Active
	if action == ghpkg.ActionRestore {
		state = ghpkg.Deleted
	}
	p, listing, err := h.packageAndVersions(ctx, s, ref, state)
	if err != nil {
		return ghpkg.PackageFacts{}, err
	}
	listed := byID(listing)
	for _, n := range some {
		if v, ok := listed[n.path.Version.ID()]; ok {
			*n.item = versionItem(p, v)
		} else if *n.item, err = h.unlistedVersion(ctx, s, action, p, n.path.Version); err != nil {
			return ghpkg.PackageFacts{}, err
		}
	}
	return factsOf(ref, listing), nil
}

// unlistedVersion finds a version that is not where it is looked for: it is
// newer than the listing, or has become what the action would make of it.
func (h *edge) unlistedVersion(ctx context.Context, s *auth.Session, action ghpkg.Action, p ghpkg.Package, at ghpkg.VersionRef) (ghpkg.OperationItem, error) {
	state, check := ghpkg.Active, ghpkg.CheckThere
	if action == ghpkg.ActionDelete {
		v, err := h.GitHub.Registry(s).Version(ctx, at)
		if err == nil || fault.KindOf(err) != fault.NotFound {
			return versionItem(p, v), err
		}
		state, check = ghpkg.Deleted, ghpkg.CheckGone
	}
	listing, err := h.Inventory.Versions(ctx, h.eyes(s), at.Package(), state)
	if err != nil {
		return ghpkg.OperationItem{}, err
	}
	for _, v := range listing.Items {
		if v.ID == at.ID() {
			item := versionItem(p, v.Full())
			item.Check = check
			return item, nil
		}
	}
	return ghpkg.OperationItem{}, &fault.Error{Kind: fault.NotFound, Code: fault.CodeNotFound, Op: "handlers.unlistedVersion"}
}

func byID(l *inventory.Versions) map[int64]ghpkg.Version {
	all := make(map[int64]ghpkg.Version, len(l.Items))
	for _, v := range l.Items {
		all[v.ID] = v.Full()
	}
	return all
}
