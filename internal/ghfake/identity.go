package ghfake

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// msgReadOrg is recorded for /user/orgs; for the memberships it is a guess.
const msgReadOrg = "You need at least read:org scope or user scope to list your organizations."

func identityRoutes() []route {
	const get = http.MethodGet
	return []route{
		{method: get, pattern: "/user", docs: "users/users#get-the-authenticated-user", handle: getViewer},
		{method: get, pattern: "/users/{username}", docs: "users/users#get-a-user", open: true, handle: getUser},
		{method: get, pattern: "/user/orgs", docs: "orgs/orgs#list-organizations-for-the-authenticated-user", handle: listOrgs},
		{method: get, pattern: "/user/memberships/orgs", docs: "orgs/members#list-organization-memberships-for-the-authenticated-user", handle: listMemberships},
		{method: get, pattern: "/user/memberships/orgs/{org}", docs: "orgs/members#get-an-organization-membership-for-the-authenticated-user", handle: getOwnMembership},
		{method: get, pattern: "/orgs/{org}", docs: "orgs/orgs#get-an-organization", open: true, handle: getOrg},
		{method: get, pattern: "/orgs/{org}/memberships/{member}", docs: "orgs/members#get-organization-membership-for-a-user", handle: getMembership},
		{method: get, pattern: "/orgs/{org}/teams/{team_slug}/memberships/{member}", docs: "teams/members#get-team-membership-for-a-user", handle: getTeamMembership},
		{method: get, pattern: "/rate_limit", docs: "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user", open: true, free: true, handle: getRateLimit},
		{method: get, pattern: "/versions", docs: "meta/meta#get-all-api-versions", open: true, handle: getVersions},
		{method: get, pattern: "/meta", docs: "meta/meta#get-apiname-meta-information", open: true, handle: getMeta},
	}
}

func getViewer(c *call) answer { return ok(c.privateUser(c.viewer)) }

func getUser(c *call) answer {
	login := lower(c.vars["username"])
	if u := c.world.users[login]; u != nil {
		return ok(c.publicUser(u))
	}
	if o := c.world.orgs[login]; o != nil {
		// GitHub answers here for organizations too, with that type.
		return ok(c.publicAccount(o.ID, o.Login, o.Name, ghpkg.Organization))
	}
	return refuse(http.StatusNotFound, "Not Found")
}

// openOrgs returns the organizations of the viewer that let the token in, and
// the ids of those that SAML keeps closed. Without the app's approval GitHub
// is silent about an organization.
func (c *call) openOrgs() (open []*Org, hidden []string) {
	orgs := slices.SortedFunc(maps.Values(c.world.orgs), func(a, b *Org) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range orgs {
		switch no := c.closed(o); {
		case c.role(o.Login) == "":
		case no.status == 0:
			open = append(open, o)
		case no.header.Get("X-GitHub-SSO") != "":
			hidden = append(hidden, strconv.FormatInt(o.ID, 10))
		}
	}
	return open, hidden
}

// organizations answers with a list of the viewer's organizations.
func (c *call) organizations(render func(*Org) any) answer {
	if !c.scopes().Has(ghpkg.ScopeReadOrg) && !c.scopes().Has("user") {
		return refuse(http.StatusForbidden, msgReadOrg).with("X-Accepted-OAuth-Scopes", "admin:org, read:org, repo, user, write:org")
	}
	open, hidden := c.openOrgs()
	a := c.paged(c.page(), len(open), account{user: c.viewer}, func(from, to int) any {
		items := make([]any, 0, to-from)
		for _, o := range open[from:to] {
			items = append(items, render(o))
		}
		return items
	})
	if len(hidden) > 0 {
		a = a.with("X-GitHub-SSO", "partial-results; organizations="+strings.Join(hidden, ","))
	}
	return a
}

func listOrgs(c *call) answer {
	return c.organizations(func(o *Org) any { return c.simpleOrg(o) })
}

func listMemberships(c *call) answer {
	if c.r.URL.Query().Get("state") == "pending" {
		return ok([]any{})
	}
	return c.organizations(func(o *Org) any { return c.membership(o, c.viewer, c.role(o.Login)) })
}

func getOrg(c *call) answer {
	o := c.world.orgs[lower(c.vars["org"])]
	if o == nil {
		return refuse(http.StatusNotFound, "Not Found")
	}
	return ok(c.fullOrg(o)) // that a closed organization still shows its public profile is a guess
}

func getMembership(c *call) answer {
	owner, no := c.account()
	if no.status != 0 {
		return no
	}
	if c.role(owner.org.Login) == "" {
		return refuse(http.StatusForbidden, "You must be a member of "+owner.org.Login+" to see membership information for "+c.vars["member"]+".")
	}
	user := c.world.users[lower(c.vars["member"])]
	role := c.world.members[lower(owner.org.Login)][lower(c.vars["member"])]
	if user == nil || role == "" {
		return refuse(http.StatusNotFound, "Not Found")
	}
	return ok(c.membership(owner.org, user, role))
}

func getOwnMembership(c *call) answer {
	owner, no := c.account()
	if no.status != 0 {
		return no
	}
	if !c.scopes().Has(ghpkg.ScopeReadOrg) && !c.scopes().Has("user") {
		return refuse(http.StatusForbidden, msgReadOrg).with("X-Accepted-OAuth-Scopes", "admin:org, read:org, repo, user, write:org")
	}
	role := c.role(owner.org.Login)
	if role == "" {
		return refuse(http.StatusNotFound, "Not Found")
	}
	return ok(c.membership(owner.org, c.viewer, role))
}

func getTeamMembership(c *call) answer {
	owner, no := c.account()
	if no.status != 0 {
		return no
	}
	member := lower(c.vars["member"])
	role := c.world.teams[lower(owner.org.Login+"/"+c.vars["team_slug"])][member]
	if c.role(owner.org.Login) == "" || role == "" || !c.scopes().Has(ghpkg.ScopeReadOrg) {
		return refuse(http.StatusNotFound, "Not Found")
	}
	if c.world.members[lower(owner.org.Login)][member] == ghpkg.RoleAdmin {
		role = "maintainer" // GitHub shows owners of the organization so
	}
	url := fmt.Sprintf("%s/organizations/%d/team/%s/memberships/%s", c.APIURL, owner.org.ID, c.vars["team_slug"], c.vars["member"])
	return ok(map[string]any{"url": url, "role": role, "state": "active"})
}

func getRateLimit(c *call) answer {
	b := c.budget()
	core := map[string]any{"limit": hourly, "used": b.used, "remaining": hourly - b.used, "reset": b.reset.Unix()}
	// The schema requires search; nobody searches here.
	search := map[string]any{"limit": 30, "used": 0, "remaining": 30, "reset": b.reset.Unix()}
	body := map[string]any{"resources": map[string]any{"core": core, "search": search}}
	if c.apiVersion() == version2022 {
		body["rate"] = core
	}
	return ok(body)
}

func getVersions(*call) answer { return ok([]string{version2026, version2022}) }

func getMeta(*call) answer {
	return ok(map[string]any{"verifiable_password_authentication": false})
}
