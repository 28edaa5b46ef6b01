package handlers

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// allPackages is one table over all the viewer's owners.
func (h *edge) allPackages(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	q, err := queryOf(c, allFilters, ghpkg.Sorts()...)
	if err != nil {
		return err
	}
	t := h.asks(link.All, q)
	if t.mistake != nil && isProgram(c.Request()) {
		return invalidQuery(q.Text, t.mistake)
	}
	owners, all, err := h.everywhere(c.Request().Context(), s, t)
	if err != nil {
		return err
	}
	if t.q.State == ghpkg.Deleted {
		return h.allDeleted(c, s, owners, t, all)
	}
	return h.allActive(c, s, owners, t, all)
}

// everywhere returns the viewer's owners, and what is there of all of them.
func (h *edge) everywhere(ctx context.Context, s *auth.Session, t wanted) ([]ghpkg.Owner, *inventory.Packages, error) {
	eyes := h.eyes(s)
	memberships, err := h.Inventory.Memberships(ctx, eyes, h.GitHub.Registry(s))
	if err != nil {
		return nil, nil, err
	}
	owners := make([]ghpkg.Owner, 0, len(memberships.Items))
	for _, m := range memberships.Items {
		owners = append(owners, m.Owner)
	}
	all, err := h.Inventory.All(ctx, eyes, owners, activeQuery(t.q))
	if err != nil {
		return nil, nil, err
	}
	if t.q.State != ghpkg.Deleted {
		all = withNotices(all, memberships.Notices)
	}
	return owners, all, nil
}

// withNotices is a table that also could not see what notices say.
func withNotices(p *inventory.Packages, more []ghpkg.Notice) *inventory.Packages {
	if len(more) == 0 {
		return p
	}
	noted := *p
	noted.Whole = nil
	noted.Notices = append(append([]ghpkg.Notice{}, p.Notices...), more...)
	return &noted
}

func (h *edge) allActive(c echo.Context, s *auth.Session, owners []ghpkg.Owner, t wanted, all *inventory.Packages) error {
	found := t.selected(all)
	seen := withNotices(all, found.Notices)
	if isProgram(c.Request()) {
		listing := withRows(seen.Listing, packagesJSON(found.Rows))
		return sendTable(h, c, "packages", tableOf(c.Request().Context(), listing, found.Total, t.q))
	}
	page := h.allTable(c, s, owners, t, found.Total)
	for _, p := range found.Rows {
		row := h.packageRow(c, p)
		row.Owner = &views.Anchor{Text: p.Owner.Login(), Href: link.Packages(p.Owner)}
		page.Rows = append(page.Rows, row)
	}
	page.Lenses = lenses(t, all)
	page.Filter.Types = typeOptions(t.q, h.typeCounts(s, owners, t, found, all))
	page.Notices = h.notices(c, seen.Notices)
	page.Select, page.Unclear = decided(page.Select, found.Notices)
	page.Fresh = views.Freshness{AsOf: all.AsOf, Loading: loading(all.Notices)}
	return sendAll(c, page)
}

// allDeleted is what is known to be deleted under all the viewer's owners.
func (h *edge) allDeleted(c echo.Context, s *auth.Session, owners []ghpkg.Owner, t wanted, all *inventory.Packages) error {
	ctx := c.Request().Context()
	gone, unseen, err := h.goneEverywhere(ctx, s, owners, all)
	if err != nil {
		return err
	}
	found := selectGone(gone, t)
	listing := ghpkg.Listing[packageJSON]{
		Items: goneJSON(found.Rows), AsOf: h.Now(),
		Notices: slices.Concat([]ghpkg.Notice{{Kind: ghpkg.NoticeNoList}}, found.Notices, unseen, all.Notices),
	}
	if isProgram(c.Request()) {
		return sendTable(h, c, "deleted-packages", tableOf(ctx, listing, found.Total, t.q))
	}
	page := h.allTable(c, s, owners, t, found.Total)
	for _, g := range found.Rows {
		row := h.goneRow(c, g, all)
		row.Owner = &views.Anchor{Text: g.pkg.Owner.Login(), Href: link.Packages(g.pkg.Owner)}
		page.Rows = append(page.Rows, row)
	}
	page.Filter.Types = typeOptions(t.q, found.ByType)
	page.Notices = h.notices(c, listing.Notices)
	page.Select, page.Unclear = decided(page.Select, found.Notices)
	page.Fresh = views.Freshness{AsOf: h.Now()}
	return sendAll(c, page)
}

// goneEverywhere returns the deleted packages of several owners.
func (h *edge) goneEverywhere(ctx context.Context, s *auth.Session, owners []ghpkg.Owner, all *inventory.Packages) (gone []gonePackage, unseen []ghpkg.Notice, err error) {
	for _, owner := range owners {
		some, notices, err := h.gonePackages(ctx, s, owner, all)
		if err != nil {
			return nil, nil, err
		}
		gone, unseen = append(gone, some...), notices // the same for each owner
	}
	return gone, unseen, nil
}

func (h *edge) allTable(c echo.Context, s *auth.Session, owners []ghpkg.Owner, t wanted, total int) views.AllPackages {
	page := views.AllPackages{PackageTable: h.emptyTable(c, s, t, total)}
	page.Frame = h.frame(c, i18n.T(c.Request().Context(), "all.title"), views.SectionAll)
	for _, owner := range owners {
		to := t.q
		to.Page = 1
		page.Owners = append(page.Owners, views.Option{
			Value: owner.Login(), Text: owner.Login(), Href: link.WithQuery(link.Packages(owner), to), Count: -1,
		})
	}
	return page
}

func sendAll(c echo.Context, page views.AllPackages) error {
	status := statusFor(page.Help)
	if isSwap(c.Request()) {
		return html(c, status, page.Table())
	}
	return html(c, status, page.Page())
}
