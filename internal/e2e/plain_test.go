package e2e

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// withoutJavaScript is the journey by plain forms.
func withoutJavaScript(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	tb.disableJavaScript()
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)

	tb.signIn(owner, link.Packages(acme(t)), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	tb.see("Acme.Billing.Client")
	if get[bool](tb, `document.documentElement.classList.contains('js')`) {
		t.Fatal("JavaScript runs")
	}
	tb.fill("Filter by name", "billing-co")
	tb.click("npm")
	tb.follow("Filter")
	tb.see("1 package")
	if got := tb.query(); got.Get("q") != "billing-co" || got.Get("type") != "npm" || got.Has("state") || got.Has("per_page") {
		t.Errorf("the address says %v", got)
	}
	tb.follow("billing-core")

	tb.in(versionRow(v.ID)).follow("Delete")
	tb.see("Delete this version?")
	tb.fill("Reason", "Published by mistake")
	tb.follow("Delete this version")
	tb.see(v.Name + " was deleted.")
	p.isVersion(t, core, v.ID, ghpkg.Deleted)
	tb.in("#versions").follow("Deleted")
	tb.in(versionRow(v.ID)).follow("Restore")
	tb.follow("Restore this version")
	tb.see(v.Name + " was restored.")
	p.isVersion(t, core, v.ID, ghpkg.Active)

	deletePlainly(tb, core)
	p.isPackage(t, core, ghpkg.Deleted)
	tb.follow("Undo")
	tb.see("billing-core was restored.")
	p.isPackage(t, core, ghpkg.Active)

	tb.follow("Settings")
	tb.choose("Language", "ko")
	tb.click("Dark")
	tb.follow("Save")
	tb.until("dark Korean", `document.documentElement.lang === 'ko' && document.documentElement.dataset.colorMode === 'dark'`)
	tb.follow("로그아웃")
	tb.see("You are signed out")
}

// deletePlainly deletes a package at the second attempt: the name was wrong.
func deletePlainly(tb *tab, r ghpkg.Ref) {
	tb.t.Helper()
	form := tb.in(".confirm")
	tb.follow("Delete this package")
	form.fill("To confirm, type", "billing-client")
	form.fill("Reason", "Replaced")
	tb.watch.expect(400)
	form.follow("Delete this package")
	tb.see("Nothing was deleted: what was typed is not the name.")
	tb.isPackage(tb.t, r, ghpkg.Active)
	if got := get[string](tb, `document.querySelector('[name=reason]').value`); got != "Replaced" {
		tb.t.Errorf("the reason was lost: %q", got)
	}
	form.fill("To confirm, type", r.Name())
	form.follow("Delete this package")
	tb.see(r.Name() + " was deleted.")
}
