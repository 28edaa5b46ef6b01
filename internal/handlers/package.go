package handlers

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// packageTableJSON is a table of versions with their package beside.
type packageTableJSON struct {
	Package packageJSON `json:"package"`
	table[versionJSON]
}

// showPackage is one package with its versions.
func (h *edge) showPackage(c echo.Context, s *auth.Session, ref ghpkg.Ref) error {
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	q, err := queryOf(c, versionFilters, versionSorts()...)
	if err != nil {
		return err
	}
	search, mistake := query.ParseVersions(q.Text, ref.Type(), h.Now())
	if mistake != nil && isProgram(c.Request()) {
		return invalidQuery(q.Text, mistake)
	}
	q.State = cmp.Or(search.State(), q.State)
	p, listing, err := h.packageAndVersions(c.Request().Context(), s, ref, q.State)
	if err != nil {
		return h.missingPackage(c, s, ref, err)
	}
	var found inventory.Selected[ghpkg.Version]
	asked, err := packageIDOf(c.QueryParams())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var known deletions
	if mistake == nil {
		if known, err = h.deletionsSought(ctx, s, ref, search, listing); err != nil {
			return err
		}
		found = listing.Select(q, search, known.tags())
	}
	found.Notices = append(found.Notices, namesake(asked, p)...)
	if known == nil { // else the whole listing's are known
		if known, err = h.deletionsOf(ctx, s, ref.Owner(), found.Rows); err != nil {
			return err
		}
	}
	if isProgram(c.Request()) {
		rows := withRows(listing.Listing, versionsJSON(ref, found.Rows, known))
		rows.Notices = slices.Concat(rows.Notices, found.Notices)
		return h.sendVersionsTo(c, p, tableOf(ctx, rows, found.Total, q))
	}
	page := h.packagePage(c, p, ref, q, found.Total)
	page.Filter.Untagged = untaggedLens(ref, q, search)
	page.Help, page.Views = versionHelp(ctx, ref.Type(), q.Text, mistake), h.savedViews(c, s)
	page = h.withVersions(c, page, ref, listing, found)
	for i, row := range page.Rows {
		page.Rows[i] = known.row(row)
	}
	return sendVersions(c, page)
}

// sendVersionsTo answers a program; JSON has the package beside its versions.
func (h *edge) sendVersionsTo(c echo.Context, p ghpkg.Package, t table[versionJSON]) error {
	if format(c.Request()) == formatCSV {
		return sendTable(h, c, "versions", t)
	}
	h.linkPages(c, t.Total, ghpkg.Query{Page: t.Page, PerPage: t.PerPage})
	return jsonAnswer(c, http.StatusOK, packageTableJSON{packageToJSON(p), t})
}

// versionSorts are what versions can be sorted by.
func versionSorts() []ghpkg.Sort {
	return []ghpkg.Sort{ghpkg.SortName, ghpkg.SortCreated, ghpkg.SortUpdated, ghpkg.SortDaysLeft}
}

// withVersions puts the rows, and what is known of all of them, into the page.
func (h *edge) withVersions(c echo.Context, page views.PackagePage, ref ghpkg.Ref, listing *inventory.Versions, found inventory.Selected[ghpkg.Version]) views.PackagePage {
	for _, v := range found.Rows {
		page.Rows = append(page.Rows, h.versionRow(c, ref, v))
	}
	page.Untagged = -1
	if ref.Type().Images() {
		page.Untagged = listing.Untagged
	}
	page.Notices = h.notices(c, slices.Concat(listing.Notices, found.Notices))
	page.Select, page.Unclear = decided(page.Select, found.Notices)
	page.Fresh = views.Freshness{AsOf: listing.AsOf, Refresh: link.RefreshPackage(ref), Loading: loading(listing.Notices)}
	return page
}

// sendVersions answers with the page, or with its table for a true swap.
func sendVersions(c echo.Context, page views.PackagePage) error {
	status := statusFor(page.Help)
	if isSwap(c.Request()) {
		return html(c, status, page.Table())
	}
	return html(c, status, page.Page())
}

// packageAndVersions asks for both at once.
func (h *edge) packageAndVersions(ctx context.Context, s *auth.Session, ref ghpkg.Ref, state ghpkg.State) (p ghpkg.Package, listing *inventory.Versions, err error) {
	eyes := h.eyes(s)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		p, err = h.Inventory.Package(ctx, eyes, ref)
		return err
	})
	group.Go(func() (err error) {
		listing, err = h.Inventory.Versions(ctx, eyes, ref, state)
		return err
	})
	err = group.Wait()
	return p, listing, err
}

// packagePage returns the page without its rows.
func (h *edge) packagePage(c echo.Context, p ghpkg.Package, ref ghpkg.Ref, q ghpkg.Query, total int) views.PackagePage {
	here := link.Package(ref)
	standard := "-" + ghpkg.SortCreated
	if q.State == ghpkg.Deleted {
		standard = ghpkg.SortDaysLeft
	}
	page := views.PackagePage{
		Frame:   h.frame(c, p.Name, views.SectionOwners, ownerCrumbs(ref.Owner(), views.Crumb{Text: p.Name})...),
		Head:    h.packageHead(p, ref),
		Install: h.registries().snippets(p, nil),
		Filter: views.VersionFilter{
			Action: here, Text: q.Text, State: q.State, Sort: string(q.Sort), PerPage: q.PerPage,
			Active: q.Text != "", Clear: link.WithQuery(here, ghpkg.Query{State: q.State}),
		},
		States: stateOptions(here, q),
		Sorts: views.VersionSorts{
			Name:     heading(here, q, ghpkg.SortName, false, standard),
			Created:  heading(here, q, ghpkg.SortCreated, true, standard),
			Updated:  heading(here, q, ghpkg.SortUpdated, true, standard),
			DaysLeft: heading(here, q, ghpkg.SortDaysLeft, false, standard),
		},
		Type:    ref.Type(),
		Total:   total,
		Pages:   pagesOf(here, q, total),
		Exports: exportsOf(here, q),
		Delete:  h.action(c, link.DeletePackage(ref)),
		Ledger:  link.LedgerOf(p),
		Compact: columnsOf(c).Compact,
		Select:  h.selectable(c, source(here, q), q.State, total),
	}
	page.Flash = h.flash(c)
	return page
}

func (h *edge) packageHead(p ghpkg.Package, ref ghpkg.Ref) views.PackageHead {
	return views.PackageHead{
		Owner: h.ownerHead(ref.Owner(), "packages"), Name: p.Name, Href: link.Package(ref), Type: p.Type, ID: p.ID,
		Visibility: p.Visibility, Versions: p.VersionCount, Repository: repositoryAnchor(p.Repository),
		Created: p.CreatedAt, Updated: p.UpdatedAt, GitHub: p.HTMLURL,
	}
}

// versionRow returns a version as its row shows it.
func (h *edge) versionRow(c echo.Context, ref ghpkg.Ref, v ghpkg.Version) views.VersionRow {
	row := views.VersionRow{
		DOMID: domID("version", v.ID), ID: v.ID, Name: v.Name, Short: short(v.Name), Digest: digest(v.Name),
		Tags: v.Tags, Untagged: v.Untagged(ref.Type()), Created: v.CreatedAt, Updated: v.UpdatedAt, GitHub: v.HTMLURL,
		Docker: ref.Type().Images(),
	}
	at, err := ref.Version(v.ID)
	if err != nil {
		return row // an id that GitHub cannot have given; nothing can be done with it
	}
	row.Href = link.Version(at)
	if v.DeletedAt == nil {
		row.Delete = h.action(c, link.DeleteVersion(at))
		row.Pick = picked(row.Href, row.Delete)
		return row
	}
	row.Gone = h.gone(*v.DeletedAt)
	row.Gone.Restore = h.action(c, link.RestoreVersion(at))
	row.Pick = picked(row.Href, row.Gone.Restore)
	return row
}

func digest(name string) bool { return strings.HasPrefix(name, "sha256:") }

// short cuts a digest to what is enough to tell it from others.
func short(name string) string {
	if digest(name) && len(name) > 19 {
		return name[:19]
	}
	return name
}
