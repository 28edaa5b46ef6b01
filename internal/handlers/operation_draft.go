package handlers

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// operationDraft is what is known before an operation starts, and the way to start it.
func (h *edge) operationDraft(c echo.Context, a opened, sum ghpkg.OperationSummary) (*views.OperationDraft, error) {
	d := &views.OperationDraft{Total: a.op.Total(), Does: operationTitle(c, "operation.title.", a.op), Facts: h.operationFacts(c, a.op, sum)}
	if !a.mine() {
		return d, nil
	}
	d.Discard, d.Remove = link.Steer(a.op.ID, "discard"), link.Steer(a.op.ID, "remove")
	if !h.mayChange(c) {
		d.Discard, d.Remove = "", ""
		return d, nil
	}
	d.Start, d.Confirm, d.Typed = link.Steer(a.op.ID, "start"), c.FormValue("confirm"), c.FormValue("reason")
	d.Missing = missingScopes(a, sum)
	if len(d.Missing) > 0 {
		d.Member = h.onlyMember(c.Request().Context(), a.s, sum.Organizations...)
		d.Grant = &views.Fix{
			Label: i18n.T(c.Request().Context(), "fix.grant_scope"), Href: link.SignIn(link.Operation(a.op.ID), d.Missing),
		}
	}
	return d, h.offerInstead(c, a, sum, d)
}

// missingScopes are what has to be granted for the items, with what their undo
// takes; none if the items themselves need none of it.
func missingScopes(a opened, sum ghpkg.OperationSummary) ghpkg.Scopes {
	var missing ghpkg.Scopes
	lacking := false
	for _, t := range sum.Types {
		lacking = lacking || len(a.s.Viewer.Scopes.Missing(ghpkg.NeededScopes(a.op.Action, t))) > 0
		for _, scope := range a.s.Viewer.Scopes.Missing(ghpkg.ScopesToGrant(t)) {
			if !contains(missing, scope) {
				missing = append(missing, scope)
			}
		}
	}
	if !lacking {
		return nil
	}
	return missing
}

// shownEmptied bounds the packages that are offered to be deleted as a whole.
const shownEmptied = 5

// offerInstead offers to delete a package of which every version is selected.
func (h *edge) offerInstead(c echo.Context, a opened, sum ghpkg.OperationSummary, d *views.OperationDraft) error {
	if a.op.Action != ghpkg.ActionDelete || sum.Checks[ghpkg.CheckLastVersion] == 0 {
		return nil
	}
	q := ghpkg.ItemQuery{Check: ghpkg.CheckLastVersion, Limit: shownEmptied}
	items, total, err := h.Operations.Items(c.Request().Context(), a.op.ID, q)
	if err != nil {
		return err
	}
	d.Instead = link.Operations
	for _, i := range items {
		if ref, ok := i.Target.Ref(); ok {
			d.Emptied = append(d.Emptied, views.EmptiedPackage{Name: ref.Owner().Login() + "/" + ref.Name(), Path: link.Package(ref)})
		}
	}
	if total > len(items) {
		d.MoreEmptied = link.OperationItems(a.op.ID, ghpkg.ItemQuery{Check: ghpkg.CheckLastVersion}, 1, 0)
	}
	return nil
}

// operationFacts says what starting the operation would bring.
func (h *edge) operationFacts(c echo.Context, op ghpkg.Operation, sum ghpkg.OperationSummary) []views.OperationFact {
	ctx := c.Request().Context()
	var facts []views.OperationFact
	say := func(level, key string, args ...any) {
		facts = append(facts, views.OperationFact{Consequence: views.Consequence{Level: level, Text: i18n.T(ctx, key, args...)}})
	}
	total := op.Total()
	if total == 0 {
		say(warning, "operation.fact.empty")
		return facts
	}
	deletes := op.Action == ghpkg.ActionDelete
	say(info, "operation.fact.items", "Count", total)
	if sum.Packages > 1 && sum.Packages != sum.Whole {
		say(info, "operation.fact.packages", "Count", sum.Packages)
	}
	switch {
	case sum.Whole > 0 && deletes:
		say(danger, "operation.fact.whole", "Count", sum.Whole)
		wholeFacts(sum, say)
	case sum.Whole > 0:
		say(info, "operation.fact.whole_back", "Count", sum.Whole)
	}
	switch {
	case sum.Tags > 0 && deletes:
		say(danger, "operation.fact.tags", "Count", sum.Tags)
	case sum.Tags > 0:
		say(info, "operation.fact.tags_back", "Count", sum.Tags)
	}
	if sum.Public > 0 && deletes {
		say(warning, "operation.fact.public", "Count", sum.Public)
	}
	facts = append(facts, checkFacts(ctx, op, sum)...)
	if !op.Complete {
		say(warning, "operation.fact.incomplete")
	}
	if takes := h.Operations.ETA(op).Sub(h.Now()); takes > 0 {
		say(info, "operation.fact.takes", "Value", spell(ctx, "duration.", takes))
	}
	if deletes {
		say(info, "operation.fact.back")
	} else if !sum.LeastDeletedAt.IsZero() && ghpkg.DaysLeft(sum.LeastDeletedAt, h.Now()) >= 0 {
		say(info, "operation.fact.hurry", "Until", ghpkg.RestorableUntil(sum.LeastDeletedAt))
	}
	return facts
}

// wholeFacts says what goes with whole packages, as the page of consequences of
// a single one does.
func wholeFacts(sum ghpkg.OperationSummary, say func(level, key string, args ...any)) {
	if sum.Versions > 0 {
		say(danger, "operation.fact.versions", "Count", sum.Versions)
	}
	if sum.Uncounted > 0 {
		say(warning, "operation.fact.versions_unknown", "Count", sum.Uncounted)
	}
	say(warning, "operation.fact.name_free", "Count", sum.Whole)
}

// checkFacts says what is expected of the items that something may be in the
// way of. Those that will not work can be left out at once.
func checkFacts(ctx context.Context, op ghpkg.Operation, sum ghpkg.OperationSummary) []views.OperationFact {
	var facts []views.OperationFact
	for _, check := range ghpkg.ItemChecks() {
		n := sum.Checks[check]
		if n == 0 || check == ghpkg.CheckOK {
			continue
		}
		fact := views.OperationFact{
			Consequence: views.Consequence{Level: warning, Text: i18n.T(ctx, "operation.fact."+string(check), "Count", n)},
			Href:        link.OperationItems(op.ID, ghpkg.ItemQuery{Check: check}, 1, 0), Remove: check,
		}
		switch check {
		case ghpkg.CheckDownloads, ghpkg.CheckUnknown:
			fact.Remove, fact.Level = "", info
		case ghpkg.CheckReferring:
			fact.Level = danger
		case ghpkg.CheckUntagged:
			fact.Remove = ""
		}
		facts = append(facts, fact)
	}
	return facts
}

// spell says how long something takes, as exactly as a person wants to know.
func spell(ctx context.Context, family string, d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return i18n.T(ctx, family+"seconds", "Count", max(1, int((d+time.Second/2)/time.Second)))
	case d < 90*time.Minute:
		return i18n.T(ctx, family+"minutes", "Count", int((d+time.Minute/2)/time.Minute))
	}
	return i18n.T(ctx, family+"hours", "Count", int((d+time.Hour/2)/time.Hour))
}
