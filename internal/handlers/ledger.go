package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// ledger is the record of who did what and why, as far as the viewer may read it.
func (h *edge) ledger(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	v, filter, q, err := ledgerQuery(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	visible, notices, err := h.readableBy(c, s)
	if err != nil {
		return err
	}
	filter.VisibleTo = visible
	entries, total, err := h.Ledger.Entries(ctx, filter, ghpkg.LedgerPage{Offset: (q.Page - 1) * q.PerPage, Limit: q.PerPage})
	if err != nil {
		return err
	}
	if isProgram(c.Request()) {
		rows := ghpkg.Listing[entryJSON]{Items: entriesJSON(entries), AsOf: h.Now(), Notices: notices}
		return sendTable(h, c, "ledger", tableOf(ctx, rows, total, q))
	}
	page := views.LedgerTable{
		Frame:   h.frame(c, i18n.T(ctx, "ledger.title"), views.SectionLedger),
		Notices: h.notices(c, notices), Filter: ledgerForm(ctx, v, filter), Total: total, Pages: ledgerPages(v, q, total),
		Tabs:    ledgerTabs(ctx, v),
		Exports: views.Exports{JSON: ledgerFormat(v, formatJSON), CSV: ledgerFormat(v, formatCSV)}, KeptDays: h.keptDays(), Part: !visible.All,
	}
	for _, e := range entries {
		page.Rows = append(page.Rows, ledgerRow(ctx, e))
	}
	if isSwap(c.Request()) {
		return html(c, http.StatusOK, page.Table())
	}
	return html(c, http.StatusOK, page.Page())
}

// ledgerQuery reads the filters of the ledger; the page's numbers come as a Query.
func ledgerQuery(c echo.Context) (url.Values, ghpkg.LedgerFilter, ghpkg.Query, error) {
	var q ghpkg.Query
	v, err := values(c, ledgerFilters)
	if err != nil {
		return nil, ghpkg.LedgerFilter{}, q, err
	}
	f := ghpkg.LedgerFilter{
		Actor: v.Get("actor"), Owner: v.Get("owner"), Package: v.Get("package"), Operation: v.Get("operation"), Query: strings.TrimSpace(v.Get("q")),
		Outcome: ghpkg.Outcome(v.Get("outcome")),
	}
	if f.Actions, err = actionsOf(v.Get("action")); err != nil {
		return nil, f, q, err
	}
	if f.Outcome != "" && !contains(ghpkg.Outcomes(), f.Outcome) {
		return nil, f, q, noneOf("outcome", v.Get("outcome"), ghpkg.Outcomes())
	}
	if types, err := typesOf(v["type"]); err != nil || len(types) > 1 {
		return nil, f, q, noneOf("type", strings.Join(v["type"], ", "), ghpkg.Types())
	} else if len(types) == 1 {
		f.Type = types[0]
	}
	if f.PackageID, err = packageIDOf(v); err != nil {
		return nil, f, q, err
	}
	zone := i18n.From(c.Request().Context()).Zone
	if f.Since, err = momentOf(v, "since", zone, 0); err != nil {
		return nil, f, q, err
	}
	if f.Until, err = momentOf(v, "until", zone, 1); err != nil {
		return nil, f, q, err
	}
	q.Page, q.PerPage, err = pagingOf(v)
	return v, f, q, err
}

// changes are the actions that the ledger is asked about most, as its filter
// has them: what was done to packages.
const changes = string(ghpkg.ActionDelete + "," + ghpkg.ActionRestore)

// actionsOf reads one action, or several with commas between.
func actionsOf(s string) ([]ghpkg.Action, error) {
	if s == "" {
		return nil, nil
	}
	var all []ghpkg.Action
	for _, one := range strings.Split(s, ",") {
		a := ghpkg.Action(one)
		if !contains(ghpkg.Actions(), a) {
			return nil, noneOf("action", one, ghpkg.Actions())
		}
		all = append(all, a)
	}
	return all, nil
}

// momentOf reads a date in the viewer's zone, or an RFC 3339 moment. A date as
// an end means the end of that day: days later.
func momentOf(v url.Values, name string, zone *time.Location, days int) (time.Time, error) {
	s := v.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return time.Time{}, badFilter(name, s, hintDate, "")
	}
	return at.AddDate(0, 0, days), nil
}

func contains[T comparable](all []T, one T) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}

func ledgerRow(ctx context.Context, e ghpkg.Entry) views.LedgerRow {
	row := views.LedgerRow{
		ID: e.ID, Href: link.LedgerEntry(e.ID), At: e.At, Actor: e.Actor.Login, ProxyUser: e.Actor.ProxyUser,
		Action: e.Action, Type: e.Target.Type, Tags: e.Target.Tags, Reason: e.Reason, Outcome: e.Outcome, Said: e.Message,
	}
	if e.Target.Name != "" {
		row.Target = e.Target.Name
		if owner := e.Target.Owner.Login(); owner != "" && e.Target.Type != "" { // the address of a table has it
			row.Target = owner + "/" + row.Target
		}
		if e.Target.VersionID != 0 {
			row.Target = joined(row.Target, " · ", versionWords(e.Target))
		}
		row.TargetURL, _ = link.TargetPage(e.Target)
	}
	if e.Actor == (ghpkg.Actor{}) {
		row.Actor = i18n.T(ctx, "ledger.portal")
	}
	if trim, ok := trimOf(e); ok { // which GitHub has not said
		row.Said, row.Did = "", i18n.T(ctx, "ledger.trimmed", "Count", trim.Entries, "Day", trim.Before.Format(time.DateOnly))
	}
	return row
}

// trimOf returns what was removed, of an entry about that.
func trimOf(e ghpkg.Entry) (ghpkg.Trim, bool) {
	if e.Action != ghpkg.ActionTrim {
		return ghpkg.Trim{}, false
	}
	return ghpkg.ReadTrim(e.Message)
}

// keptDays is how long entries are kept; 0: for ever.
func (h *edge) keptDays() int { return int(h.Retention / (24 * time.Hour)) }

// versionWords names a version: by its name if it is known, else by its id.
func versionWords(t ghpkg.Target) string {
	if t.VersionName == "" {
		return "#" + id(t.VersionID)
	}
	return short(t.VersionName)
}

// ledgerEntry is one entry, under an address that stays.
func (h *edge) ledgerEntry(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON); err != nil {
		return err
	}
	if _, err := values(c, nil); err != nil {
		return err
	}
	visible, _, err := h.readableBy(c, s)
	if err != nil {
		return err
	}
	e, err := h.Ledger.Entry(c.Request().Context(), c.Param("id"), visible)
	if err != nil {
		return h.notKept(c.Param("id"), err)
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, entryToJSON(e))
	}
	ctx := c.Request().Context()
	page := views.LedgerEntry{
		Frame: h.frame(c, i18n.T(ctx, "ledger.entry"), views.SectionLedger,
			views.Crumb{Text: i18n.T(ctx, "ledger.title"), Href: link.Ledger}, views.Crumb{Text: i18n.T(ctx, "ledger.entry")}),
		Row: ledgerRow(ctx, e), ActorID: e.Actor.ID, PackageID: e.Target.PackageID, VersionID: e.Target.VersionID,
		VersionName: e.Target.VersionName, From: e.From, Undo: h.undo(c, e),
	}
	if page.Undo != nil {
		if page.Restored, err = h.restoredSince(ctx, e, visible); err != nil {
			return err
		}
	}
	if trim, ok := trimOf(e); ok {
		page.RemovedLink, page.RemovedHash = trim.Link, trim.Hash
	}
	if e.Operation != "" {
		page.Operation = link.Operation(e.Operation)
	}
	if e.Code != "" {
		page.Explanation = i18n.T(ctx, "fault."+e.Code, withArgs(map[string]any{"Name": e.Target.Name, "Owner": e.Target.Owner.Login()}))
	}
	if ledger.Unsent(e) {
		page.Explanation = joined(page.Explanation, " ", i18n.T(ctx, "problem.unsent"))
	}
	return html(c, http.StatusOK, page.Page())
}

// notKept says of an entry that was not found that it would be older than
// entries are kept, if its id is of then. Whether there was one is not said.
func (h *edge) notKept(id string, err error) error {
	begun, ok := ledger.BegunAt(id)
	if fault.KindOf(err) != fault.NotFound || h.Retention == 0 || !ok || h.Now().Sub(begun) < h.Retention {
		return err
	}
	return &fault.Error{Kind: fault.NotFound, Code: fault.CodeNotKept, Op: "handlers.ledgerEntry", Args: map[string]any{"Value": h.keptDays()}, Err: err}
}
