package ghfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func listVersions(c *call) answer {
	if no := c.needScopes("get a package's versions", ghpkg.ScopeReadPackages); no.status != 0 {
		return no
	}
	owner, p, no := c.readable()
	if no.status != 0 {
		return no
	}
	state := ghpkg.Active
	if _, foreign := c.vars["username"]; !foreign {
		// GitHub documents no state below /users; that it is ignored there is a guess.
		var err error
		if state, err = ghpkg.ParseState(c.r.URL.Query().Get("state")); err != nil {
			return refuse(http.StatusBadRequest, msgInvalidArgument) // a guess
		}
	}
	if state == ghpkg.Deleted && !c.administers(p) {
		// A guess: readers cannot restore, so nothing is shown to them.
		return c.paged(c.page(), 0, owner, func(_, _ int) any { return []versionJSON{} })
	}
	items := c.versionsIn(p, state)
	return c.paged(c.page(), len(items), owner, func(from, to int) any {
		return c.versionList(p, items[from:to])
	})
}

// versionsIn returns the versions in a state, newest first. Deleted ones are
// there for as long as they can be restored.
func (c *call) versionsIn(p *pkg, state ghpkg.State) []*Version {
	var items []*Version
	for _, v := range p.versions {
		late := state == ghpkg.Deleted && !c.now.Before(ghpkg.RestorableUntil(v.DeletedAt))
		if stateOf(v.DeletedAt) == state && !late {
			items = append(items, v)
		}
	}
	slices.SortFunc(items, func(a, b *Version) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return items
}

// version finds the version that the route names in the wanted state.
func (c *call) version(p *pkg, state ghpkg.State) (*Version, answer) {
	id, err := strconv.ParseInt(c.vars["package_version_id"], 10, 64)
	i := slices.IndexFunc(p.versions, func(v *Version) bool { return v.ID == id && stateOf(v.DeletedAt) == state })
	if err != nil || i < 0 {
		return nil, refuse(http.StatusNotFound, msgVersionNotFound)
	}
	return p.versions[i], answer{}
}

func getVersion(c *call) answer {
	if no := c.needScopes("get a package version", ghpkg.ScopeReadPackages); no.status != 0 {
		return no
	}
	_, p, no := c.readable()
	if no.status != 0 {
		return no
	}
	v, no := c.version(p, ghpkg.Active)
	if no.status != 0 {
		return no
	}
	return ok(c.versionJSON(p, v))
}

func deleteVersion(c *call) answer {
	if no := c.needScopes("delete a package version", c.changeScopes(ghpkg.ActionDelete)...); no.status != 0 {
		return no
	}
	p, no := c.mutable()
	if no.status != 0 {
		return no
	}
	v, no := c.version(p, ghpkg.Active)
	if no.status != 0 {
		return no
	}
	if no := mayDeleteVersion(p, v); no.status != 0 {
		return no
	}
	v.DeletedAt, p.UpdatedAt = c.now, c.now
	return noContent()
}

func restoreVersion(c *call) answer {
	if no := c.needScopes("restore a package version", c.changeScopes(ghpkg.ActionRestore)...); no.status != 0 {
		return no
	}
	p, no := c.mutable()
	if no.status != 0 {
		return no
	}
	v, no := c.version(p, ghpkg.Deleted)
	if no.status != 0 {
		return no
	}
	if !c.now.Before(ghpkg.RestorableUntil(v.DeletedAt)) {
		return refuse(http.StatusNotFound, msgVersionNotFound) // a guess
	}
	if p.active(v.Name) {
		return refuse(c.limits.reusedStatus, msgVersionReused)
	}
	p.revive(v)
	v.UpdatedAt, p.UpdatedAt = c.now, c.now
	return noContent()
}

// active reports whether a version of that name is there.
func (p *pkg) active(name string) bool {
	return slices.ContainsFunc(p.versions, func(v *Version) bool { return v.DeletedAt.IsZero() && v.Name == name })
}

// revive brings a version back. That it gets back those tags that no other
// version has taken since is a guess.
func (p *pkg) revive(v *Version) {
	v.DeletedAt = zeroTime
	v.Tags = slices.DeleteFunc(v.Tags, func(tag string) bool {
		return slices.ContainsFunc(p.versions, func(other *Version) bool {
			return other != v && other.DeletedAt.IsZero() && slices.Contains(other.Tags, tag)
		})
	})
}
