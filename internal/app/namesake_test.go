package app_test

import (
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestANamesakeIsToldApart: a package that has taken the name of a deleted one
// has no part in its history, and a link to the old one says so.
func TestANamesakeIsToldApart(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	form := url.Values{"confirm": {"@acme/app"}, "reason": {"the old one"}}
	b.PostJSON(app+"/-/delete", form, 200, &answer{})
	gone := entries(t, b, url.Values{"action": {"delete"}})[0]
	p.GitHub.AddPackage(ghfake.Package{ID: 900, Owner: apptest.Org, Type: ghpkg.NPM, Name: "@acme/app"}, ghfake.Version{Name: "9"}, ghfake.Version{Name: "9.1"})
	b.PostForm("/orgs/acme/-/refresh", nil)

	page := b.Get(app)
	if page.Status != 200 || page.HasText("Another package has this name") {
		t.Fatalf("%s", page)
	}
	history := b.Click(page, "History in the ledger")
	if history.HasText("the old one") {
		t.Errorf("the new package has the old one's history: %s", history)
	}
	form.Set("reason", "the new one")
	b.PostJSON(app+"/-/delete", form, 200, &answer{})
	if again := b.Get(history.URL.RequestURI()); again.HasText("the old one") || !again.HasText("the new one") || !again.HasText("Entries for the package with the ID 900") {
		t.Errorf("the new package's history: %s", again)
	}
	p.GitHub.RestorePackageNow(acmes(t, ghpkg.NPM, "@acme/app"))
	b.PostForm("/orgs/acme/-/refresh", nil)

	entry := b.Get("/ledger/" + gone.ID)
	namesake := b.Click(entry, "acme/@acme/app")
	if namesake.Status != 200 || !namesake.HasText("Another package has this name now. The link was about the one with the ID 1.") {
		t.Errorf("the entry leads to the namesake without a word: %s", namesake)
	}
	if old := b.Click(namesake, "History of that package"); !old.HasText("the old one") || old.HasText("the new one") {
		t.Errorf("the old package's history: %s", old)
	}
	var table struct {
		Complete bool
		Notices  []struct{ Kind string }
	}
	if b.JSON(app+"?package_id=1", 200, &table); !table.Complete || len(table.Notices) != 1 || table.Notices[0].Kind != "namesake" {
		t.Errorf("programs are told %+v", table)
	}
	if b.JSON(app+"?package_id=900", 200, &table); len(table.Notices) != 0 {
		t.Errorf("of the package itself, programs are told %+v", table)
	}
	for _, at := range []string{app + "?package_id=x", "/ledger?package_id=-1"} {
		if page := b.Get(at); page.Status != 400 || !page.HasText("package_id") {
			t.Errorf("%s: %s", at, page)
		}
	}
}

// TestAnOperationLeadsToNoNamesakeUnsaid: what an operation deleted is not what
// has its name now.
func TestAnOperationLeadsToNoNamesakeUnsaid(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	op := b.Freeze("delete", app)
	b.Start(op, "the old one")
	b.Await(op.ID, "done")
	p.GitHub.AddPackage(ghfake.Package{ID: 900, Owner: apptest.Org, Type: ghpkg.NPM, Name: "@acme/app"}, ghfake.Version{Name: "9"})
	b.PostForm("/orgs/acme/-/refresh", nil)
	page := b.Get(op.Path)
	if namesake := b.Click(page, "@acme/app"); namesake.Status != 200 || !namesake.HasText("Another package has this name now. The link was about the one with the ID 1.") {
		t.Errorf("the item leads to the namesake without a word: %s", namesake)
	}
	if got := b.Operation(op.ID).Items[0].Path; got != app {
		t.Errorf("for programs, the item is at %s and no longer at %s", got, app)
	}
}
