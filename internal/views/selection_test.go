package views_test

import (
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// TestSelection: a row is selected by its own checkbox, which has a name and
// belongs to the one form below; with JavaScript off, too.
func TestSelection(t *testing.T) {
	t.Parallel()
	w := world{"auto"}
	table := w.table(ghpkg.Active)
	table.Rows, table.Total, table.Select = rows(), 214, selectable(ghpkg.ActionDelete, 214)
	selectRows(table.Rows)
	table.Rows[1].Pick = "" // it has no address
	doc := parse(t, html(t, speak(t, "en"), table.Page()))
	boxes := doc.Find(".row input[type=checkbox]")
	if boxes.Length() != len(table.Rows)-1 {
		t.Errorf("%d checkboxes in %d rows, one of which cannot be selected", boxes.Length(), len(table.Rows))
	}
	boxes.Each(func(_ int, box *goquery.Selection) {
		if box.AttrOr("form", "") != "selection" || box.AttrOr("name", "") != "item" || box.AttrOr("value", "") == "" || box.AttrOr("aria-label", "") == "" {
			t.Errorf("a checkbox selects nothing: %v", box.Nodes[0].Attr)
		}
	})
	form := doc.Find("form#selection")
	if form.Closest(".row").Length() != 0 || form.AttrOr("method", "") != "post" || form.AttrOr("action", "") != "/operations" {
		t.Errorf("the form is %v", form.Nodes)
	}
	if got := form.Find("input[name=action]").AttrOr("value", ""); got != "delete" {
		t.Errorf("the form does %q", got)
	}
	if got := form.Find("button[name=all]").Text(); got != "Review the deletion of all 214…" {
		t.Errorf("the button for all says %q", got)
	}
	if doc.Find(".columns .js-only [data-pick-all]").Length() != 1 {
		t.Error("nothing selects the whole page")
	}
}

// TestNothingToSelect: where nothing may be changed, or nothing is listed, there
// is nothing to select with; but app.js can show what was selected before the
// filter found nothing.
func TestNothingToSelect(t *testing.T) {
	t.Parallel()
	w := world{"auto"}
	looking := w.table(ghpkg.Active)
	looking.Rows, looking.Total = rows(), 6
	empty := w.table(ghpkg.Active)
	empty.Select = selectable(ghpkg.ActionDelete, 0)
	changed := w.table(ghpkg.Active)
	changed.Rows, changed.Total = rows()[:1], 1
	selectRows(changed.Rows)
	changed.Rows[0].Done = aFlash()
	for name, page := range map[string]string{
		"looking": html(t, speak(t, "en"), looking.Page()), "empty": html(t, speak(t, "en"), empty.Page()),
		"just changed": html(t, speak(t, "en"), changed.Page()),
	} {
		if parse(t, page).Find(".row input[type=checkbox], #selection:not([hidden])").Length() != 0 {
			t.Errorf("%s: something can be selected", name)
		}
	}
}

func aFlash() *views.Flash {
	return &views.Flash{Good: true, Text: "Deleted.", Entry: "/ledger/01", Did: ghpkg.ActionDelete}
}

// TestDraftIsSelectedFromAsTables: the rows of a draft have the same boxes and
// the same box for the page, and a form that takes out what is selected.
func TestDraftIsSelectedFromAsTables(t *testing.T) {
	t.Parallel()
	doc := parse(t, html(t, speak(t, "en"), aStoryOf(t, "operation-draft")))
	boxes := doc.Find("#items .row .pick input[name=item][form=remove]")
	if rows := doc.Find("#items .row"); boxes.Length() == 0 || boxes.Length() != rows.Length() {
		t.Errorf("%d boxes in %d rows", boxes.Length(), rows.Length())
	}
	if doc.Find("#items .columns .pick.js-only [data-pick-all]").Length() != 1 {
		t.Error("nothing selects the whole page")
	}
	if form := doc.Find("form#remove[data-picks]"); form.Length() != 1 || form.Is("[hidden]") {
		t.Error("what is selected cannot be taken out without JavaScript")
	}
}
