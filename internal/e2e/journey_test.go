package e2e

import (
	"fmt"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// journey is the whole main job of an organization's owner.
func journey(t *testing.T, b *browser) { b.travel(t, startPortal(t)) }

// journeyBelow is the same where the portal shares its host with others.
func journeyBelow(t *testing.T, b *browser) {
	b.travel(t, startPortalWith(t, apptest.Options{Path: "/tools/stockroom"}))
}

func (b *browser) travel(t *testing.T, p *portal) {
	t.Helper()
	tb := b.person(t, p)
	core := ref(t, ghpkg.NPM, "billing-core")

	tb.visit("/")
	tb.see("Your organization’s packages, in one place")
	tb.follow("Sign in with GitHub")
	tb.see("Sign in to continue to Stockroom")
	tb.follow(owner)
	tb.see("Whose packages?")

	tb.follow("acme-corp")
	tb.see("Acme.Billing.Client")
	tb.fill("Filter by name", "billing-co")
	tb.miss("Acme.Billing.Client")
	if got := tb.query().Get("q"); got != "billing-co" {
		t.Errorf("the address says q=%q", got)
	}
	tb.follow("billing-core")

	deleteWithGrant(tb, core)
	deleteInPlace(tb, core)
	deleteByName(tb, core)
	restoreFromDeleted(tb, core)

	tb.follow("Docker conflicts")
	tb.see("3 conflicts")
	tb.see("orders-service")

	koreanAndDark(tb)
	tb.follow("로그아웃")
	tb.see("You are signed out") // the language was this person's, and is the browser's again
	calls := p.GitHub.Requests()
	if last := calls[len(calls)-1]; last.Method != "DELETE" || last.Status != 204 {
		t.Errorf("the token was not revoked: the last request to GitHub was %s", last)
	}
}

// deleteWithGrant deletes a version with the first permission to do so, which
// GitHub asks for in between, and takes it back.
func deleteWithGrant(tb *tab, r ghpkg.Ref) {
	tb.t.Helper()
	v := tb.newest(tb.t, r)
	tb.in(versionRow(v.ID)).click("Delete")
	tb.see("Delete this version?")
	tb.see("It can be restored until")
	tb.see("This needs a permission that you have not granted yet.")
	tb.follow("Grant access on GitHub")
	tb.follow(owner)
	tb.see("Delete this version?")
	tb.fill("Reason", "Published by mistake")
	tb.isVersion(tb.t, r, v.ID, ghpkg.Active)
	tb.follow("Delete this version")
	tb.see(v.Name + " was deleted.")
	tb.isVersion(tb.t, r, v.ID, ghpkg.Deleted)
	tb.follow("Undo")
	tb.see(v.Name + " was restored.")
	tb.isVersion(tb.t, r, v.ID, ghpkg.Active)
}

// deleteInPlace does the same where the permission is there: the row answers.
func deleteInPlace(tb *tab, r ghpkg.Ref) {
	tb.t.Helper()
	v := tb.newest(tb.t, r)
	row, head, n := tb.in(versionRow(v.ID)), tb.in(".box-head"), tb.counted()
	row.click("Delete")
	tb.see("Delete this version?")
	tb.fill("Reason", "Published by mistake")
	tb.click("Delete this version")
	row.see(v.Name + " was deleted.")
	head.see(fmt.Sprintf("%d versions", n-1))
	tb.isVersion(tb.t, r, v.ID, ghpkg.Deleted)
	if name := get[string](tb, "document.activeElement.innerText"); name != "Undo" {
		tb.t.Errorf("after the deletion the focus is on %q, not on Undo", name)
	}
	tb.until("to be told aloud", `document.getElementById('live').textContent.includes('was deleted')`)
	row.click("Undo")
	row.see(v.Name + " was restored.")
	row.see("Delete")
	head.see(fmt.Sprintf("%d versions", n))
	tb.isVersion(tb.t, r, v.ID, ghpkg.Active)
}

// counted is how many rows the table's heading says that there are.
func (tb *tab) counted() int {
	tb.t.Helper()
	return get[int](tb, `parseInt(document.querySelector('.box-head [data-total]').innerText)`)
}

// deleteByName deletes the package that is shown.
func deleteByName(tb *tab, r ghpkg.Ref) {
	tb.t.Helper()
	tb.follow("Delete this package")
	tb.see("Delete this package?")
	form := tb.in(".confirm")
	tb.fill("To confirm, type", "billing-cor")
	if get[bool](tb, form.script("exists", "Delete this package")) {
		tb.t.Error("the button works although the name is not complete")
	}
	tb.write("e")
	form.fill("Reason", "Replaced by billing-sdk")
	tb.leave(func() { form.click("Delete this package") })
	tb.see("billing-core was deleted.")
	tb.isPackage(tb.t, r, ghpkg.Deleted)
}

// restoreFromDeleted finds the package under Deleted and restores it there.
func restoreFromDeleted(tb *tab, r ghpkg.Ref) {
	tb.t.Helper()
	tb.in("#packages").follow("Deleted")
	tb.see("Replaced by billing-sdk")
	row, n := tb.in(tb.rowOf("billing-core")), tb.counted()
	row.see("30 days left")
	row.click("Restore")
	tb.see("Restore this package?")
	tb.click("Restore this package")
	row.see("billing-core was restored.")
	tb.in(".box-head").see(fmt.Sprintf("%d packages", n-1))
	tb.in(".foot").see(fmt.Sprintf("1–%d of %d", n-1, n-1))
	tb.isPackage(tb.t, r, ghpkg.Active)
}

// koreanAndDark changes the language and the theme.
func koreanAndDark(tb *tab) {
	tb.t.Helper()
	tb.follow("Settings")
	tb.choose("Language", "ko")
	tb.click("Dark")
	tb.until("dark at once", `document.documentElement.dataset.colorMode === 'dark'`)
	tb.follow("Save")
	tb.until("Korean", `document.documentElement.lang === 'ko'`)
	tb.until("dark", `document.documentElement.dataset.colorMode === 'dark'`)
	tb.see("설정")
	background := get[string](tb, `getComputedStyle(document.body).backgroundColor`)
	tb.visit(link.Ledger)
	tb.see("Replaced by billing-sdk")
	if got := get[string](tb, `getComputedStyle(document.body).backgroundColor`); got != background || got == "rgb(255, 255, 255)" {
		tb.t.Errorf("the background is %s in the ledger and %s in the settings: not dark", got, background)
	}
}
