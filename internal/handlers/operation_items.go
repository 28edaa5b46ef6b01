package handlers

import (
	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// itemsFar is how many seconds pass until items of an operation that is not over
// are looked at again where the work is not. There may be a hundred of them.
const itemsFar = 15

// itemsFollow says how the rows of one page follow the operation: every so many
// seconds, 0 if they stay as they are, and near where the work is: then, as
// often as its numbers do. Filtered rows come and go, so these may always change.
func itemsFollow(a opened, items []ghpkg.OperationItem, filtered bool) (every int, near bool) {
	begun, left := 0, 0
	if next := settled(a.op) - a.items.Offset; !filtered && a.items.Sort == "" && next >= 0 && next < len(items) {
		begun++ // it will be now: unsorted, they are worked on in this order
	}
	for _, i := range items {
		if i.State != ghpkg.ItemPending {
			begun++
		}
		if i.State == ghpkg.ItemPending || i.State == ghpkg.ItemRunning {
			left++
		}
	}
	if left == 0 && !filtered {
		return 0, false
	}
	return itemsFar, left > 0 && begun > 0
}

// operationItems is the table of an operation's items.
func (h *edge) operationItems(c echo.Context, a opened) (views.OperationItems, error) {
	op, q := a.op, a.items
	items, total, err := h.Operations.Items(c.Request().Context(), op.ID, q)
	if err != nil {
		return views.OperationItems{}, err
	}
	at := func(page, perPage int) string { return link.OperationItems(op.ID, q, page, perPage) }
	here := at(a.page.Page, a.page.PerPage)
	all := link.OperationItems(op.ID, q, 1, ghpkg.DefaultPerPage)
	t := views.OperationItems{
		Here: here, Action: link.Operation(op.ID), Clear: link.Operation(op.ID), Text: q.Text, Sort: string(q.Sort),
		PerPage: a.page.PerPage, Active: q.Text != "" || q.State != "" || q.Check != "", Total: total,
		Draft: op.State == ghpkg.OperationDraft, Pages: pages(a.page, total, at),
		Exports: views.Exports{JSON: link.As(here, formatJSON), CSV: link.Whole(all), Whole: true},
		Sorts: views.ItemSorts{
			Name: itemHeading(a, ghpkg.SortName), Created: itemHeading(a, ghpkg.SortCreated),
		},
		States: stateChoices(c, op, q.State), Checks: checkChoices(q.Check),
	}
	switch {
	case t.Draft && a.mine():
		t.Remove = link.Steer(op.ID, "remove")
	case !t.Draft && !op.Over():
		t.Every, t.Near = itemsFollow(a, items, t.Active)
	}
	for _, i := range items {
		t.Rows = append(t.Rows, itemRow(c, op, i))
	}
	return t, nil
}

func stateChoices(c echo.Context, op ghpkg.Operation, chosen ghpkg.ItemState) []views.Option {
	options := []views.Option{{Selected: chosen == "", Count: -1}}
	for _, s := range ghpkg.ItemStates() {
		options = append(options, views.Option{
			Value: string(s), Text: i18n.T(c.Request().Context(), stateWords(op, s)), Selected: s == chosen, Count: -1,
		})
	}
	return options
}

func checkChoices(chosen ghpkg.ItemCheck) []views.Option {
	options := []views.Option{{Selected: chosen == "", Count: -1}}
	for _, check := range ghpkg.ItemChecks() {
		options = append(options, views.Option{Value: string(check), Selected: check == chosen, Count: -1})
	}
	return options
}

// itemHeading sorts by a field, and the next time the other way.
func itemHeading(a opened, field ghpkg.Sort) views.Sort {
	q := a.items
	now, down := q.Sort.Descending()
	q.Sort = field
	var s views.Sort
	if now == field {
		s.Direction = "ascending"
		if down {
			s.Direction = "descending"
		} else {
			q.Sort = "-" + field
		}
	}
	s.Href = link.OperationItems(a.op.ID, q, 1, a.page.PerPage)
	return s
}

// shownTags bounds the tags of a row: an image may have hundreds.
const shownTags = 8

// itemRow is an item as it stands in a draft, or as it came out.
func itemRow(c echo.Context, op ghpkg.Operation, i ghpkg.OperationItem) views.OperationItem {
	ctx, t := c.Request().Context(), i.Target
	row := views.OperationItem{
		Seq: i.Seq, Name: t.Name, Where: t.Owner.Login() + " · " + i18n.T(ctx, "type."+string(t.Type)), Tags: t.Tags, Versions: i.Versions,
		Created: i.CreatedAt, Deleted: i.DeletedAt, Check: i.Check, Said: i.Message, At: i.At,
	}
	row.Href, _ = link.TargetPage(t)
	if t.VersionID != 0 {
		row.Version, row.Full = versionWords(t), t.VersionName
	}
	if len(row.Tags) > shownTags {
		row.Tags, row.More = row.Tags[:shownTags], len(t.Tags)-shownTags
	}
	if op.State == ghpkg.OperationDraft {
		return row
	}
	row.State, row.Ended = i.State, i18n.T(ctx, stateWords(op, i.State))
	if i.Code != "" && i.State != ghpkg.ItemDone {
		row.Why = i18n.T(ctx, "fault."+i.Code, withArgs(map[string]any{"Name": t.Name, "Owner": t.Owner.Login()}))
	}
	if i.Entry != "" && i.State != ghpkg.ItemPending && i.State != ghpkg.ItemRunning {
		row.Ledger = link.LedgerEntry(i.Entry)
	}
	return row
}

// itemWords names an item in one line.
func itemWords(i ghpkg.OperationItem) string {
	words := i.Target.Owner.Login() + "/" + i.Target.Name
	if i.Target.VersionID == 0 {
		return words
	}
	return joined(words, " · ", versionWords(i.Target))
}
