package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// Where a deletion is known from, in rows and in JSON.
const (
	knownByGitHub = "github"
	knownByLedger = "ledger"
)

// deletedPackages is the table's other state: what the ledger knows to be
// deleted, for GitHub lists no deleted packages.
func (h *edge) deletedPackages(c echo.Context, s *auth.Session, owner ghpkg.Owner, q ghpkg.Query, active ghpkg.Listing[ghpkg.Package]) error {
	ctx := c.Request().Context()
	visible, notices, err := h.visibleTo(ctx, s)
	if err != nil {
		return err
	}
	known, err := h.Ledger.Deleted(ctx, owner, visible)
	if err != nil {
		return err
	}
	known = stillDeleted(known, active.Items)
	rows, total := selectDeleted(known, q)
	listing := ghpkg.Listing[packageJSON]{
		Items: deletedJSON(rows), AsOf: h.Now(),
		Notices: slices.Concat([]ghpkg.Notice{{Kind: ghpkg.NoticeNoList}}, notices, active.Notices),
	}
	switch format(c.Request()) {
	case formatJSON:
		return jsonAnswer(c, http.StatusOK, tableOf(ctx, listing, total, q))
	case formatCSV:
		return csvAnswer(c, owner.Login()+"-deleted-packages", listing.Items)
	}
	page := h.packageTable(c, owner, q, total)
	for _, d := range rows {
		page.Rows = append(page.Rows, h.deletedRow(c, d, active.Items))
	}
	page.Filter.Types = typeOptions(q, countTypes(known, func(d ghpkg.DeletedPackage) ghpkg.Type { return d.Target.Type }))
	page.Notices = h.notices(c, listing.Notices)
	page.Fresh = views.Freshness{AsOf: h.Now(), Refresh: link.RefreshOwner(owner)}
	if !h.ReadOnly {
		page.Restore = &views.RestoreByName{Action: link.Packages(owner), Types: typeChoices()}
	}
	return h.sendTable(c, page)
}

// stillDeleted leaves out what is there again: somebody restored it at GitHub.
func stillDeleted(known []ghpkg.DeletedPackage, active []ghpkg.Package) []ghpkg.DeletedPackage {
	there := make(map[int64]bool, len(active))
	for _, p := range active {
		there[p.ID] = true
	}
	return slices.DeleteFunc(known, func(d ghpkg.DeletedPackage) bool { return there[d.Target.PackageID] })
}

// selectDeleted filters, orders and pages what was deleted; without a sort the
// fewest days left come first.
func selectDeleted(all []ghpkg.DeletedPackage, q ghpkg.Query) (page []ghpkg.DeletedPackage, total int) {
	text := strings.ToLower(q.Text)
	rows := slices.DeleteFunc(slices.Clone(all), func(d ghpkg.DeletedPackage) bool {
		t := d.Target
		return len(q.Types) > 0 && !slices.Contains(q.Types, t.Type) ||
			q.Visibility != "" && t.Visibility != q.Visibility ||
			q.Repo != "" || // the ledger does not keep the repository
			!strings.Contains(strings.ToLower(t.Name), text)
	})
	field, down := cmp.Or(q.Sort, ghpkg.SortDaysLeft).Descending()
	slices.SortFunc(rows, func(a, b ghpkg.DeletedPackage) int {
		by := a.At.Compare(b.At)
		if field == ghpkg.SortName {
			by = strings.Compare(strings.ToLower(a.Target.Name), strings.ToLower(b.Target.Name))
		}
		if down {
			by = -by
		}
		return cmp.Or(by, strings.Compare(a.EntryID, b.EntryID))
	})
	from := min((q.Page-1)*q.PerPage, len(rows))
	return rows[from:min(from+q.PerPage, len(rows))], len(rows)
}

// deletedRow returns a deleted package as its row shows it.
func (h *edge) deletedRow(c echo.Context, d ghpkg.DeletedPackage, active []ghpkg.Package) views.PackageRow {
	row := views.PackageRow{
		DOMID: domID("package", d.Target.PackageID), Name: d.Target.Name, Type: d.Target.Type,
		Visibility: d.Target.Visibility, Gone: h.gone(d.At, knownByLedger),
	}
	if d.Target.PackageID == 0 {
		row.DOMID = "deleted-" + d.EntryID
	}
	row.Gone.By, row.Gone.Reason, row.Gone.Entry = d.Actor.Login, d.Reason, link.LedgerEntry(d.EntryID)
	if ref, ok := d.Target.Ref(); ok && !h.ReadOnly {
		row.Gone.Restore = &views.Action{Href: link.RestorePackage(ref), Disabled: h.blocked(c, d, active)}
	}
	return row
}

// blocked says why a restoration cannot work, if that is known beforehand.
func (h *edge) blocked(c echo.Context, d ghpkg.DeletedPackage, active []ghpkg.Package) string {
	if slices.ContainsFunc(active, func(p ghpkg.Package) bool { return p.Type == d.Target.Type && p.Name == d.Target.Name }) {
		return i18n.T(c.Request().Context(), "fault."+string(fault.CodeNameReused))
	}
	return ""
}

// gone returns what is known of something deleted at a moment.
func (h *edge) gone(at time.Time, knownBy string) *views.Gone {
	return &views.Gone{At: at, Until: ghpkg.RestorableUntil(at), DaysLeft: ghpkg.DaysLeft(at, h.Now()), KnownBy: knownBy}
}

func typeChoices() []views.Option {
	var options []views.Option
	for _, t := range ghpkg.Types() {
		options = append(options, views.Option{Value: string(t), Count: -1})
	}
	return options
}
