package handlers

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// binned is one thing that can still be restored: a package, or a version of one.
type binned struct {
	gone    gonePackage
	version *ghpkg.Version // nil: the package as a whole
	ref     ghpkg.Ref      // of the version's package
}

func (b binned) at() time.Time {
	if b.version != nil {
		return *b.version.DeletedAt
	}
	return b.gone.at
}

// matches reports whether the text is part of the package's or version's name
// or tags, those included that it is known to have had.
func (b binned) matches(text string, known deletions) bool {
	if text == "" {
		return true
	}
	words := []string{b.gone.pkg.Name}
	if b.version != nil {
		words = slices.Concat(words, []string{b.version.Name}, b.version.Tags, known[b.version.ID].Target.Tags)
	}
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(w), text) })
}

// bin is all that can still be restored under an owner, least days left first.
func (h *edge) bin(c echo.Context, s *auth.Session) error {
	owner, err := ownerOf(c)
	if err != nil {
		return err
	}
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	q, err := queryOf(c, binFilters)
	if err != nil {
		return err
	}
	active, err := h.Inventory.Packages(c.Request().Context(), h.eyes(s), owner, ghpkg.Query{})
	if err != nil {
		return h.leadToRightKind(c, s, owner, err)
	}
	found, err := h.binnedUnder(c.Request().Context(), s, owner, active)
	if err != nil {
		return err
	}
	rows, total, known, err := h.searchBin(c.Request().Context(), s, owner, found.rows, q)
	if err != nil {
		return err
	}
	notices, looked := found.notices, found.looked
	if isProgram(c.Request()) {
		listing := ghpkg.Listing[binJSON]{Items: binToJSON(rows, known), AsOf: found.asOf, Notices: notices}
		return sendTable(h, c, owner.Login()+"-bin", tableOf(c.Request().Context(), listing, total, q))
	}
	page := h.binPage(c, owner, q, total)
	page.Looked, page.Of = looked.Looked, looked.Of
	page.Notices = h.notices(c, notices)
	page.Fresh = views.Freshness{AsOf: found.asOf, Refresh: link.RefreshOwner(owner), Loading: looked.Running}
	for _, b := range rows {
		page.Rows = append(page.Rows, h.binRow(c, b, active, known))
	}
	if isSwap(c.Request()) {
		return html(c, http.StatusOK, page.Table())
	}
	return html(c, http.StatusOK, page.Page())
}

// inBin is what was found in a bin.
type inBin struct {
	rows    []binned
	looked  inventory.DeletedVersions
	notices []ghpkg.Notice
	asOf    time.Time // of the oldest that it was found by
}

// lookedNotices says what of the bin is not known (yet), and in how many minutes
// more of it can be.
func lookedNotices(looked inventory.DeletedVersions, now time.Time) []ghpkg.Notice {
	notices := []ghpkg.Notice{{Kind: ghpkg.NoticeNoList}}
	switch {
	case looked.Running:
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeLoading})
	case looked.Looked < looked.Of:
		budget := ghpkg.Notice{Kind: ghpkg.NoticeBudget}
		if at := looked.Again; at.After(now) {
			budget.Detail = strconv.Itoa(int(at.Sub(now)/time.Minute) + 1)
		}
		notices = append(notices, budget)
	}
	return notices
}

// binnedUnder returns everything that can still be restored under an owner.
func (h *edge) binnedUnder(ctx context.Context, s *auth.Session, owner ghpkg.Owner, active *inventory.Packages) (inBin, error) {
	gone, unseen, err := h.gonePackages(ctx, s, owner, active)
	if err != nil {
		return inBin{}, err
	}
	recent, err := h.recentlyDeleted(ctx, s, owner)
	if err != nil {
		return inBin{}, err
	}
	found := inBin{asOf: active.AsOf}
	for _, g := range gone {
		found.rows = append(found.rows, binned{gone: g})
	}
	found.looked = h.Inventory.DeletedVersions(ctx, h.eyes(s), owner, active, recent)
	for _, d := range found.looked.Rows {
		ref, ok := d.Package.Ref()
		if ok && d.Version.DeletedAt != nil && ghpkg.DaysLeft(*d.Version.DeletedAt, h.Now()) >= 0 {
			found.rows = append(found.rows, binned{gone: gonePackage{pkg: d.Package}, version: &d.Version, ref: ref})
		}
	}
	if at := found.looked.AsOf; !at.IsZero() {
		found.asOf = earlier(found.asOf, at)
	}
	found.notices = slices.Concat(lookedNotices(found.looked, h.Now()), unseen, active.Notices)
	return found, nil
}

// mostRecent is how many packages with deletions of versions in the ledger are
// looked into before the bin is shown.
const mostRecent = 10

// recentlyDeleted returns the packages of which versions were deleted here: they
// are looked into first, for one's own change shows at once.
func (h *edge) recentlyDeleted(ctx context.Context, s *auth.Session, owner ghpkg.Owner) ([]ghpkg.Ref, error) {
	visible, _, err := h.visibleTo(ctx, s)
	if err != nil {
		return nil, err
	}
	entries, _, err := h.Ledger.Entries(ctx, ghpkg.LedgerFilter{
		Owner: owner.Login(), Actions: []ghpkg.Action{ghpkg.ActionDelete}, Outcome: ghpkg.OutcomeDone,
		Since: h.Now().Add(-ghpkg.RestoreWindow), VisibleTo: visible,
	}, ghpkg.LedgerPage{Limit: ghpkg.MaxPerPage})
	if err != nil {
		return nil, err
	}
	var refs []ghpkg.Ref
	for _, e := range entries {
		ref, ok := e.Target.Ref()
		if ok && e.Target.VersionID != 0 && len(refs) < mostRecent && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// versionsOf are the versions among the rows.
func versionsOf(rows []binned) []ghpkg.Version {
	var all []ghpkg.Version
	for _, b := range rows {
		if b.version != nil {
			all = append(all, *b.version)
		}
	}
	return all
}

// searchBin returns a page of what is looked for in the bin, and what is known of
// its deletions. What is typed may be a tag that the ledger alone knows.
func (h *edge) searchBin(ctx context.Context, s *auth.Session, owner ghpkg.Owner, all []binned, q ghpkg.Query) (page []binned, total int, known deletions, err error) {
	if q.Text != "" {
		if known, err = h.deletionsOf(ctx, s, owner, versionsOf(all)); err != nil {
			return nil, 0, nil, err
		}
	}
	page, total = selectBinned(all, q, known)
	if q.Text == "" {
		known, err = h.deletionsOf(ctx, s, owner, versionsOf(page))
	}
	return page, total, known, err
}

func selectBinned(all []binned, q ghpkg.Query, known deletions) (page []binned, total int) {
	text := strings.ToLower(q.Text)
	rows := slices.DeleteFunc(all, func(b binned) bool {
		return !b.matches(text, known) || len(q.Types) > 0 && !slices.Contains(q.Types, b.gone.pkg.Type)
	})
	slices.SortStableFunc(rows, func(a, b binned) int {
		return cmp.Or(a.at().Compare(b.at()), strings.Compare(a.gone.pkg.Name, b.gone.pkg.Name))
	})
	from := min((q.Page-1)*q.PerPage, len(rows))
	return rows[from:min(from+q.PerPage, len(rows))], len(rows)
}

func (h *edge) binPage(c echo.Context, owner ghpkg.Owner, q ghpkg.Query, total int) views.Bin {
	here := link.Bin(owner)
	return views.Bin{
		Frame:   h.frame(c, i18n.T(c.Request().Context(), "bin.title"), views.SectionOwners, ownerCrumbs(owner)...),
		Owner:   h.ownerHead(owner, "bin"),
		Filter:  views.VersionFilter{Action: here, Text: q.Text, PerPage: q.PerPage, Active: q.Text != "" || len(q.Types) > 0, Clear: here},
		Total:   total,
		Pages:   pagesOf(here, q, total),
		Exports: exportsOf(here, q),
		Restore: h.restoreForm(c, owner),
		Compact: columnsOf(c).Compact,
		Select:  h.selectable(c, source(here, q), ghpkg.Deleted, total),
	}
}

func (h *edge) binRow(c echo.Context, b binned, active *inventory.Packages, known deletions) views.BinRow {
	row := views.BinRow{Type: b.gone.pkg.Type}
	if b.version == nil {
		gone := h.goneRow(c, b.gone, active)
		row.Package = &gone
		return row
	}
	version := known.row(h.versionRow(c, b.ref, *b.version))
	row.Version = &version
	row.Of = &views.Anchor{Text: b.ref.Name(), Href: link.Package(b.ref)}
	return row
}
