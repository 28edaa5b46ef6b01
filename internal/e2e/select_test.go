package e2e

import (
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
// while the table is filtered and drawn anew.
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

	filteredSelection(tb)

	tb.leave(func() { tb.click("Review the deletion of 3…") })
	tb.until("the draft", `location.pathname.startsWith('/operations/')`)
	tb.do(chromedp.NavigateBack())
	tb.see("Acme.Billing.Client")
}

// filteredSelection narrows the table until what was selected is partly gone,
// and widens it again: what was not seen any more is not selected any more.
func filteredSelection(tb *tab) {
	tb.t.Helper()
	selected := func(want ...string) {
		tb.t.Helper()
		tb.selected(len(want))
		for _, name := range want {
			if !get[bool](tb, theSelected+`.some(v => v.endsWith('/`+name+`'))`) {
				tb.t.Errorf("%s is not selected", name)
			}
		}
	}
	pick := func(name string) {
		tb.t.Helper()
		get[bool](tb, `(`+theBoxes+`.find(b => b.value.endsWith('/`+name+`')).click(), true)`)
	}
	pick("Acme.Billing.Client")
	pick("acme-sdk")
	selected("Acme.Billing.Client", "acme-sdk")
	tb.fill("Filter by name", "acme-sdk")
	tb.miss("Acme.Billing.Client")
	selected("acme-sdk")
	tb.fill("Filter by name", "")
	tb.see("Acme.Billing.Client")
	selected("acme-sdk")
	pick("Acme.Billing.Client")
	get[bool](tb, `(`+theBoxes+`.find(b => !b.checked).click(), true)`)
	tb.selected(3)
}
