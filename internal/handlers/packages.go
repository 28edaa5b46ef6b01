package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
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
	t := h.asks(link.Packages(owner), q)
	if t.mistake != nil && isProgram(c.Request()) {
		return invalidQuery(q.Text, t.mistake)
	}
	active, err := h.Inventory.Packages(c.Request().Context(), h.eyes(s), owner, activeQuery(t.q))
	if err != nil {
		return h.leadToRightKind(c, s, owner, err)
	}
	if t.q.State == ghpkg.Deleted {
		return h.deletedPackages(c, s, owner, t, active)
	}
	return h.activePackages(c, s, owner, t, active)
}

// activePackages is the table of what is there.
func (h *edge) activePackages(c echo.Context, s *auth.Session, owner ghpkg.Owner, t wanted, active *inventory.Packages) error {
	found := t.selected(active)
	seen := withNotices(active, found.Notices)
	drift := h.drift(c, s, owner, active)
	if isProgram(c.Request()) {
		listing := withRows(withNotices(seen, driftNotice(drift)).Listing, packagesJSON(found.Rows))
		return sendTable(h, c, owner.Login()+"-packages", tableOf(c.Request().Context(), listing, found.Total, t.q))
	}
	page := h.packageTable(c, s, owner, t, found.Total)
	for _, p := range found.Rows {
		page.Rows = append(page.Rows, h.packageRow(c, p))
	}
	page.Lenses = lenses(t, active)
	page.Filter.Types = typeOptions(t.q, h.typeCounts(s, []ghpkg.Owner{owner}, t, found, active))
	page.Notices = h.notices(c, seen.Notices)
	page.Select, page.Unclear = decided(page.Select, found.Notices)
	page.Fresh = views.Freshness{AsOf: active.AsOf, Refresh: link.RefreshOwner(owner), Loading: loading(active.Notices)}
	page.Drift = drift
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
	status := statusFor(page.Help)
	if isSwap(c.Request()) {
		return html(c, status, page.Table())
	}
	return html(c, status, page.Page())
}

// packageTable returns the table of an owner's packages without its rows.
func (h *edge) packageTable(c echo.Context, s *auth.Session, owner ghpkg.Owner, t wanted, total int) views.PackageTable {
	page := h.emptyTable(c, s, t, total)
	page.Frame = h.frame(c, i18n.T(c.Request().Context(), "owners.packages"), views.SectionOwners, ownerCrumbs(owner)...)
	page.Owner = h.ownerHead(owner, "packages")
	page.Flash = h.flash(c)
	return page
}

// packageRow returns a package as its row shows it.
func (h *edge) packageRow(c echo.Context, p ghpkg.Package) views.PackageRow {
	row := views.PackageRow{
		DOMID: domID("package", p.ID), Name: p.Name, Type: p.Type, Visibility: p.Visibility,
		Repository: repositoryAnchor(p.Repository), Versions: p.VersionCount, Updated: p.UpdatedAt, GitHub: p.HTMLURL,
	}
	if ref, ok := p.Ref(); ok {
		row.Href = link.Package(ref)
		row.Delete = h.action(c, link.Deletion(row.Href))
		row.Pick = picked(row.Href, row.Delete)
	}
	return row
}

// action returns a row's button, or nil where nothing may be changed at all.
func (h *edge) action(c echo.Context, href string) *views.Action {
	if !h.mayChange(c) {
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

// typeCounts are how many packages of each type the table's other filters
// select, as far as that is known: that there is none is said of a type of
// which nothing is missing.
func (h *edge) typeCounts(s *auth.Session, owners []ghpkg.Owner, t wanted, found inventory.Selected[ghpkg.Package], active *inventory.Packages) map[ghpkg.Type]int {
	if t.mistake != nil {
		return nil
	}
	counts := h.Inventory.Beside(s.ID, owners, t.q, t.search)
	unclear := inventory.Undecided(found.Notices)
	for _, typ := range ghpkg.Types() {
		if n := found.ByType[typ]; n > 0 || active.Whole[typ] && !unclear {
			counts[typ] = n
		}
	}
	return counts
}

// typeOptions are the types to choose from, with how many there are of each;
// nothing where that is not known.
func typeOptions(q ghpkg.Query, counts map[ghpkg.Type]int) []views.Option {
	var options []views.Option
	for _, t := range ghpkg.Types() {
		o := views.Option{Value: string(t), Selected: slices.Contains(q.Types, t), Count: -1}
		if n, known := counts[t]; known {
			o.Count = n
		}
		options = append(options, o)
	}
	return options
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
