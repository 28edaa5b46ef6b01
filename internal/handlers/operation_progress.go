package handlers

import (
	"context"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// operationProgress is how far an operation is, and what can be done with it.
func (h *edge) operationProgress(c echo.Context, a opened, sum ghpkg.OperationSummary) (*views.OperationProgress, error) {
	op, ctx := a.op, c.Request().Context()
	p := &views.OperationProgress{Total: op.Total(), Settled: settled(op), Segments: segments(op), Until: op.WaitingUntil, Said: op.Said}
	if p.Total > 0 {
		p.Percent = 100 * p.Settled / p.Total
	}
	for _, state := range ghpkg.ItemStates() {
		if n := op.Counts[state]; n > 0 {
			p.Counts = append(p.Counts, views.Option{
				Value: string(state), Text: i18n.T(ctx, stateWords(op, state)), Count: n, Href: link.OperationItems(op.ID, ghpkg.ItemQuery{State: state}, 1, 0),
			})
		}
	}
	if op.State == ghpkg.OperationPaused {
		h.whyPaused(c, a, sum, p)
	}
	if op.Over() {
		p.Outcome = outcomeOf(ctx, op)
	} else if err := h.atWork(ctx, op, p); err != nil {
		return nil, err
	}
	mendable, err := h.lostItems(c, op, p)
	if err == nil && a.mine() {
		h.offerSteering(c, op, p, mendable)
	}
	return p, err
}

// stateWords names the state of an item. What is still to be done in a stopped
// operation never will be.
func stateWords(op ghpkg.Operation, state ghpkg.ItemState) string {
	if op.State == ghpkg.OperationStopped && state == ghpkg.ItemPending {
		return "item.state.not_sent"
	}
	return "item.state." + string(state)
}

// segments are the parts of the bar, from what is done to what is on its way.
func segments(op ghpkg.Operation) []views.Segment {
	var all []views.Segment
	total, at := float64(max(1, op.Total())), 0.0
	percent := func(part float64) string { return strconv.FormatFloat(100*part/total, 'f', 3, 64) + "%" }
	for _, state := range []ghpkg.ItemState{
		ghpkg.ItemDone, ghpkg.ItemRefused, ghpkg.ItemFailed, ghpkg.ItemUnknown, ghpkg.ItemSkipped, ghpkg.ItemRunning,
	} {
		if n := float64(op.Counts[state]); n > 0 {
			all = append(all, views.Segment{State: state, X: percent(at), Width: percent(n)})
			at += n
		}
	}
	return all
}

// atWork says when it will be over, at which pace, and what is on its way.
func (h *edge) atWork(ctx context.Context, op ghpkg.Operation, p *views.OperationProgress) error {
	if op.State == ghpkg.OperationPaused {
		return nil
	}
	if p.ETA = h.Operations.ETA(op); p.ETA.After(h.Now()) {
		p.Left = spell(ctx, "operation.left.", p.ETA.Sub(h.Now()))
	}
	if op.Counts[ghpkg.ItemRunning] > 0 {
		items, _, err := h.Operations.Items(ctx, op.ID, ghpkg.ItemQuery{State: ghpkg.ItemRunning, Limit: 1})
		if err != nil {
			return err
		}
		for _, i := range items {
			p.Current = itemWords(i)
		}
	}
	line, err := h.Operations.Unfinished(ctx, op.Actor.ID)
	if err != nil {
		return err
	}
	for _, earlier := range line {
		if earlier.ID == op.ID {
			break
		}
		if earlier.State != ghpkg.OperationPaused {
			p.Behind = link.Operation(earlier.ID)
		}
	}
	left := op.Total() - settled(op)
	if p.Left != "" && p.Behind == "" && op.State == ghpkg.OperationRunning && left > 0 {
		each := p.ETA.Sub(h.Now()).Seconds() / float64(left)
		p.Pace = i18n.T(ctx, "operation.pace", "Value", strconv.FormatFloat(each, 'f', 1, 64))
	}
	return nil
}

// whyPaused says why it cannot go on without a person, and what they can do.
func (h *edge) whyPaused(c echo.Context, a opened, sum ghpkg.OperationSummary, p *views.OperationProgress) {
	if a.op.Why == "" {
		return
	}
	ctx := c.Request().Context()
	p.Why = i18n.T(ctx, "fault."+a.op.Why, withArgs(nil))
	if !a.mine() {
		return
	}
	here := link.Operation(a.op.ID)
	switch fault.Code(a.op.Why) {
	case fault.CodeTokenRevoked, fault.CodeSignedOut:
		// Whoever reads this is signed in. Another session may be what ended.
		p.Fix = &views.Fix{Label: i18n.T(ctx, "fix.sign_in"), Href: link.SignIn(here, nil)}
	case fault.CodeScope:
		p.Fix = &views.Fix{Label: i18n.T(ctx, "fix.grant_scope"), Href: link.SignIn(here, missingScopes(a, sum))}
	}
}

// shownLost bounds the items of each state in the log of what was not done.
const shownLost = 5

// lostItems is the log of what was not done, and whether some of that can be
// tried again.
func (h *edge) lostItems(c echo.Context, op ghpkg.Operation, p *views.OperationProgress) (mendable bool, err error) {
	ctx := c.Request().Context()
	for _, state := range []ghpkg.ItemState{ghpkg.ItemUnknown, ghpkg.ItemRefused, ghpkg.ItemFailed, ghpkg.ItemSkipped} {
		n := op.Counts[state]
		if n == 0 {
			continue
		}
		items, _, err := h.Operations.Items(ctx, op.ID, ghpkg.ItemQuery{State: state, Limit: shownLost})
		if err != nil {
			return false, err
		}
		for _, i := range items {
			p.Lost = append(p.Lost, itemRow(c, op, i))
			mendable = mendable || state == ghpkg.ItemRefused && operations.Mendable(i.Code)
		}
		mendable = mendable || state == ghpkg.ItemUnknown || state == ghpkg.ItemFailed
		if n > len(items) {
			p.MoreLost = append(p.MoreLost, views.Option{
				Text: i18n.T(ctx, "item.state."+string(state)) + " (" + i18n.Number(ctx, n) + ")",
				Href: link.OperationItems(op.ID, ghpkg.ItemQuery{State: state}, 1, 0),
			})
		}
	}
	return mendable, nil
}

// offerSteering says where to post what can be done with the operation now.
func (h *edge) offerSteering(c echo.Context, op ghpkg.Operation, p *views.OperationProgress, mendable bool) {
	at := func(verb string) string { return link.Steer(op.ID, verb) }
	working := op.State == ghpkg.OperationRunning || op.State == ghpkg.OperationWaiting
	if working {
		p.Pause = at("pause")
	}
	if !op.Over() {
		p.Stop = at("stop")
	}
	if working || !h.mayChange(c) {
		return
	}
	if op.State == ghpkg.OperationPaused {
		p.Resume = at("resume")
	}
	if n := op.Counts[ghpkg.ItemPending]; op.State == ghpkg.OperationStopped && n > 0 {
		p.Continue, p.Rest = at("continue"), n
	}
	if mendable && (op.State != ghpkg.OperationStopped || p.Settled == p.Total) {
		p.Retry = at("retry")
	}
	if op.Action == ghpkg.ActionDelete && op.Counts[ghpkg.ItemDone] > 0 && ghpkg.DaysLeft(lastDeletion(op, h.Now()), h.Now()) >= 0 {
		p.Undo, p.UndoUntil = at("undo"), ghpkg.RestorableUntil(op.StartedAt)
	}
}

// lastDeletion is the latest moment at which the operation deleted anything.
func lastDeletion(op ghpkg.Operation, now time.Time) time.Time {
	if op.EndedAt.IsZero() {
		return now
	}
	return op.EndedAt
}

// outcomeOf says how an operation ended. What is not known is said to be unknown.
func outcomeOf(ctx context.Context, op ghpkg.Operation) *views.OperationOutcome {
	done, total, action := op.Counts[ghpkg.ItemDone], op.Total(), string(op.Action)
	if op.State == ghpkg.OperationDone && done == total {
		return &views.OperationOutcome{Good: true, Text: i18n.T(ctx, "operation.outcome."+action, "Count", total)}
	}
	how := "_part"
	if op.State == ghpkg.OperationStopped {
		how = "_stopped"
	}
	o := &views.OperationOutcome{Text: i18n.T(ctx, "operation.outcome."+action+how, "Done", done, "Total", total)}
	for _, state := range ghpkg.ItemStates() {
		if n := op.Counts[state]; n > 0 && state != ghpkg.ItemDone && state != ghpkg.ItemRunning {
			o.Details = append(o.Details, i18n.T(ctx, "operation.detail."+string(state), "Count", n))
		}
	}
	return o
}
