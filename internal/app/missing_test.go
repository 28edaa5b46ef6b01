package app_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
)

// missing is what programs are told of something that is not there.
type missing struct {
	answer
	Code fault.Code
}

// TestADeletedPackagesAddressSaysWho: whoever follows an old link learns who
// deleted the package, when and why, and how it comes back.
func TestADeletedPackagesAddressSaysWho(t *testing.T) {
	t.Parallel()
	p, _ := clocked(t)
	b := p.SignIn(t, apptest.Owner, allScopes...)
	var done answer
	b.PostJSON(app+"/-/delete", url.Values{"confirm": {"@acme/app"}, "reason": {"nobody installs it"}}, 200, &done)
	for _, at := range []string{app, app + "/-/delete", app + "/-/versions/102"} {
		page := b.Get(at)
		for _, says := range []string{"This package was deleted", "olivia deleted @acme/app here, on Nov 2, 2026", "nobody installs it", "days left"} {
			if page.Status != 404 || !page.HasText(says) {
				t.Errorf("%s does not say %q: %s", at, says, page)
			}
		}
		if page.HasText("Nothing was changed") {
			t.Errorf("%s answers what nobody asked: %s", at, page)
		}
		if to, err := page.Link("Restore it"); err != nil || to != app+"/-/restore" {
			t.Errorf("%s leads back by %q: %v", at, to, err)
		}
		if to, err := page.Link("Ledger entry"); err != nil || to != done.Ledger {
			t.Errorf("%s leads to %q: %v", at, to, err)
		}
	}
	var told missing
	b.JSON(app, 404, &told)
	if told.Code != fault.CodeDeletedHere || told.Ledger != done.Ledger || told.Fix != app+"/-/restore" {
		t.Errorf("programs are told %+v", told)
	}
	// Of another's deed only who owns the organization reads.
	if page := p.SignIn(t, apptest.Member).Get(app); page.Status != 404 || page.HasText("olivia") {
		t.Errorf("a member is told: %s", page)
	}
}

// TestASecondDeletionSaysThatItIsGone: and offers the way back, not the form
// again.
func TestASecondDeletionSaysThatItIsGone(t *testing.T) {
	t.Parallel()
	p, _ := clocked(t)
	b := p.SignIn(t, apptest.Owner, allScopes...)
	form := url.Values{"confirm": {"@acme/app"}}
	open := b.Get(app + "/-/delete")
	b.PostJSON(app+"/-/delete", form, 200, &answer{})
	var again missing
	b.PostJSON(app+"/-/delete", form, http.StatusConflict, &again)
	if again.Code != fault.CodeAlreadyGone || again.Outcome != "refused" || again.Ledger == "" || again.Fix != app+"/-/restore" {
		t.Errorf("the second deletion: %+v", again)
	}
	page := b.Submit(open, "Delete this package", form)
	if page.Status != http.StatusConflict || !page.HasText("It had already been deleted, at Nov 2,") {
		t.Errorf("the second deletion: %s", page)
	}
	if _, err := page.Form("Delete this package"); err == nil {
		t.Errorf("it is offered a third time: %s", page)
	}
	var never missing
	b.PostJSON("/orgs/acme/packages/npm/never/-/delete", url.Values{"confirm": {"never"}}, 404, &never)
	if never.Code != fault.CodeNotFound {
		t.Errorf("what never was: %+v", never)
	}
}

// TestOurOwnAreNotLookedForAtGitHub: what is missing here is not GitHub's doing.
func TestOurOwnAreNotLookedForAtGitHub(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	for at, code := range map[string]fault.Code{"/ledger/nope": fault.CodeNoEntry, "/operations/xyz": fault.CodeNoOperation} {
		var told missing
		if page := b.JSON(at, 404, &told); told.Code != code {
			t.Errorf("%s: %s", at, page.Body)
		}
		if page := b.Get(at); page.Status != 404 || page.HasText("GitHub shows nothing") {
			t.Errorf("%s: %s", at, page)
		}
	}
}
