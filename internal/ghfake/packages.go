package ghfake

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func listPackages(c *call) answer {
	if no := c.needScopes("list packages", ghpkg.ScopeReadPackages); no.status != 0 {
		return no
	}
	owner, no := c.account()
	if no.status != 0 {
		return no
	}
	query := c.r.URL.Query()
	typ, err := ghpkg.ParseType(query.Get("package_type"))
	if err != nil {
		return refuse(http.StatusBadRequest, msgInvalidArgument)
	}
	visibility := ghpkg.Visibility(query.Get("visibility"))
	if _, err := ghpkg.ParseVisibility(string(visibility)); err != nil && visibility != "" {
		return refuse(http.StatusBadRequest, msgInvalidArgument) // a guess
	}
	page := c.page()
	if page.size*page.number > listCap {
		return refuse(http.StatusBadRequest, msgListCap)
	}
	// GitHub documents no state here and ignores it.
	items := c.shown(owner, func(p *pkg) bool {
		return p.Type == typ && (visibility == "" || sees(visibility, p))
	})
	return c.paged(page, len(items), owner, func(from, to int) any {
		return c.packageList(items[from:to])
	})
}

// sees applies GitHub's visibility filter: "internal" exists only where
// permissions are granular, elsewhere it is a synonym of "private".
func sees(filter ghpkg.Visibility, p *pkg) bool {
	if filter == ghpkg.Internal && p.Type.RepositoryScoped() {
		filter = ghpkg.Private
	}
	return p.Visibility == filter
}

// shown returns the owner's active packages that the token may see, newest
// first; the order is not documented.
func (c *call) shown(owner account, want func(*pkg) bool) []*pkg {
	var items []*pkg
	for _, p := range c.world.packages {
		if p.DeletedAt.IsZero() && strings.EqualFold(p.Owner, owner.login()) && want(p) && c.shows(p) {
			items = append(items, p)
		}
	}
	slices.SortFunc(items, func(a, b *pkg) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return items
}

// listConflicts lists docker packages that the migration could not move. No
// recording of this answer is public; it follows the documentation.
func listConflicts(c *call) answer {
	if no := c.needScopes("list packages", ghpkg.ScopeReadPackages); no.status != 0 {
		return no // the sentence is a guess
	}
	owner, no := c.account()
	if no.status != 0 {
		return no
	}
	var items []*pkg
	for _, p := range c.world.packages {
		// The documentation asks for read:packages only, so repo hides nothing here.
		if p.Conflict && p.DeletedAt.IsZero() && strings.EqualFold(p.Owner, owner.login()) && c.reads(p) {
			items = append(items, p)
		}
	}
	return ok(c.packageList(items))
}

func getPackage(c *call) answer {
	if no := c.needScopes("get a package", ghpkg.ScopeReadPackages); no.status != 0 {
		return no
	}
	_, p, no := c.readable()
	if no.status != 0 {
		return no
	}
	return ok(c.packageDetail(p))
}

func deletePackage(c *call) answer {
	if no := c.needScopes("delete a package", c.changeScopes(ghpkg.ActionDelete)...); no.status != 0 {
		return no
	}
	p, no := c.mutable()
	if no.status != 0 {
		return no
	}
	if no := mayDeletePackage(p); no.status != 0 {
		return no
	}
	p.DeletedAt = c.now
	return noContent()
}

func restorePackage(c *call) answer {
	if no := c.needScopes("restore a package", c.changeScopes(ghpkg.ActionRestore)...); no.status != 0 {
		return no
	}
	owner, no := c.account()
	if no.status != 0 {
		return no
	}
	p := c.find(owner, ghpkg.Deleted)
	// That it is 404 after 30 days is a guess.
	if p == nil || !c.shows(p) || !c.administers(p) || !c.now.Before(ghpkg.RestorableUntil(p.DeletedAt)) {
		return refuse(http.StatusNotFound, msgPackageNotFound)
	}
	if c.find(owner, ghpkg.Active) != nil {
		return refuse(c.limits.reusedStatus, msgNameReused)
	}
	p.DeletedAt = zeroTime
	p.UpdatedAt = c.now
	return noContent()
}
