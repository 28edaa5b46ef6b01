package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// Parts of scripts: the boxes of the rows, the addresses of those that are
// selected, and whether the bar can be seen.
const (
	theBoxes    = `[...document.querySelectorAll('.rows .pick input')]`
	theSelected = theBoxes + `.filter(b => b.checked).map(b => b.value)`
	theBar      = `!!document.querySelector('#selection')?.checkVisibility()`
)

// pick presses the box of the nth row, perhaps with the shift key.
func (tb *tab) pick(n int, shift bool) {
	tb.t.Helper()
	get[bool](tb, theBoxes+`[`+strconv.Itoa(n)+`].dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: `+strconv.FormatBool(shift)+`}))`)
}

func (tb *tab) selected(n int) {
	tb.t.Helper()
	tb.until(strconv.Itoa(n)+" rows to be selected", theSelected+`.length === `+strconv.Itoa(n))
	if bar := get[bool](tb, theBar); bar != (n > 0) {
		tb.t.Errorf("with %d rows selected, the bar is there: %v", n, bar)
	}
	if n > 0 {
		tb.see("Review the deletion of " + strconv.Itoa(n) + "…")
	}
}

// selecting selects one, several, a page and all; takes it back; and keeps it
// while the table is filtered, sorted and paged, until it is used.
func selecting(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	tb.signIn(owner, link.Packages(acme(t))+"?sort=name", ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	tb.see("Acme.Billing.Client")
	rows := get[int](tb, theBoxes+`.length`)
	tb.selected(0)

	tb.pick(1, false)
	tb.selected(1)
	tb.pick(4, true)
	tb.selected(4)
	tb.pick(2, true)
	tb.selected(1)
	tb.click("Clear")
	tb.selected(0)
	tb.click("Select all on this page")
	tb.selected(rows)
	tb.press(kb.Escape)
	tb.selected(0)

	get[bool](tb, `(document.querySelectorAll('.rows .row')[2].querySelector('a').focus(), true)`)
	tb.press("x")
	tb.selected(1)
	tb.press("x")
	tb.selected(0)

	tb.pick(3, false)
	tb.selected(1)
	tb.press("r")
	tb.focusOn("Review the deletion of 1…")
	tb.press(kb.Escape)
	tb.selected(0)
	tb.until("the focus to be on the row again", `document.activeElement === `+theBoxes+`[3]`)

	filteredSelection(tb)
	pagedSelection(tb)
}

// away waits until so many rows are selected in all, and so many of them are
// said not to be on the page.
func (tb *tab) away(n, notHere int) {
	tb.t.Helper()
	tb.see(fmt.Sprintf("%d selected, %d of them not on this page", n, notHere))
	tb.see(fmt.Sprintf("Review the deletion of %d…", n))
	if got := get[int](tb, theSelected+`.length`); got != n-notHere {
		tb.t.Errorf("%d boxes are pressed, want %d", got, n-notHere)
	}
}

// pickNamed presses the box of a package.
func (tb *tab) pickNamed(name string) {
	tb.t.Helper()
	get[bool](tb, `(`+theBoxes+`.find(b => b.value.endsWith('/`+name+`')).click(), true)`)
}

// filteredSelection narrows the table until what was selected is not shown, and
// widens it again: it stays selected, and is counted all the while.
func filteredSelection(tb *tab) {
	tb.t.Helper()
	tb.pickNamed("Acme.Billing.Client")
	tb.pickNamed("acme-sdk")
	tb.selected(2)
	tb.fill("Filter by name", "acme-sdk")
	tb.miss("Acme.Billing.Client")
	tb.away(2, 1)
	tb.fill("Filter by name", "nothing-is-called-so")
	tb.see("No packages match these filters")
	tb.away(2, 2)
	tb.fill("Filter by name", "state:deleted")
	tb.see("retired-pagers")
	tb.selected(0)
	tb.fill("Filter by name", "state:active")
	tb.see("2 selected")
}

// pagedSelection sorts, pages and reloads the table, and comes back from the
// draft: the selection is in it, and is used up when it starts. Whoever signs in
// next selects anew.
func pagedSelection(tb *tab) {
	tb.t.Helper()
	tb.visit(link.Packages(acme(tb.t)) + "?sort=-name")
	tb.away(2, 2)
	tb.follow("Name")
	tb.selected(2)
	tb.follow("Next")
	tb.away(2, 2)
	tb.pick(0, false)
	tb.away(3, 2)
	tb.follow("Next")
	tb.away(3, 3)
	tb.visit(tb.address())
	tb.away(3, 3)
	tb.follow("Review the deletion of 3…")
	tb.see("Delete 3 packages?")
	tb.see("Selected from acme-corp")
	tb.in("#items").see("Acme.Billing.Client")

	tb.do(chromedp.NavigateBack())
	tb.away(3, 3)
	tb.do(chromedp.NavigateForward())
	tb.see("Delete 3 packages?")
	tb.click("Select all on this page")
	tb.see("3 selected")
	tb.pick(0, false)
	tb.follow("Remove 2 from the list")
	tb.see("Delete 1 package?")
	tb.miss("selected")
	tb.begin("1", "Delete 1 package")
	tb.visit(link.Packages(acme(tb.t)))
	tb.see("As of")
	tb.selected(0)

	tb.pick(0, false)
	tb.selected(1)
	tb.follow("Sign out")
	tb.signIn(owner, link.Packages(acme(tb.t)), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	tb.see("As of")
	tb.selected(0)
}
