package ghfake

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// accountsCreated is when every account of this GitHub was made: the date is
// in the schema, and nobody reads it.
const accountsCreated = "2020-01-01T00:00:00Z"

func (c *call) simpleUser(u *User) map[string]any {
	if u == nil {
		return nil
	}
	return c.simpleAccount(u.ID, u.Login, ghpkg.User)
}

func (c *call) simpleAccount(id int64, login string, kind ghpkg.OwnerKind) map[string]any {
	self := c.APIURL + "/users/" + login
	account := map[string]any{
		"id": id, "login": login, "node_id": fmt.Sprintf("U_%d", id), "type": string(kind), "site_admin": false,
		"user_view_type": "public", "gravatar_id": "", "avatar_url": c.avatar(id), "html_url": c.URL + "/" + login, "url": self,
	}
	for link := range strings.FieldsSeq("events followers following gists organizations received_events repos starred subscriptions") {
		account[link+"_url"] = self + "/" + link
	}
	return account
}

func (c *call) avatar(id int64) string { return fmt.Sprintf("%s/avatars/%d?v=4", c.URL, id) }

func (c *call) publicAccount(id int64, login, name string, kind ghpkg.OwnerKind) map[string]any {
	account := c.simpleAccount(id, login, kind)
	maps.Copy(account, map[string]any{
		"name": cmp.Or(name, login), "bio": nil, "blog": "", "company": nil, "email": nil, "hireable": nil, "location": nil,
		"twitter_username": nil, "followers": 0, "following": 0, "public_gists": 0, "public_repos": 0,
		"created_at": accountsCreated, "updated_at": accountsCreated,
	})
	return account
}

func (c *call) publicUser(u *User) map[string]any {
	return c.publicAccount(u.ID, u.Login, u.Name, ghpkg.User)
}

func (c *call) privateUser(u *User) map[string]any {
	account := c.publicUser(u)
	maps.Copy(account, map[string]any{
		"user_view_type": "private", "collaborators": 0, "disk_usage": 0, "owned_private_repos": 0,
		"private_gists": 0, "total_private_repos": 0, "two_factor_authentication": true,
	})
	return account
}

func (c *call) simpleOrg(o *Org) map[string]any {
	self := c.APIURL + "/orgs/" + o.Login
	return map[string]any{
		"login": o.Login, "id": o.ID, "node_id": fmt.Sprintf("O_%d", o.ID), "url": self, "description": o.Description,
		"repos_url": self + "/repos", "events_url": self + "/events", "hooks_url": self + "/hooks", "issues_url": self + "/issues",
		"members_url": self + "/members{/member}", "public_members_url": self + "/public_members{/member}", "avatar_url": c.avatar(o.ID),
	}
}

func (c *call) fullOrg(o *Org) map[string]any {
	org := c.simpleOrg(o)
	maps.Copy(org, map[string]any{
		"name": cmp.Or(o.Name, o.Login), "html_url": c.URL + "/" + o.Login, "type": "Organization",
		"has_organization_projects": true, "has_repository_projects": true, "public_repos": 0, "public_gists": 0,
		"followers": 0, "following": 0, "created_at": accountsCreated, "updated_at": accountsCreated, "archived_at": nil,
	})
	return org
}

func (c *call) membership(o *Org, u *User, role ghpkg.Role) map[string]any {
	self := c.APIURL + "/orgs/" + o.Login
	return map[string]any{
		"url": self + "/memberships/" + u.Login, "state": "active", "role": string(role), "direct_membership": true,
		"organization_url": self, "organization": c.simpleOrg(o), "user": c.simpleUser(u),
	}
}

// stamp writes a moment as GitHub does.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
