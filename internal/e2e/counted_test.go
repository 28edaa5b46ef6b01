package e2e

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// packageCounted deletes and restores in place: the package's number of versions
// follows, also after the table beside it was asked for anew, and on both tabs.
func packageCounted(t *testing.T, b *browser) {
	p := startPortal(t)
	core := ref(t, ghpkg.NPM, "counted-core")
	p.GitHub.AddPackage(ghfake.Package{Owner: "acme-corp", Type: ghpkg.NPM, Name: core.Name()},
		ghfake.Version{ID: 4730, Name: "1.0.0"}, ghfake.Version{ID: 4731, Name: "1.0.1"}, ghfake.Version{ID: 4732, Name: "1.1.0"})
	tb := b.person(t, p)
	tb.signIn(owner, link.Package(core), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	about := tb.in(".facts")
	remove := func(id int64) {
		t.Helper()
		tb.in(versionRow(id)).click("Delete")
		tb.click("Delete this version")
		tb.in(versionRow(id)).see("was deleted.")
	}
	about.see("Versions 3")
	remove(4730)
	about.see("Versions 2")
	tb.in(versionRow(4730)).click("Undo")
	about.see("Versions 3")
	remove(4730)
	tb.fill("Filter by version or tag", "1.0.1")
	tb.until("the deleted row to go", `!document.querySelector("`+versionRow(4730)+`")`)
	about.see("Versions 2")
	remove(4731)
	about.see("Versions 1")

	tb.visit(link.WithQuery(link.Package(core), ghpkg.Query{State: ghpkg.Deleted}))
	about.see("Versions 1")
	for _, step := range []struct {
		id    int64
		there string
	}{{4730, "Versions 2"}, {4731, "Versions 3"}} {
		tb.in(versionRow(step.id)).click("Restore")
		tb.click("Restore this version")
		tb.in(versionRow(step.id)).see("was restored.")
		about.see(step.there)
	}
	remove(4731)
	about.see("Versions 2")
}
