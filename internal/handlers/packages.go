package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// packages is the table of an owner's packages of all types, active or deleted.
func (h *edge) packages(c echo.Context, s *auth.Session) error {
	owner, q, err := h.packagesQuery(c)
	if err != nil {
		return err
	}
	if name := c.QueryParam("name"); name != "" {
		return h.restoreByName(c, owner, q, name)
	}
	active, err := h.Inventory.Packages(c.Request().Context(), s.ID, h.GitHub.Registry(s), owner, activeQuery(q))
	if err != nil {
		return h.leadToRightKind(c, s, owner, err)
	}
	if q.State == ghpkg.Deleted {
		return h.deletedPackages(c, s, owner, q, active)
	}
	rows, total := inventory.SelectPackages(active.Items, q)
	ctx := c.Request().Context()
	switch format(c.Request()) {
	case formatJSON:
		return jsonAnswer(c, http.StatusOK, tableOf(ctx, withRows(active, packagesJSON(rows)), total, q))
	case formatCSV:
		return csvAnswer(c, owner.Login()+"-packages", packagesJSON(rows))
	}
	page := h.packageTable(c, owner, q, total)
	for _, p := range rows {
		page.Rows = append(page.Rows, h.packageRow(p))
	}
	page.Filter.Types = typeOptions(q, countTypes(active.Items, func(p ghpkg.Package) ghpkg.Type { return p.Type }))
	page.Notices = h.notices(c, active.Notices)
	page.Fresh = views.Freshness{AsOf: active.AsOf, Refresh: link.RefreshOwner(owner), Loading: loading(active.Notices)}
	return h.sendTable(c, page)
}

// packagesQuery reads and checks the address of the table.
func (h *edge) packagesQuery(c echo.Context) (ghpkg.Owner, ghpkg.Query, error) {
	owner, err := ownerOf(c)
	if err != nil {
		return owner, ghpkg.Query{}, err
	}
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return owner, ghpkg.Query{}, err
	}
	q, err := queryOf(c, packageFilters, ghpkg.Sorts()...)
	return owner, q, err
}

// activeQuery is what has to be listed for a table: of deleted packages the
// active ones too, for a name that is taken again cannot be restored into.
func activeQuery(q ghpkg.Query) ghpkg.Query {
	if q.State == ghpkg.Deleted {
		q.Visibility = ""
	}
	return q
}

// sendTable answers with the page, or with its table for a true swap.
func (h *edge) sendTable(c echo.Context, page views.PackageTable) error {
	if isSwap(c.Request()) {
		return html(c, http.StatusOK, page.Table())
	}
	return html(c, http.StatusOK, page.Page())
}

// packageTable returns the table without its rows.
func (h *edge) packageTable(c echo.Context, owner ghpkg.Owner, q ghpkg.Query, total int) views.PackageTable {
	here := link.Packages(owner)
	page := views.PackageTable{
		Frame: h.frame(c, owner.Login(), views.SectionOwners, ownerCrumbs(owner)...),
		Owner: h.ownerHead(owner, "packages"),
		Filter: views.PackageFilter{
			Action: here, Text: q.Text, Repo: q.Repo, State: q.State, Sort: string(q.Sort), PerPage: q.PerPage,
			Visibilities: visibilityOptions(q),
			Active:       len(q.Types) > 0 || q.Visibility != "" || q.Repo != "" || q.Text != "",
			Clear:        link.WithQuery(here, ghpkg.Query{State: q.State}),
		},
		States:  stateOptions(here, q),
		Sorts:   packageSorts(here, q),
		Total:   total,
		Pages:   pagesOf(here, q, total),
		Exports: exportsOf(here, q),
	}
	page.Flash = h.flash(c)
	return page
}

// packageRow returns a package as its row shows it.
func (h *edge) packageRow(p ghpkg.Package) views.PackageRow {
	row := views.PackageRow{
		DOMID: domID("package", p.ID), Name: p.Name, Type: p.Type, Visibility: p.Visibility,
		Repository: repositoryAnchor(p.Repository), Versions: p.VersionCount, Updated: p.UpdatedAt, GitHub: p.HTMLURL,
	}
	if ref, ok := p.Ref(); ok {
		row.Href = link.Package(ref)
		row.Delete = h.action(link.DeletePackage(ref))
	}
	return row
}

// action returns a row's button, or nil where nothing may be changed at all.
func (h *edge) action(href string) *views.Action {
	if h.ReadOnly {
		return nil
	}
	return &views.Action{Href: href}
}

func repositoryAnchor(r *ghpkg.Repository) *views.Anchor {
	if r == nil {
		return nil
	}
	return &views.Anchor{Text: r.FullName, Href: r.HTMLURL, External: true}
}

// typeOptions are the types to choose from, with how many there are of each
// that was listed.
func typeOptions(q ghpkg.Query, counts map[ghpkg.Type]int) []views.Option {
	var options []views.Option
	for _, t := range ghpkg.Types() {
		o := views.Option{Value: string(t), Selected: slices.Contains(q.Types, t), Count: -1}
		if len(q.Types) == 0 || o.Selected {
			o.Count = counts[t]
		}
		options = append(options, o)
	}
	return options
}

func countTypes[T any](all []T, typeOf func(T) ghpkg.Type) map[ghpkg.Type]int {
	counts := map[ghpkg.Type]int{}
	for _, one := range all {
		counts[typeOf(one)]++
	}
	return counts
}

// restoreByName leads the form's type and name to the page of consequences.
func (h *edge) restoreByName(c echo.Context, owner ghpkg.Owner, q ghpkg.Query, name string) error {
	if len(q.Types) != 1 {
		return invalidFilter("type", strings.Join(c.QueryParams()["type"], ", "))
	}
	ref, err := ghpkg.NewRef(owner, q.Types[0], name)
	if err != nil {
		return invalidRef(name, err)
	}
	return c.Redirect(http.StatusSeeOther, link.RestorePackage(ref))
}

// refreshOwner looks at GitHub again.
func (h *edge) refreshOwner(c echo.Context, s *auth.Session) error {
	owner, err := ownerOf(c)
	if err != nil {
		return err
	}
	h.Inventory.RefreshOwner(s.ID, owner)
	return h.backTo(c, link.Packages(owner))
}

// refreshPackage looks at GitHub again.
func (h *edge) refreshPackage(c echo.Context, s *auth.Session, ref ghpkg.Ref) error {
	h.Inventory.RefreshPackage(s.ID, ref)
	return h.backTo(c, link.Package(ref))
}

// backTo leads to the page that a form was on, with its filters: the page's
// address in the form's return_to if it is the same page, else page itself.
func (h *edge) backTo(c echo.Context, page string) error {
	if to := c.FormValue("return_to"); to == page || strings.HasPrefix(to, page+"?") {
		page = to
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, answerJSON{Outcome: "refreshed", Path: page})
	}
	if isHTMX(c.Request()) {
		redirectBrowser(c.Response(), page)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, page)
}
