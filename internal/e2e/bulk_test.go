package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// The versions of the image that is cleaned up: more without a tag than a page
// of the table shows, and a tagged one that GitHub keeps.
const (
	firstUntagged, lastUntagged = 6001, 6012
	onlyTagged                  = 6100
	publishedLater              = 6200

	buildsRows = "?per_page=8&sort=name"
)

// builds is a portal with that image.
type builds struct {
	*portal
	image ghpkg.Ref
	id    int64
}

func startBuilds(t *testing.T) *builds {
	t.Helper()
	p := &builds{portal: startPortal(t), image: ref(t, ghpkg.Container, "tools/builds")}
	versions := []ghfake.Version{{ID: onlyTagged, Name: digest(onlyTagged), Tags: []string{"v1"}}}
	for id := int64(firstUntagged); id <= lastUntagged; id++ {
		versions = append(versions, ghfake.Version{ID: id, Name: digest(id)})
	}
	p.id = p.GitHub.AddPackage(ghfake.Package{Owner: "acme-corp", Type: ghpkg.Container, Name: p.image.Name()}, versions...)
	return p
}

// digest is a name that begins with the version's number.
func digest(id int64) string { return fmt.Sprintf("sha256:%d%060d", id, 0) }

// gone returns the versions that GitHub has as deleted, in order.
func (p *builds) gone() []int64 {
	var ids []int64
	for _, v := range p.GitHub.Versions(p.image) {
		if !v.DeletedAt.IsZero() {
			ids = append(ids, v.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// areGone fails the test unless GitHub has these, and no others, as deleted.
func (p *builds) areGone(t *testing.T, want ...int64) {
	t.Helper()
	if got := p.gone(); !slices.Equal(got, want) {
		t.Errorf("GitHub has deleted %v, want %v", got, want)
	}
}

// without is all untagged versions but those.
func without(ids []int64) []int64 {
	var others []int64
	for id := int64(firstUntagged); id <= lastUntagged; id++ {
		if !slices.Contains(ids, id) {
			others = append(others, id)
		}
	}
	return others
}

// hold makes GitHub think about each of the next n deletions until one is let go.
func (p *builds) hold(t *testing.T, n int) (letOneGo func()) {
	t.Helper()
	gates := make(chan chan struct{}, n)
	for range n {
		gate := make(chan struct{})
		gates <- gate
		p.GitHub.Inject(ghfake.Fault{Method: http.MethodDelete, PathPattern: "/versions/", Until: gate})
	}
	t.Cleanup(func() {
		for len(gates) > 0 {
			close(<-gates)
		}
	})
	return func() { close(<-gates) }
}

// signInAtBuilds opens the image's table as somebody who may delete.
func (p *builds) signInAtBuilds(tb *tab) {
	tb.t.Helper()
	tb.signIn(owner, link.Package(p.image)+buildsRows, ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	tb.see("13 versions")
}

// takeOut removes the first n items from the draft, and returns which they were.
func (tb *tab) takeOut(n int) []int64 {
	tb.t.Helper()
	ids := get[[]int64](tb, fmt.Sprintf(`[...document.querySelectorAll('#items .row')].slice(0, %d).map(r => {
		r.querySelector('input').click();
		return Number(r.querySelector('a.name').pathname.split('/').pop());
	})`, n))
	tb.follow(get[string](tb, `document.querySelector('#remove button').innerText`)) // it says how many, with JavaScript
	slices.Sort(ids)
	return ids
}

// begin types the number, and presses the button that starts the draft.
func (tb *tab) begin(number, button string) {
	tb.t.Helper()
	tb.fill("To confirm, type the number of items:", number)
	tb.fill("Reason", "Clean up")
	tb.follow(button)
}

// until GitHub has deleted so many versions of the image.
func (p *builds) untilGone(tb *tab, n int) {
	tb.t.Helper()
	tb.wait(fmt.Sprintf("%d versions to be deleted", n), func() bool { return len(p.gone()) == n })
}

// bulk is the whole journey of a bulk deletion: selected by a query, frozen,
// narrowed, started, watched, held up, finished and taken back.
func bulk(t *testing.T, b *browser) {
	p := startBuilds(t)
	tb := b.person(t, p.portal)
	p.signInAtBuilds(tb)

	tb.fill("Filter by version or tag", "tag:none")
	tb.see("12 versions")
	tb.click("Select all on this page")
	tb.selected(8)
	tb.follow("Review the deletion of all 12…")
	tb.see("Delete 12 versions?")
	tb.see("The list holds exactly 12 items.")
	kept := tb.takeOut(2)
	tb.see("Delete 10 versions?")
	p.GitHub.AddVersion(p.id, ghfake.Version{ID: publishedLater, Name: digest(publishedLater)})

	tb.fill("To confirm, type the number of items:", "12")
	if get[bool](tb, tb.script("exists", "Delete 10 versions")) {
		t.Error("a wrong number can be sent")
	}
	p.areGone(t)
	letOneGo := p.hold(t, 3)
	tb.begin("10", "Delete 10 versions")
	p.watched(tb, letOneGo)
	tb.see("Done: all 10 deleted.")
	tb.until("the title to be without a percentage", `document.title.startsWith('Delete 10 versions')`)
	tb.in("header").miss("1 running")
	tb.until("the rows to follow", `document.querySelectorAll('#items .label-success').length === 10`)
	p.areGone(t, without(kept)...)
	p.askedOnce(t)

	tb.follow("Undo: review restoring them")
	tb.see("Restore 10 versions?")
	tb.see("Undoes an earlier operation")
	tb.begin("10", "Restore 10 versions")
	tb.see("Done: all 10 restored.")
	p.areGone(t)
	tb.follow("Ledger entries")
	tb.see("10 entries")
	tb.in(".rows").see("Clean up")
}

// watched sees the operation move by itself, holds it up, and finds it as it
// was after a reload. What GitHub is thinking about is let go soon: it is asked
// after 8 seconds what became of it.
func (p *builds) watched(tb *tab, letOneGo func()) {
	tb.t.Helper()
	tb.see("0 of 10")
	tb.see("Now: acme-corp/tools/builds · sha256:")
	get[int](tb, "window.mark = 1")
	letOneGo()
	tb.see("1 of 10")
	tb.until("the title to say how far it is", `document.title.startsWith('10% · Delete 10 versions')`)
	tb.until("the rows to follow", `document.querySelectorAll('#items .label-success').length === 1`)
	tb.in("header").see("1 running")
	tb.click("Pause")
	tb.see("Paused: nothing is sent until someone resumes it.")
	letOneGo() // what GitHub has already got is not taken back
	tb.in("header").see("1 paused")
	if !get[bool](tb, "window.mark === 1") {
		tb.t.Error("the page was loaded anew")
	}

	p.untilGone(tb, 2)
	tb.reloadUntil("2 of 10")
	tb.see("Paused: nothing is sent until someone resumes it.")
	if got := len(p.gone()); got != 2 {
		tb.t.Errorf("GitHub has deleted %d, want 2", got)
	}
	tb.click("Resume")
	tb.miss("Paused: nothing is sent")
	letOneGo()
}

// askedOnce fails the test if GitHub was asked twice to delete the same version.
func (p *builds) askedOnce(t *testing.T) {
	t.Helper()
	asked := map[string]int{}
	for _, r := range p.GitHub.Requests() {
		if r.Method == http.MethodDelete && strings.Contains(r.EscapedPath, "/versions/") {
			asked[r.EscapedPath]++
		}
	}
	for path, n := range asked {
		if n > 1 {
			t.Errorf("GitHub was asked %d times for DELETE %s", n, path)
		}
	}
}
