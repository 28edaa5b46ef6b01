package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// bulkAtWork follows an operation from two tabs: what is typed and where the
// focus is outlasts what moves by itself, and a refusal has GitHub's words.
func bulkAtWork(t *testing.T, b *browser) {
	p := startBuilds(t)
	tb := b.person(t, p.portal)
	p.signInAtBuilds(tb)
	tb.click("Select all on this page")
	tb.follow("Review the deletion of all 13…")
	tb.see("1 item is the last version of its package. GitHub will refuse it.")
	letOneGo := p.hold(t, 3)
	tb.begin("13", "Delete 13 versions")
	other := tb.another()
	other.visit(tb.address())
	other.see("0 of 13")

	tb.fill("Name, version or tag", "sha256:60")
	tb.until("the address to follow", `location.search.includes('q=sha256')`)
	get[bool](tb, `(document.activeElement.setSelectionRange(2, 5), true)`)
	for _, now := range []string{"1 of 13", "2 of 13"} {
		letOneGo()
		tb.see(now)
		other.see(now)
		tb.focusOn("Name, version or tag")
		if got := get[string](tb, `(a => a.value + a.selectionStart + a.selectionEnd)(document.activeElement)`); got != "sha256:6025" {
			t.Errorf("the field has %q after the swap", got)
		}
	}
	letOneGo()
	for _, each := range []*tab{tb, other} {
		each.see("Finished: 12 of 13 deleted.")
		each.see("1 was refused by GitHub; it is as it was.")
		each.see("You cannot delete the last tagged version of a package. You must delete the package instead.")
		each.in("header").miss("1 running")
	}
	tb.focusOn("Name, version or tag")
	p.areGone(t, without(nil)...)
	p.isVersion(t, p.image, onlyTagged, ghpkg.Active)
	p.askedOnce(t)

	tb.in("header").follow("Operations")
	tb.see("Delete 13 versions")
	tb.see("1 not done")
}

// bulkPlainly is the journey by plain forms.
func bulkPlainly(t *testing.T, b *browser) {
	p := startBuilds(t)
	tb := b.person(t, p.portal)
	tb.disableJavaScript()
	p.signInAtBuilds(tb)
	tb.fill("Filter by version or tag", "tag:none")
	tb.follow("Filter")
	tb.see("12 versions")
	tb.follow("Review the deletion of all 12…")
	tb.see("Delete 12 versions?")
	kept := tb.takeOut(2)
	tb.see("Delete 10 versions?")

	tb.watch.expect(400)
	tb.begin("12", "Delete 10 versions")
	tb.see("Nothing was started: what was typed is not the number of items. To start, type 10 exactly.")
	if got := get[string](tb, `document.querySelector('[name=reason]').value`); got != "Clean up" {
		t.Errorf("the reason was lost: %q", got)
	}
	p.areGone(t)

	letOneGo := p.hold(t, 2)
	tb.begin("10", "Delete 10 versions")
	tb.see("0 of 10")
	letOneGo()
	p.untilGone(tb, 1)
	tb.follow("Reload")
	tb.reloadUntil("1 of 10") // GitHub knows it first
	tb.follow("Pause")
	tb.see("Paused: nothing is sent until someone resumes it.")
	letOneGo()
	p.untilGone(tb, 2)
	tb.follow("Resume")
	p.untilGone(tb, 10)
	tb.reloadUntil("Done: all 10 deleted.")
	p.areGone(t, without(kept)...)
	p.askedOnce(t)

	tb.follow("Undo: review restoring them")
	tb.begin("10", "Restore 10 versions")
	tb.reloadUntil("Done: all 10 restored.")
	p.areGone(t)
}

// reloadUntil loads the page again until the text is there.
func (tb *tab) reloadUntil(text string) {
	tb.t.Helper()
	tb.wait("“"+text+"”", func() bool {
		if get[bool](tb, tb.script("sees", text)) {
			return true
		}
		tb.visit(tb.address())
		return false
	})
}

// bulkByKeyboard deletes two versions and stops a third in time, without a mouse.
func bulkByKeyboard(t *testing.T, b *browser) {
	p := startBuilds(t)
	tb := b.person(t, p.portal)
	p.signInAtBuilds(tb)
	tb.press(kb.Tab) // the address says where: the tab starts at the top
	for range 3 {
		tb.tabTo("Select " + get[string](tb, theBoxes+`.find(b => !b.checked).getAttribute('aria-label').slice(7)`))
		tb.press(" ")
	}
	tb.selected(3)
	tb.tabTo("Review the deletion of 3…")
	tb.leave(func() { tb.press(kb.Enter) })

	tb.see("Delete 3 versions?")
	letOneGo := p.hold(t, 3) // all: however late the stop arrives, nothing has overtaken it
	tb.tabTo("To confirm, type the number of items:")
	tb.write("3")
	tb.press(kb.Tab)
	tb.focusOn("Reason")
	tb.leave(func() { tb.press(kb.Enter) })

	tb.see("0 of 3")
	tb.tabTo("Stop…")
	tb.press(kb.Enter)
	tb.see("Stop for good?")
	tb.press(kb.Escape)
	tb.miss("Stop for good?")
	tb.focusOn("Stop…")
	tb.press(kb.Enter)
	tb.tabTo("Stop for good")
	tb.press(kb.Enter)
	letOneGo()
	tb.see("2 were not sent.")
	tb.until("the focus to stay at the operation", `document.activeElement.closest('#operation') !== null`)
	tb.in("header").miss("1 running")
	if got := len(p.gone()); got > 1 {
		t.Errorf("GitHub has deleted %d, although it was stopped at the first", got)
	}
}

// bulkRevoked is paused when GitHub takes the token away, and goes on with the next.
func bulkRevoked(t *testing.T, b *browser) {
	p := startBuilds(t)
	tb := b.person(t, p.portal)
	p.signInAtBuilds(tb)
	tb.click("Select all on this page")
	tb.follow("Review the deletion of 8…")
	letOneGo := p.hold(t, 1)
	tb.begin("8", "Delete 8 versions")
	tb.see("0 of 8")
	tb.watch.expect(401)
	p.GitHub.RevokeUser(owner)
	letOneGo()

	tb.see("Paused: nothing is sent until someone resumes it.")
	before := len(p.gone())
	if before > 1 {
		t.Errorf("GitHub has deleted %d without a token", before)
	}
	tb.follow("Sign in again")
	tb.follow(owner)
	tb.see("Delete 8 versions")
	tb.click("Resume")
	tb.see("Done: all 8 deleted.")
	p.untilGone(tb, 8)
}
