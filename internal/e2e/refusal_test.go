package e2e

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// lastTagged became the last while the dialog was open, and is refused by GitHub:
// its words stand next to the row. From then on it is not offered.
func lastTagged(t *testing.T, b *browser) {
	p := startPortal(t)
	tools := ref(t, ghpkg.Container, "tools/only-one")
	p.GitHub.AddPackage(ghfake.Package{Owner: "acme-corp", Type: ghpkg.Container, Name: tools.Name()},
		ghfake.Version{ID: 4710, Name: "sha256:aa", Tags: []string{"v0"}}, ghfake.Version{Name: "sha256:cc"}, ghfake.Version{ID: 4711, Name: "sha256:bb", Tags: []string{"v1"}})
	tb := b.person(t, p)
	tb.signIn(owner, link.Package(tools), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)

	row := tb.in(versionRow(4711))
	row.click("Delete")
	tb.see("Delete this version?")
	p.GitHub.DeleteVersionNow(tools, 4710)
	tb.watch.expect(409)
	tb.click("Delete this version")
	row.see("You cannot delete the last tagged version of a package. You must delete the package instead.")
	row.see("Delete the package as a whole")
	tb.miss("Delete this version?")
	p.isVersion(t, tools, 4711, ghpkg.Active)
	row.follow("Ledger entry")
	tb.see("Refused by GitHub")

	tb.visit(link.Package(tools))
	row.click("Delete")
	tb.see("It is the last tagged version. GitHub refuses to delete it")
	tb.in("#dialog").miss("It can be restored until")
	tb.follow("Delete this package instead")
	tb.see("Delete this package?")
}

// noRight is what a member meets who may read, but not delete.
func noRight(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)
	tb.signIn(member, link.Package(core), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)

	row := tb.in(versionRow(v.ID))
	row.click("Delete")
	tb.watch.expect(403, 404)
	tb.click("Delete this version")
	row.see("Package not found.")
	row.see("GitHub does not let you change it")
	p.isVersion(t, core, v.ID, ghpkg.Active)
}

// singleSignOn opens an organization that wants a SAML session first.
func singleSignOn(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	tb.signIn(outside, "/")
	tb.see("Some organizations are hidden until you authorize single sign-on")
	tb.watch.expect(403)
	tb.visit("/orgs/initech/packages")
	tb.see("Resource protected by organization SAML enforcement.")
	tb.follow("Authorize single sign-on")
	tb.see("Single sign-on to initech")
	tb.follow(outside)
	tb.visit("/orgs/initech/packages")
	tb.see("Initech.stapler")
}

// twoTabs of one person: the second deletion finds that the first was faster.
func twoTabs(t *testing.T, b *browser) {
	p := startPortal(t)
	first := b.person(t, p)
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)
	first.signIn(owner, link.Package(core), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	second := first.another()
	second.visit(link.Package(core))

	row := versionRow(v.ID)
	first.in(row).click("Delete")
	first.see("Delete this version?")
	second.in(row).click("Delete")
	second.click("Delete this version")
	second.in(row).see(v.Name + " was deleted.")

	first.watch.expect(404, 409)
	first.click("Delete this version")
	first.in(row).see("It had already been deleted")
	first.visit(link.Ledger + "?package=billing-core")
	first.see("2 entries")
	p.isVersion(t, core, v.ID, ghpkg.Deleted)
}

// revokedElsewhere ends the session from another tab: this one says so, and
// leads back.
func revokedElsewhere(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)
	tb.signIn(owner, link.Package(core))
	other := tb.another()
	other.visit(link.Settings)
	other.follow("Sign out everywhere")
	other.see("You are signed out")

	tb.watch.expect(401)
	tb.in(versionRow(v.ID)).click("Delete")
	tb.see("Please sign in")
	tb.follow("Sign in again")
	tb.follow(owner)
	tb.see("Delete this version?")

	p.GitHub.RevokeUser(owner) // now at GitHub itself
	tb.visit(link.Package(core))
	tb.see("GitHub no longer accepts this sign-in")
	tb.in("header").miss("Sign out")
	tb.follow("Sign in again")
	tb.follow(owner)
	tb.in(versionRow(v.ID)).see("Delete")
}
