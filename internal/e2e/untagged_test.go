package e2e

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// untaggedCounted deletes versions in place: what is said of those without a tag
// is true after each, as the table's heading and the number beside it are.
func untaggedCounted(t *testing.T, b *browser) {
	p := startPortal(t)
	tools := ref(t, ghpkg.Container, "tools/counted")
	p.GitHub.AddPackage(ghfake.Package{Owner: "acme-corp", Type: ghpkg.Container, Name: tools.Name()},
		ghfake.Version{ID: 4720, Name: "sha256:aa", Tags: []string{"v0"}}, ghfake.Version{ID: 4721, Name: "sha256:bb", Tags: []string{"v1"}},
		ghfake.Version{ID: 4722, Name: "sha256:cc"}, ghfake.Version{ID: 4723, Name: "sha256:dd"})
	tb := b.person(t, p)
	tb.signIn(owner, link.Package(tools), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)

	remove := func(id int64) {
		t.Helper()
		tb.in(versionRow(id)).click("Delete")
		tb.click("Delete this version")
		tb.in(versionRow(id)).see("was deleted.")
	}
	head, note := tb.in(".box-head"), tb.in(".box-note")
	note.see("2 versions have no tag")
	remove(4721)
	head.see("3 versions")
	note.see("2 versions have no tag")
	remove(4722)
	note.see("1 version has no tag")
	remove(4723)
	head.see("1 version")
	tb.miss("versions have no tag")
	tb.in(versionRow(4722)).click("Undo")
	note.see("1 version has no tag")
}
