package ghfake

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// account is the owner that a request is about: a user or an organization.
type account struct {
	user *User
	org  *Org
}

func (a account) login() string {
	if a.org != nil {
		return a.org.Login
	}
	return a.user.Login
}

// account finds the owner in the route's namespace. An organization below
// /users and a user below /orgs are not found; the organization may also be
// closed to this token.
func (c *call) account() (account, answer) {
	notFound := refuse(http.StatusNotFound, "Not Found")
	if login, is := c.vars["org"]; is {
		org := c.world.orgs[strings.ToLower(login)]
		if org == nil {
			return account{}, notFound
		}
		return account{org: org}, c.closed(org)
	}
	if login, is := c.vars["username"]; is {
		user := c.world.users[strings.ToLower(login)]
		if user == nil {
			return account{}, notFound
		}
		return account{user: user}, answer{}
	}
	return account{user: c.viewer}, answer{}
}

// role returns the viewer's role in an organization; empty for outsiders.
func (c *call) role(org string) ghpkg.Role {
	if c.viewer == nil {
		return ""
	}
	return c.world.members[strings.ToLower(org)][strings.ToLower(c.viewer.Login)]
}

// collaborates reports whether the viewer is named on a package of the
// organization without being a member.
func (c *call) collaborates(org string) bool {
	return slices.ContainsFunc(c.world.packages, func(p *pkg) bool {
		return strings.EqualFold(p.Owner, org) && (c.listed(p.Readers) || c.listed(p.Admins))
	})
}

// listed reports whether the viewer is among the logins.
func (c *call) listed(logins []string) bool {
	return slices.ContainsFunc(logins, func(l string) bool { return strings.EqualFold(l, c.viewer.Login) })
}

// administers reports whether the viewer may delete and restore the package.
func (c *call) administers(p *pkg) bool {
	return strings.EqualFold(p.Owner, c.viewer.Login) || c.role(p.Owner) == ghpkg.RoleAdmin || c.listed(p.Admins)
}

// reads reports whether the viewer may see the package at all.
func (c *call) reads(p *pkg) bool {
	if p.Visibility == ghpkg.Public || c.administers(p) || c.listed(p.Readers) {
		return true
	}
	return c.role(p.Owner) != "" && !p.Restricted
}

// shows reports whether GitHub shows the package to this token. Without the
// repo scope it silently hides private packages of repository-scoped
// registries.
func (c *call) shows(p *pkg) bool {
	hidden := p.Type.RepositoryScoped() && p.Visibility != ghpkg.Public && !c.scopes().Has(ghpkg.ScopeRepo)
	return c.reads(p) && !hidden
}

// find returns the package that the route names, in the wanted state. Of
// several deleted ones with the same name it is the one deleted last.
func (c *call) find(owner account, state ghpkg.State) *pkg {
	return c.world.find(owner.login(), ghpkg.Type(c.vars["package_type"]), c.vars["package_name"], state)
}

func (w *world) find(owner string, typ ghpkg.Type, name string, state ghpkg.State) *pkg {
	var found *pkg
	for _, p := range w.packages {
		same := p.Name == name && p.Type == typ && strings.EqualFold(p.Owner, owner)
		if !same || stateOf(p.DeletedAt) != state {
			continue
		}
		if found == nil || p.DeletedAt.After(found.DeletedAt) {
			found = p
		}
	}
	return found
}

// readable returns the active package that the route names, or a refusal.
func (c *call) readable() (account, *pkg, answer) {
	owner, no := c.account()
	if no.status != 0 {
		return owner, nil, no
	}
	p := c.find(owner, ghpkg.Active)
	if p == nil || !c.shows(p) {
		return owner, nil, refuse(http.StatusNotFound, msgPackageNotFound)
	}
	return owner, p, answer{}
}

// mutable is readable for those who may change the package: the lack of the
// right is answered as if there were no package.
func (c *call) mutable() (*pkg, answer) {
	_, p, no := c.readable()
	if no.status == 0 && !c.administers(p) {
		no = refuse(http.StatusNotFound, msgPackageNotFound)
	}
	return p, no
}

// changeScopes are the scopes that a mutation needs.
func (c *call) changeScopes(action ghpkg.Action) []string {
	scopes := []string{ghpkg.ScopeDeletePackages, ghpkg.ScopeReadPackages}
	if action == ghpkg.ActionRestore {
		scopes[0] = ghpkg.ScopeWritePackages
	}
	if ghpkg.Type(c.vars["package_type"]).RepositoryScoped() {
		// The documentation asks for repo as well; that the sentence names it is a guess.
		scopes = append(scopes, ghpkg.ScopeRepo)
	}
	return scopes
}
