package ghclient

import (
	"context"
	"net/http"
	"net/url"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// wireState is what GitHub's memberships of organizations and teams share. Who
// was invited and has not accepted yet is "pending".
type wireState struct {
	State string `json:"state"`
}

// OrgMembership reports whether the viewer is an active member of an
// organization. An error means that GitHub did not say.
func (c *Client) OrgMembership(ctx context.Context, org string) (bool, error) {
	return c.active(ctx, request{op: "ghclient.OrgMembership", endpoint: membershipOf(org)}, org)
}

// membershipOf is the address of the viewer's membership of an organization.
func membershipOf(org string) endpoint {
	return endpoint{http.MethodGet, "user/memberships/orgs/" + url.PathEscape(org), "/user/memberships/orgs/{org}"}
}

// TeamMembership reports whether login is an active member of a team, itself or
// by a team below it. A team that the viewer may not see has no members for them.
func (c *Client) TeamMembership(ctx context.Context, org, slug, login string) (bool, error) {
	return c.active(ctx, request{
		op: "ghclient.TeamMembership",
		endpoint: endpoint{
			http.MethodGet,
			"orgs/" + url.PathEscape(org) + "/teams/" + url.PathEscape(slug) + "/memberships/" + url.PathEscape(login),
			"/orgs/{org}/teams/{team_slug}/memberships/{username}",
		},
	}, org)
}

// active asks for a membership under org. GitHub answers 404 where there is
// none, but also for want of a scope, and that is no answer.
func (c *Client) active(ctx context.Context, r request, org string) (bool, error) {
	owner, err := ghpkg.NewOwner(ghpkg.Organization, org)
	if err != nil {
		return false, &fault.Error{Kind: fault.Invalid, Code: fault.CodeInvalidRef, Op: r.op, Args: map[string]any{"Value": org}, Err: err}
	}
	r.owner, r.needs = owner, ghpkg.Scopes{ghpkg.ScopeReadOrg}
	membership, _, err := fetch[wireState](ctx, c, r, nil)
	if fault.KindOf(err) == fault.NotFound {
		missing := lacking(answerOf(err).header, r.needs)
		if len(missing) == 0 {
			return false, nil
		}
		e := &fault.Error{Op: r.op, Said: answerOf(err).said, Err: err}
		missingScope(e, missing)
		return false, e
	}
	if err == nil && membership.State == "" {
		err = c.explain(r, nil, errNoAnswer)
	}
	if err != nil {
		return false, err
	}
	return membership.State == "active", nil
}
