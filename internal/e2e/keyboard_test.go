package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// keyboardOnly filters, opens, deletes and takes back without a mouse.
func keyboardOnly(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)
	tb.signIn(owner, link.Packages(acme(t)), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	tb.see("Acme.Billing.Client")

	tb.press(kb.Tab)
	tb.focusOn("Skip to content")
	tb.press(kb.Enter)
	tb.until("the content to have the focus", `document.activeElement.id === 'main'`)

	tb.press("?")
	tb.see("Use single-key shortcuts")
	tb.press(kb.Escape)
	tb.miss("Use single-key shortcuts")

	betweenRows(tb)
	tb.press("/")
	tb.focusOn("Filter by name")
	tb.write("billing-core")
	tb.see("1 package")
	tb.focusOn("Filter by name")
	leaveSearch(tb)
	tb.tabTo("billing-core")
	tb.leave(func() { tb.press(kb.Enter) })

	row := tb.in(versionRow(v.ID))
	row.tabTo("Delete")
	tb.press(kb.Enter)
	tb.see("Delete this version?")
	tb.focusOn("Reason")
	tb.press(kb.Escape)
	tb.miss("Delete this version?")
	row.focusOn("Delete")
	p.isVersion(t, core, v.ID, ghpkg.Active)

	tb.press(kb.Enter)
	tb.see("Delete this version?")
	tb.focusOn("Reason")
	tb.write("Published by mistake?") // no shortcut while typing
	tb.press(kb.Enter)
	row.see(v.Name + " was deleted.")
	row.focusOn("Undo")
	p.isVersion(t, core, v.ID, ghpkg.Deleted)
	tb.press(kb.Enter)
	row.see(v.Name + " was restored.")
	tb.until("the row to have the focus", `document.activeElement.id === '`+versionRow(v.ID)[1:]+`'`)
	p.isVersion(t, core, v.ID, ghpkg.Active)

	mistyped(tb, core)
	keysOff(tb)
}

// leaveSearch leaves the search box for the rows; it keeps what was typed.
func leaveSearch(tb *tab) {
	tb.t.Helper()
	tb.press(kb.Escape)
	tb.until("the search box to lose the focus", `document.activeElement.matches('main, main .pick input')`)
	tb.until("what was typed to stay", `document.querySelector('[name=q]').value === 'billing-core'`)
	tb.see("1 package")
}

// betweenRows goes down two rows, and up one.
func betweenRows(tb *tab) {
	tb.t.Helper()
	for i, key := range []string{"j", "j", "k"} {
		tb.press(key)
		tb.until("the focus to move by "+key, `document.activeElement === `+theBoxes+`[`+[]string{"0", "1", "0"}[i]+`]`)
	}
}

// mistyped presses Enter on another name: nothing is sent, and it is said why.
func mistyped(tb *tab, core ghpkg.Ref) {
	tb.t.Helper()
	tb.visit(link.DeletePackage(core))
	get[chromedp.Void](tb, `document.querySelector('[data-must-be]').focus()`)
	tb.write("billing-cor")
	tb.press(kb.Enter)
	tb.until("what has to be typed to be said", `document.activeElement.validationMessage.includes('type billing-core exactly')`)
	tb.write("e")
	tb.until("the name to be taken", `document.activeElement.validationMessage === ''`)
	tb.visit(link.Packages(acme(tb.t)))
}

// keysOff turns the single keys off, for people who dictate.
func keysOff(tb *tab) {
	tb.t.Helper()
	tb.press("?")
	tb.click("Use single-key shortcuts")
	tb.press(kb.Escape)
	tb.miss("Use single-key shortcuts")

	tb.press("/")
	if name := get[string](tb, `document.activeElement.name ?? ''`); name == "q" {
		tb.t.Error("the key still works")
	}
}
