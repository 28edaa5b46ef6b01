package ghclient

import (
	"context"
	"net/url"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// request returns the call of an operation; action is "" for reading.
func (c *Client) request(op string, o operation, t target, action ghpkg.Action) request {
	return request{
		op:       "ghclient." + op,
		endpoint: c.endpointOf(o, t),
		owner:    t.owner,
		needs:    ghpkg.NeededScopes(action, t.ref.Type()),
	}
}

// PackagePages reads all of owner's packages of one type, and calls yield for
// each page as it arrives, never twice at a time. An empty visibility means
// all. The notices say what GitHub did not list; after an error, what was
// yielded is a part.
func (c *Client) PackagePages(ctx context.Context, owner ghpkg.Owner, typ ghpkg.Type, visibility ghpkg.Visibility, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
	query := url.Values{"package_type": {string(typ)}, "per_page": {strconv.Itoa(perPage)}}
	if visibility != "" {
		query.Set("visibility", string(visibility))
	}
	pages := &pager[wirePackage]{
		client:  c,
		request: c.request("PackagePages", listPackages, target{owner: owner}, ""),
		query:   query,
		most:    documentedPages,
		id:      packageID,
		yield: func(page []wirePackage) {
			yield(packageValues(page, c.gh.opts.WebURL, owner, typ))
		},
	}
	err := pages.read(ctx)
	notices := pages.notices(typ, c.ssoPage(owner))
	scopes, known := scopesOf(pages.header)
	if typ.RepositoryScoped() && visibility != ghpkg.Public && known && !scopes.Has(ghpkg.ScopeRepo) {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeRepoScope, Type: typ})
	}
	return notices, err
}

func packageID(w *wirePackage) int64 { return w.ID }

func packageValues(page []wirePackage, web *url.URL, owner ghpkg.Owner, typ ghpkg.Type) []ghpkg.Package {
	values := make([]ghpkg.Package, len(page))
	for i := range page {
		values[i] = page[i].value(web, owner, typ)
	}
	return values
}

// Package reads one package.
func (c *Client) Package(ctx context.Context, ref ghpkg.Ref) (ghpkg.Package, error) {
	r := c.request("Package", getPackage, packageTarget(ref), "")
	w, _, err := fetch[wirePackage](ctx, c, r, nil)
	if err == nil && w.ID == 0 {
		err = c.explain(r, nil, errNoAnswer)
	}
	if err != nil {
		return ghpkg.Package{}, err
	}
	return w.value(c.gh.opts.WebURL, ref.Owner(), ref.Type()), nil
}

// Conflicts reads the packages that GitHub's Docker migration could not move.
func (c *Client) Conflicts(ctx context.Context, owner ghpkg.Owner) (ghpkg.Listing[ghpkg.Package], error) {
	var found ghpkg.Listing[ghpkg.Package]
	pages := &pager[wirePackage]{
		client:  c,
		request: c.request("Conflicts", listConflicts, target{owner: owner}, ""),
		most:    mostPages,
		id:      packageID,
		yield: func(page []wirePackage) {
			found.Items = append(found.Items, packageValues(page, c.gh.opts.WebURL, owner, ghpkg.Docker)...)
		},
	}
	err := pages.read(ctx)
	found.AsOf, found.Notices = c.gh.opts.Now(), pages.notices(ghpkg.Docker, c.ssoPage(owner))
	return found, err
}

// ssoPage returns where a SAML session for owner begins, or "" for users.
func (c *Client) ssoPage(owner ghpkg.Owner) string {
	if owner.Kind() != ghpkg.Organization {
		return ""
	}
	return c.organizationLink(owner.Login(), "orgs", "sso")
}
