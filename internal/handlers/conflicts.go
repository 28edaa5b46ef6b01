package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// conflicts is what GitHub's Docker migration could not move.
func (h *edge) conflicts(c echo.Context, s *auth.Session) error {
	owner, err := ownerOf(c)
	if err != nil {
		return err
	}
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	q, err := queryOf(c, nil)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	listing, err := h.GitHub.Registry(s).Conflicts(ctx, owner)
	if err != nil {
		return h.leadToRightKind(c, s, owner, err)
	}
	found := inventory.NewPackages(listing).Select(ghpkg.Query{Sort: ghpkg.SortName, Page: q.Page, PerPage: q.PerPage}, query.Packages{})
	rows, total := found.Rows, found.Total
	if isProgram(c.Request()) {
		return sendTable(h, c, owner.Login()+"-conflicts", tableOf(ctx, withRows(listing, packagesJSON(rows)), total, q))
	}
	page := views.ConflictTable{
		Frame:   h.frame(c, i18n.T(ctx, "conflicts.title"), views.SectionOwners, ownerCrumbs(owner)...),
		Owner:   h.ownerHead(owner, "conflicts"),
		Notices: h.notices(c, listing.Notices),
		Exports: exportsOf(link.Conflicts(owner), ghpkg.Query{}),
		AsOf:    listing.AsOf,
		Pages:   pagesOf(link.Conflicts(owner), q, total),
	}
	for _, p := range rows {
		page.Rows = append(page.Rows, conflictRow(p))
	}
	return html(c, http.StatusOK, page.Page())
}

// conflictRow links both sides: the docker package that could not move, and the
// container package of the same name that is in its way.
func conflictRow(p ghpkg.Package) views.ConflictRow {
	row := views.ConflictRow{
		DOMID: domID("conflict", p.ID), Name: p.Name, Visibility: p.Visibility,
		Repository: repositoryAnchor(p.Repository), Updated: p.UpdatedAt, GitHub: p.HTMLURL,
	}
	if ref, err := ghpkg.NewRef(p.Owner, ghpkg.Docker, p.Name); err == nil {
		row.Docker = views.Anchor{Text: p.Name, Href: link.Package(ref)}
	}
	if ref, err := ghpkg.NewRef(p.Owner, ghpkg.Container, p.Name); err == nil {
		row.Container = views.Anchor{Text: p.Name, Href: link.Package(ref)}
	}
	return row
}
