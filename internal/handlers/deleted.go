package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// Where a deletion is known from, in rows and in JSON.
const (
	knownByGitHub = "github"
	knownByLedger = "ledger"
	estimated     = "estimated" // it vanished between two listings
)

// gonePackage is a package that is deleted, as far as anybody knows.
type gonePackage struct {
	pkg     ghpkg.Package
	at      time.Time // when it was deleted; of one that vanished, when it was last listed
	knownBy string
	by      string // login; empty: not known
	reason  string
	entry   string // of the ledger; empty: none
}

// gonePackages returns what the ledger knows to be deleted under an owner, and
// what vanished without anybody having deleted it here. active is what is
// there: somebody may have restored something at GitHub.
func (h *edge) gonePackages(ctx context.Context, s *auth.Session, owner ghpkg.Owner, active *inventory.Packages) ([]gonePackage, []ghpkg.Notice, error) {
	visible, notices, err := h.visibleTo(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	known, err := h.Ledger.Deleted(ctx, owner, visible)
	if err != nil {
		return nil, nil, err
	}
	var all []gonePackage
	seen := make(map[int64]bool, len(active.Items))
	for _, p := range active.Items {
		seen[p.ID] = true
	}
	for _, d := range known {
		t := d.Target
		if t.PackageID != 0 && seen[t.PackageID] {
			continue
		}
		seen[t.PackageID] = true
		all = append(all, goneOf(d))
	}
	vanished, err := h.vanished(ctx, s, owner)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range vanished {
		if !seen[v.Package.ID] && ghpkg.DaysLeft(v.LastSeen, h.Now()) >= 0 {
			all = append(all, gonePackage{pkg: v.Package, at: v.LastSeen, knownBy: estimated})
		}
	}
	return all, notices, nil
}

// goneOf is a package that the ledger knows to be deleted.
func goneOf(d ghpkg.DeletedPackage) gonePackage {
	t := d.Target
	return gonePackage{
		pkg: ghpkg.Package{ID: t.PackageID, Name: t.Name, Type: t.Type, Owner: t.Owner, Visibility: t.Visibility},
		at:  d.At, knownBy: knownByLedger, by: d.Actor.Login, reason: d.Reason, entry: d.EntryID,
	}
}

// vanished returns the packages that are no longer listed to the viewer. Only
// to an owner does that mean that they are deleted: anybody else may have lost
// the right to see them.
func (h *edge) vanished(ctx context.Context, s *auth.Session, owner ghpkg.Owner) ([]ghpkg.Vanished, error) {
	all, err := h.Inventory.Vanished(ctx, s.Viewer.ID, owner)
	if err != nil || len(all) == 0 {
		return nil, err // as nearly always: who owns what need not be asked
	}
	owns, err := h.owns(ctx, s, owner)
	if err != nil || !owns {
		return nil, err
	}
	return all, nil
}

// owns reports whether the viewer owns all packages under an owner.
func (h *edge) owns(ctx context.Context, s *auth.Session, owner ghpkg.Owner) (bool, error) {
	if owner.Kind() == ghpkg.User {
		return owner.Is(s.Viewer.Login), nil
	}
	visible, _, err := h.visibleTo(ctx, s)
	return slices.Contains(visible.Organizations, strings.ToLower(owner.Login())), err
}

// drift says how many packages vanished outside Stockroom.
func (h *edge) drift(c echo.Context, s *auth.Session, owner ghpkg.Owner, active *inventory.Packages) *views.Drift {
	if vanished, err := h.vanished(c.Request().Context(), s, owner); err != nil || len(vanished) == 0 {
		return nil
	}
	gone, _, err := h.gonePackages(c.Request().Context(), s, owner, active)
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "what vanished could not be read", "error", err)
		return nil
	}
	d := &views.Drift{Href: link.Bin(owner)}
	for _, g := range gone {
		if g.knownBy == estimated {
			d.Count++
			d.Since = earlier(d.Since, g.at)
		}
	}
	if d.Count == 0 {
		return nil
	}
	return d
}

// driftNotice is the same for programs.
func driftNotice(d *views.Drift) []ghpkg.Notice {
	if d == nil {
		return nil
	}
	return []ghpkg.Notice{{Kind: ghpkg.NoticeVanished, Detail: strconv.Itoa(d.Count)}}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// deletedPackages is the table's other state: what is known to be deleted, for
// GitHub lists no deleted packages.
func (h *edge) deletedPackages(c echo.Context, s *auth.Session, owner ghpkg.Owner, t wanted, active *inventory.Packages) error {
	gone, notices, err := h.gonePackages(c.Request().Context(), s, owner, active)
	if err != nil {
		return err
	}
	found := selectGone(gone, t)
	listing := ghpkg.Listing[packageJSON]{
		Items: goneJSON(found.Rows), AsOf: h.Now(),
		Notices: slices.Concat([]ghpkg.Notice{{Kind: ghpkg.NoticeNoList}}, found.Notices, notices, active.Notices),
	}
	if isProgram(c.Request()) {
		return sendTable(h, c, owner.Login()+"-deleted-packages", tableOf(c.Request().Context(), listing, found.Total, t.q))
	}
	page := h.packageTable(c, s, owner, t, found.Total)
	for _, g := range found.Rows {
		page.Rows = append(page.Rows, h.goneRow(c, g, active))
	}
	page.Filter.Types = typeOptions(t.q, found.ByType)
	page.Notices = h.notices(c, listing.Notices)
	page.Select, page.Unclear = decided(page.Select, found.Notices)
	page.Fresh = views.Freshness{AsOf: h.Now(), Refresh: link.RefreshOwner(owner)}
	page.Restore = h.restoreForm(c, owner)
	return h.sendTable(c, page)
}

// restoreForm restores what is not listed; nil where nothing may be changed.
func (h *edge) restoreForm(c echo.Context, owner ghpkg.Owner) *views.RestoreByName {
	if !h.mayChange(c) {
		return nil
	}
	return &views.RestoreByName{Action: link.Packages(owner), Types: typeChoices()}
}

// goneRow returns a deleted package as its row shows it.
func (h *edge) goneRow(c echo.Context, g gonePackage, active *inventory.Packages) views.PackageRow {
	row := views.PackageRow{
		DOMID: domID("package", g.pkg.ID), Name: g.pkg.Name, Type: g.pkg.Type, Visibility: g.pkg.Visibility,
		Repository: repositoryAnchor(g.pkg.Repository), Gone: h.gone(g.at),
	}
	if g.pkg.ID == 0 {
		row.DOMID = "deleted-" + g.entry
	}
	row.Gone.Estimate = g.knownBy == estimated
	row.Gone.By, row.Gone.Reason = g.by, g.reason
	if g.entry != "" {
		row.Gone.Entry = link.LedgerEntry(g.entry)
	}
	if ref, ok := g.pkg.Ref(); ok && h.mayChange(c) {
		row.Gone.Restore = &views.Action{Href: link.RestorePackage(ref), Disabled: h.blocked(c, g.pkg, active)}
		if row.Gone.DaysLeft >= 0 {
			row.Pick = link.Package(ref)
		}
	}
	return row
}

// blocked says why a restoration cannot work, if that is known beforehand.
func (h *edge) blocked(c echo.Context, gone ghpkg.Package, active *inventory.Packages) string {
	same := func(p ghpkg.Package) bool {
		return p.Type == gone.Type && p.Name == gone.Name && p.Owner.Kind() == gone.Owner.Kind() && p.Owner.Is(gone.Owner.Login())
	}
	if active != nil && slices.ContainsFunc(active.Items, same) {
		return i18n.T(c.Request().Context(), "fault."+string(fault.CodeNameReused))
	}
	return ""
}

// gone returns what is known of something deleted at a moment.
func (h *edge) gone(at time.Time) *views.Gone {
	now := h.Now()
	return &views.Gone{
		At: at, Until: ghpkg.RestorableUntil(at), DaysLeft: ghpkg.DaysLeft(at, now), HoursLeft: ghpkg.HoursLeft(at, now),
	}
}

func typeChoices() []views.Option {
	var options []views.Option
	for _, t := range ghpkg.Types() {
		options = append(options, views.Option{Value: string(t), Count: -1})
	}
	return options
}
