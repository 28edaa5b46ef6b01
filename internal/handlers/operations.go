package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// readsOperations returns whose operations the viewer may read: their own, and
// an admin of the portal those of everybody.
func readsOperations(c echo.Context, s *auth.Session) ghpkg.VisibleTo {
	if rightsOf(c).Admin {
		return ghpkg.VisibleTo{All: true}
	}
	return ghpkg.VisibleTo{ActorID: s.Viewer.ID}
}

// operations is the table of bulk operations, the newest first.
func (h *edge) operations(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	v, err := values(c, []string{"state", "notice"})
	if err != nil {
		return err
	}
	state := ghpkg.OperationState(v.Get("state"))
	if state != "" && !contains(ghpkg.OperationStates(), state) {
		return noneOf("state", v.Get("state"), ghpkg.OperationStates())
	}
	var q ghpkg.Query
	if q.Page, q.PerPage, err = pagingOf(v); err != nil {
		return err
	}
	ctx := c.Request().Context()
	visible := readsOperations(c, s)
	all, total, err := h.Operations.List(ctx, visible, ghpkg.OperationQuery{State: state, Offset: (q.Page - 1) * q.PerPage, Limit: q.PerPage})
	if err != nil {
		return err
	}
	if isProgram(c.Request()) {
		rows := ghpkg.Listing[operationJSON]{Items: h.operationsJSON(all), AsOf: h.Now()}
		return sendTable(h, c, "operations", tableOf(ctx, rows, total, q))
	}
	page := h.operationsPage(c, state, q, total)
	if v.Get("notice") == discarded {
		page.Flash = &views.Flash{Good: true, Text: i18n.T(ctx, "operation.answer."+discarded)}
	}
	for _, op := range all {
		page.Rows = append(page.Rows, h.operationRow(c, s, op, visible.All))
	}
	if isSwap(c.Request()) {
		return html(c, http.StatusOK, page.Table())
	}
	return html(c, http.StatusOK, page.Page())
}

func (h *edge) operationsPage(c echo.Context, state ghpkg.OperationState, q ghpkg.Query, total int) views.Operations {
	here := link.OperationsIn(state, q.Page, q.PerPage)
	page := views.Operations{
		Frame: h.frame(c, i18n.T(c.Request().Context(), "operations.title"), views.SectionOperations),
		Total: total, Exports: views.Exports{JSON: link.As(here, formatJSON), CSV: link.As(here, formatCSV)},
		Pages: pages(q, total, func(page, perPage int) string { return link.OperationsIn(state, page, perPage) }),
	}
	if state != "" {
		page.Clear = link.Operations
	}
	for _, s := range append([]ghpkg.OperationState{""}, ghpkg.OperationStates()...) {
		page.States = append(page.States, views.Option{
			Value: string(s), Href: link.OperationsIn(s, 1, q.PerPage), Selected: s == state, Count: -1,
		})
	}
	return page
}

func (h *edge) operationRow(c echo.Context, s *auth.Session, op ghpkg.Operation, others bool) views.OperationRow {
	row := views.OperationRow{
		Href: link.Operation(op.ID), Action: op.Action, State: op.State, Source: sourceOf(c.Request().Context(), op), Reason: op.Reason,
		Title: operationTitle(c, "operation.title.", op), At: op.CreatedAt, Total: op.Total(), Settled: settled(op),
		Lost: settled(op) - op.Counts[ghpkg.ItemDone], Until: op.WaitingUntil,
	}
	if others {
		row.Actor = op.Actor.Login
	}
	if !op.StartedAt.IsZero() {
		row.At = op.StartedAt
	}
	if op.State == ghpkg.OperationDraft && op.Actor.ID == s.Viewer.ID && h.mayChange(c) {
		row.Discard = link.Steer(op.ID, "discard")
	}
	return row
}

// operationTitle says what the operation does with how many of what.
func operationTitle(c echo.Context, family string, op ghpkg.Operation) string {
	return i18n.T(c.Request().Context(), family+string(op.Action)+"."+unitOf(op), "Count", op.Total())
}

// settled is how many items are over.
func settled(op ghpkg.Operation) int {
	return op.Total() - op.Counts[ghpkg.ItemPending] - op.Counts[ghpkg.ItemRunning]
}

// badge says what of the viewer's is unfinished; nil if that is not known. A
// page is shown without it rather than not at all.
func (h *edge) badge(c echo.Context, s *auth.Session) *views.Badge {
	ctx := c.Request().Context()
	counts, err := h.Unfinished.CountUnfinished(ctx, s.Viewer.ID)
	if err != nil {
		h.Log.WarnContext(ctx, "unfinished operations could not be counted", "error", err)
		return nil
	}
	for _, b := range []struct {
		state ghpkg.OperationState
		key   string
	}{
		{ghpkg.OperationRunning, "badge.running"}, {ghpkg.OperationWaiting, "badge.waiting"}, {ghpkg.OperationPaused, "badge.paused"},
	} {
		if n := counts[b.state]; n > 0 {
			return &views.Badge{Text: i18n.T(ctx, b.key, "Count", n), Count: n, State: b.state}
		}
	}
	return &views.Badge{}
}

// showBadge is the badge by itself; somebody who opens its address is led to the table.
func (h *edge) showBadge(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request()); err != nil {
		return err
	}
	if !isSwap(c.Request()) {
		return c.Redirect(http.StatusSeeOther, link.Operations)
	}
	b := h.badge(c, s)
	if b == nil {
		return c.NoContent(http.StatusNoContent) // what is shown stays
	}
	return html(c, http.StatusOK, b.Item())
}
