package app_test

import (
	"net/http"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestEntryOfWhatWasRestored: the entry of a deletion offers the way back while
// it stands, leads to the entry that took it back, and offers it once more after
// the next deletion, on that one's page alone.
func TestEntryOfWhatWasRestored(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	do := func(path string) string {
		var a answer
		b.PostJSON(path, nil, http.StatusOK, &a)
		return a.Ledger
	}
	offers := func(entry string) (undo bool, restored string) {
		page := b.Get(entry)
		restored, _ = page.Doc.Find(".flash a[href^='/ledger/']").Attr("href")
		return page.Doc.Find("form.undo").Length() == 1, restored
	}
	first := do(version + "/delete")
	if undo, restored := offers(first); !undo || restored != "" {
		t.Errorf("while it is deleted: %t, %q", undo, restored)
	}
	back := do(version + "/restore")
	if undo, restored := offers(first); undo || restored != back {
		t.Errorf("after it was restored: %t, %q, not %q", undo, restored, back)
	}
	again := do(version + "/delete")
	if undo, restored := offers(again); !undo || restored != "" {
		t.Errorf("deleted again: %t, %q", undo, restored)
	}
	if undo, restored := offers(first); undo || restored != back {
		t.Errorf("the first deletion: %t, %q", undo, restored)
	}
}

// TestLedgerSaysWhatPartItIs to who may not read all of it.
func TestLedgerSaysWhatPartItIs(t *testing.T) {
	t.Parallel()
	const said = "You can read here what you did yourself, and what was done in organizations that you own."
	p, b := start(t)
	if page := b.Get("/ledger"); !page.HasText(said) {
		t.Errorf("an owner reads %s", page)
	}
	if page := p.SignIn(t, apptest.Member).Get("/ledger"); !page.HasText(said) {
		t.Errorf("a member reads %s", page)
	}
	p = apptest.Start(t, apptest.Options{Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	if page := p.SignIn(t, apptest.Owner).Get("/ledger"); page.HasText(said) {
		t.Errorf("an admin reads %s", page)
	}
}
