package ghclient

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// VersionPages reads all versions of a package in one state, and calls yield
// for each page as it arrives, never twice at a time.
func (c *Client) VersionPages(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
	return c.versionPages(ctx, c.request("VersionPages", listVersions, packageTarget(ref), ""), state, yield)
}

func (c *Client) versionPages(ctx context.Context, r request, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
	filters := c.filtersVersions(r.owner)
	pages := &pager[wireVersion]{
		client:  c,
		request: r,
		query:   url.Values{"state": {string(state)}, "per_page": {strconv.Itoa(perPage)}},
		most:    mostPages,
		id:      func(w *wireVersion) int64 { return w.ID },
		yield: func(page []wireVersion) {
			values := versionValues(page, c.gh.opts.WebURL)
			if !filters {
				values = slices.DeleteFunc(values, func(v ghpkg.Version) bool { return v.State() != state })
			}
			yield(values)
		},
	}
	err := pages.read(ctx)
	notices := pages.notices(ghpkg.Type(""), c.ssoPage(r.owner))
	if !filters && state == ghpkg.Deleted {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeNoState})
	}
	return notices, err
}

// filtersVersions reports whether GitHub documents the state filter for
// owner's versions: it does for organizations and the viewer, not for others.
func (c *Client) filtersVersions(owner ghpkg.Owner) bool {
	return owner.Kind() == ghpkg.Organization || c.owns(owner)
}

func versionValues(page []wireVersion, web *url.URL) []ghpkg.Version {
	values := make([]ghpkg.Version, len(page))
	for i := range page {
		values[i] = page[i].value(web)
	}
	return values
}

// Version reads one version.
func (c *Client) Version(ctx context.Context, v ghpkg.VersionRef) (ghpkg.Version, error) {
	r := c.request("Version", getVersion, versionTarget(v), "")
	w, _, err := fetch[wireVersion](ctx, c, r, nil)
	if err == nil && w.ID == 0 {
		err = c.explain(r, nil, errNoAnswer)
	}
	if err != nil {
		return ghpkg.Version{}, err
	}
	return w.value(c.gh.opts.WebURL), nil
}
