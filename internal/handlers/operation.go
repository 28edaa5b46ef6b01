package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// opened is what a request wants to see of an operation.
type opened struct {
	s     *auth.Session
	op    ghpkg.Operation
	items ghpkg.ItemQuery
	page  ghpkg.Query // its numbers alone
}

// mine reports whether the viewer steers the operation, and does not only read it.
func (a opened) mine() bool { return a.op.Actor.ID == a.s.Viewer.ID }

// wholeTable bounds what ?all=1 answers; no operation has more items.
const wholeTable = 100_000

// itemQuery reads the filters of an operation's items. all=1 asks for every
// row, for a file to keep.
func itemQuery(v url.Values) (q ghpkg.ItemQuery, page ghpkg.Query, err error) {
	q = ghpkg.ItemQuery{
		Text: strings.TrimSpace(v.Get("q")), State: ghpkg.ItemState(v.Get("state")), Check: ghpkg.ItemCheck(v.Get("check")),
	}
	if q.State != "" && !contains(ghpkg.ItemStates(), q.State) {
		return q, page, noneOf("state", v.Get("state"), ghpkg.ItemStates())
	}
	if q.Check != "" && !contains(ghpkg.ItemChecks(), q.Check) {
		return q, page, noneOf("check", v.Get("check"), ghpkg.ItemChecks())
	}
	if q.Sort, err = sortOf(v.Get("sort"), []ghpkg.Sort{ghpkg.SortName, ghpkg.SortCreated}); err != nil {
		return q, page, err
	}
	page.Page, page.PerPage, err = pagingOf(v)
	q.Offset, q.Limit = (page.Page-1)*page.PerPage, page.PerPage
	if all := v.Get("all"); all == "1" && v.Get("format") == formatCSV {
		q.Offset, q.Limit = 0, wholeTable
	} else if all != "" {
		return q, page, invalidFilter("all", all)
	}
	return q, page, err
}

// operation is one bulk operation: what it would do, or what it has done so far.
func (h *edge) operation(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	v, err := values(c, []string{"q", "state", "check", "sort", "all"})
	if err != nil {
		return err
	}
	a := opened{s: s}
	if a.items, a.page, err = itemQuery(v); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if a.op, err = h.Operations.Operation(ctx, c.Param("id"), readsOperations(c, s)); err != nil {
		return err
	}
	if !isProgram(c.Request()) {
		return h.sendOperation(c, a, http.StatusOK, nil)
	}
	items, total, err := h.Operations.Items(ctx, a.op.ID, a.items)
	if err != nil {
		return err
	}
	if a.items.Limit == a.page.PerPage { // not all of them
		h.linkPages(c, total, a.page)
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, h.operationPageToJSON(ctx, a.op, items, total, a.page))
	}
	return csvAnswer(c, "operation-"+a.op.ID, a.op.Complete, itemsJSON(items))
}

// sendOperation answers with the page, or with the part that htmx asks for: the
// items for themselves, else what changes while it is at work.
func (h *edge) sendOperation(c echo.Context, a opened, status int, p *views.Problem) error {
	if isSwap(c.Request()) && swapsInto(c.Request(), views.ItemsID) {
		items, err := h.operationItems(c, a)
		if err != nil {
			return err
		}
		return html(c, status, items.Table())
	}
	page, err := h.operationHead(c, a)
	if err != nil {
		return err
	}
	page.Problem = p
	if isSwap(c.Request()) {
		return html(c, status, page.Live())
	}
	if page.Items, err = h.operationItems(c, a); err != nil {
		return err
	}
	return html(c, status, page.Page())
}

// operationHead is everything on the page but the items.
func (h *edge) operationHead(c echo.Context, a opened) (views.Operation, error) {
	op, ctx := a.op, c.Request().Context()
	sum, err := h.summary(ctx, op)
	if err != nil {
		return views.Operation{}, err
	}
	family := "operation.title."
	if op.State == ghpkg.OperationDraft {
		family = "operation.ask."
	}
	page := views.Operation{
		Title: operationTitle(c, family, op), Action: op.Action, State: op.State, Source: sourceOf(ctx, op),
		Reason: op.Reason, Actor: op.Actor.Login, Created: op.CreatedAt, Started: op.StartedAt, Ended: op.EndedAt,
	}
	page.Frame = h.frame(c, page.Title, views.SectionOperations,
		views.Crumb{Text: i18n.T(ctx, "operations.title"), Href: link.Operations}, views.Crumb{Text: page.Title})
	if c.Request().Method != http.MethodGet {
		page.Here, page.Steered = link.Operation(op.ID), true
	}
	if op.Undoes != "" {
		page.Undoes = link.Operation(op.Undoes)
	}
	if op.Continues != "" {
		page.Continues = link.Operation(op.Continues)
	}
	if op.State == ghpkg.OperationDraft {
		page.Draft, err = h.operationDraft(c, a, sum)
		return page, err
	}
	page.Ledger = link.LedgerOfOperation(op.ID)
	if page.Progress, err = h.operationProgress(c, a, sum); err != nil {
		return page, err
	}
	return page, h.followed(c, op, &page)
}

// followed says what takes the operation back, or takes up its rest, and offers
// neither where those have done it all. What is at work has none.
func (h *edge) followed(c echo.Context, op ghpkg.Operation, page *views.Operation) error {
	if !op.Over() && op.State != ghpkg.OperationPaused {
		return nil
	}
	followers, err := h.Operations.Followers(c.Request().Context(), op)
	if err != nil {
		return err
	}
	p, left := page.Progress, op.Counts[ghpkg.ItemDone]
	for _, f := range followers {
		family := "operation.title."
		if f.State == ghpkg.OperationDraft {
			family = "operation.ask."
		}
		follower := views.Follower{Title: operationTitle(c, family, f), Href: link.Operation(f.ID), State: f.State}
		if f.Undoes == op.ID {
			left -= f.Counts[ghpkg.ItemDone]
			page.TakenBackBy = append(page.TakenBackBy, follower)
		} else {
			p.Rest -= f.Counts[ghpkg.ItemDone]
			page.ContinuedBy = append(page.ContinuedBy, follower)
		}
	}
	if left <= 0 {
		p.Undo = ""
	}
	if p.Rest <= 0 {
		p.Continue = ""
	}
	return nil
}

// unitOf names what the items are.
func unitOf(op ghpkg.Operation) string {
	switch op.Whole {
	case 0:
		return "versions"
	case op.Total():
		return "packages"
	}
	return "items"
}
