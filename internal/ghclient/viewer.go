package ghclient

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/go-github/v66/github"
	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Viewer reads whom the token belongs to, and what it may do.
func (c *Client) Viewer(ctx context.Context) (ghpkg.Viewer, error) {
	r := request{op: "ghclient.Viewer", endpoint: endpoint{http.MethodGet, "user", "/user"}}
	user, resp, err := c.user(ctx, r, "")
	if err != nil {
		return ghpkg.Viewer{}, err
	}
	scopes, _ := scopesOf(resp.Header)
	return ghpkg.Viewer{
		ID:        user.GetID(),
		Login:     user.GetLogin(),
		Name:      user.GetName(),
		AvatarURL: avatarLink(c.gh.opts.WebURL, user.GetAvatarURL()),
		Scopes:    scopes,
	}, nil
}

// Owner reads what kind of account login is, and how GitHub spells it.
func (c *Client) Owner(ctx context.Context, login string) (ghpkg.Owner, error) {
	const op = "ghclient.Owner"
	// The login becomes a part of a path: it has to be one, of whatever kind.
	if _, err := ghpkg.NewOwner(ghpkg.User, login); err != nil {
		return ghpkg.Owner{}, &fault.Error{Kind: fault.Invalid, Code: fault.CodeInvalidRef, Op: op, Args: map[string]any{"Value": login}, Err: err}
	}
	r := request{op: op, endpoint: endpoint{http.MethodGet, "users/" + url.PathEscape(login), "/users/{username}"}}
	user, _, err := c.user(ctx, r, login)
	if err != nil {
		return ghpkg.Owner{}, err
	}
	// Whatever is no organization (a bot, too) has a user's namespace.
	kind := ghpkg.User
	if user.GetType() == string(ghpkg.Organization) {
		kind = ghpkg.Organization
	}
	owner, err := ghpkg.NewOwner(kind, user.GetLogin())
	if err != nil {
		return ghpkg.Owner{}, c.explain(r, nil, err)
	}
	return owner, nil
}

// user reads an account; an empty login is the viewer's.
func (c *Client) user(ctx context.Context, r request, login string) (user *github.User, resp *github.Response, err error) {
	resp, err = c.do(ctx, r, func(ctx context.Context, gh *github.Client) (*github.Response, error) {
		var resp *github.Response
		var err error
		user, resp, err = gh.Users.Get(ctx, login)
		return resp, err
	})
	if err == nil && (user.GetID() == 0 || user.GetLogin() == "") {
		err = c.explain(r, nil, errNoAnswer)
	}
	return user, resp, err
}

// wireMembership is GitHub's org-membership.
type wireMembership struct {
	State        string       `json:"state"`
	Role         string       `json:"role"`
	Organization *wireAccount `json:"organization"`
}

// Memberships reads the owners whose packages the viewer may look at: their
// own namespace first, then their organizations.
func (c *Client) Memberships(ctx context.Context) (ghpkg.Listing[ghpkg.Membership], error) {
	var found ghpkg.Listing[ghpkg.Membership]
	var own ghpkg.Membership
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		own, err = c.ownNamespace(gctx)
		return err
	})
	pages := &pager[wireMembership]{
		client: c,
		request: request{
			op:       "ghclient.Memberships",
			endpoint: endpoint{http.MethodGet, "user/memberships/orgs", "/user/memberships/orgs"},
			needs:    ghpkg.Scopes{ghpkg.ScopeReadOrg},
		},
		query: url.Values{"state": {"active"}, "per_page": {strconv.Itoa(perPage)}},
		most:  mostPages,
		id:    (*wireMembership).organizationID,
		yield: func(page []wireMembership) {
			for _, w := range page {
				if m, ok := w.value(c.gh.opts.WebURL); ok {
					found.Items = append(found.Items, m)
				}
			}
		},
	}
	group.Go(func() error { return pages.read(gctx) })
	if err := group.Wait(); err != nil {
		return ghpkg.Listing[ghpkg.Membership]{}, err
	}
	found.Items = append([]ghpkg.Membership{own}, found.Items...)
	found.AsOf, found.Notices = c.gh.opts.Now(), pages.notices("", "")
	return found, nil
}

// ownNamespace returns the viewer's own place.
func (c *Client) ownNamespace(ctx context.Context) (ghpkg.Membership, error) {
	viewer, err := c.Viewer(ctx)
	if err != nil {
		return ghpkg.Membership{}, err
	}
	owner, err := viewer.Namespace()
	if err != nil {
		return ghpkg.Membership{}, c.explain(request{op: "ghclient.Memberships"}, nil, err)
	}
	return ghpkg.Membership{Owner: owner, AvatarURL: viewer.AvatarURL}, nil
}

// value returns the membership; false if it is none in use.
func (w wireMembership) value(web *url.URL) (ghpkg.Membership, bool) {
	if w.Organization == nil || (w.State != "" && w.State != "active") {
		return ghpkg.Membership{}, false
	}
	owner, err := ghpkg.NewOwner(ghpkg.Organization, w.Organization.Login)
	if err != nil {
		return ghpkg.Membership{}, false
	}
	return ghpkg.Membership{Owner: owner, Role: ghpkg.Role(w.Role), AvatarURL: avatarLink(web, w.Organization.AvatarURL)}, true
}

// organizationID tells memberships apart; 0 if there is none.
func (w *wireMembership) organizationID() int64 {
	if w.Organization == nil {
		return 0
	}
	return w.Organization.ID
}

// RateLimit reads what is left of the viewer's hour.
func (c *Client) RateLimit(ctx context.Context) (ghpkg.RateLimit, error) {
	type wireLimits struct {
		Resources struct {
			Core struct {
				Limit     int   `json:"limit"`
				Used      int   `json:"used"`
				Remaining int   `json:"remaining"`
				Reset     int64 `json:"reset"`
			} `json:"core"`
		} `json:"resources"`
	}
	r := request{op: "ghclient.RateLimit", endpoint: endpoint{http.MethodGet, "rate_limit", "/rate_limit"}, fresh: true}
	w, _, err := fetch[wireLimits](ctx, c, r, nil)
	if err != nil {
		return ghpkg.RateLimit{}, err
	}
	core := w.Resources.Core
	return ghpkg.RateLimit{Limit: core.Limit, Used: core.Used, Remaining: core.Remaining, Reset: time.Unix(core.Reset, 0)}, nil
}

// Revoke makes GitHub forget token. A token that GitHub does not know any more
// is as good as revoked.
func (g *GitHub) Revoke(ctx context.Context, token string) error {
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(g.opts.ClientID+":"+g.opts.ClientSecret))
	c := g.client(auth, "")
	r := request{op: "ghclient.Revoke", endpoint: endpoint{method: http.MethodDelete, route: "/applications/{client_id}/token"}}
	_, err := c.do(ctx, r, func(ctx context.Context, gh *github.Client) (*github.Response, error) {
		return gh.Authorizations.Revoke(ctx, url.PathEscape(g.opts.ClientID), token)
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}
