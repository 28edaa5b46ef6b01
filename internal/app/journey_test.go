package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestJourney walks the main job by links and plain forms, as a browser without
// JavaScript does, on either database.
func TestJourney(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		journey(t, apptest.Options{})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		journey(t, apptest.Options{DatabaseURL: apptest.Postgres(t)})
	})
}

func journey(t *testing.T, o apptest.Options) {
	p := apptest.Start(t, o)
	b := p.Browser(t)
	b.Approve(apptest.Owner)
	page := b.Click(b.Get("/"), "Sign in with GitHub")
	page = b.Click(page, "acme")
	page = b.Submit(page, "Filter", url.Values{"q": {"app"}, "type": {"npm"}})
	if page.URL.Query().Get("q") != "app" || page.HasText("team/web") {
		t.Fatalf("filtered: %s", page)
	}
	page = b.Click(page, "@acme/app")
	deleteVersionByForm(t, b, page)
	deletePackageByForm(t, b)
	page = b.Submit(b.Get("/settings"), "Save", url.Values{"language": {"ko"}, "theme": {"dark"}})
	if page.Doc.Find("html[lang=ko][data-color-mode=dark]").Length() != 1 {
		t.Errorf("not Korean and dark: %.300s", page.Body)
	}
	page = b.Submit(page, "저장", url.Values{"language": {"en"}, "theme": {"system"}})
	if page = b.Click(page, "Ledger"); !page.HasText("6 entries") || !page.HasText("broken build") {
		t.Errorf("the ledger: %s", page)
	}
	if page = b.Submit(page, "Sign out", nil); page.Status != http.StatusOK || page.Path() != "/" {
		t.Errorf("signed out: %s", page)
	}
	if page = b.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
		t.Errorf("still signed in: %s", page)
	}
}

// deleteVersionByForm deletes a version of the package that page shows, and undoes it.
func deleteVersionByForm(t *testing.T, b *apptest.Browser, page *apptest.Page) {
	t.Helper()
	page = b.Get(page.Path() + "/-/versions/101/delete")
	page = b.Click(page, "Grant access on GitHub")
	page = b.Submit(page, "Delete this version", url.Values{"reason": {"broken build"}})
	if !page.HasText("1.0.0 was deleted") || page.Path() != app {
		t.Fatalf("deleted: %s", page)
	}
	page = b.Submit(page, "Undo", nil)
	if !page.HasText("1.0.0 was restored") || page.Path() != app {
		t.Fatalf("undone: %s", page)
	}
}

// deletePackageByForm deletes a package by its typed name, and restores it.
func deletePackageByForm(t *testing.T, b *apptest.Browser) {
	t.Helper()
	page := b.Get(app + "/-/delete")
	page = b.Submit(page, "Delete this package", url.Values{"confirm": {"@acme/ap"}, "reason": {"moved"}})
	if page.Status != http.StatusBadRequest || !page.HasText("Nothing was deleted") {
		t.Fatalf("a wrong name: %s", page)
	}
	page = b.Submit(page, "Delete this package", url.Values{"confirm": {"@acme/app"}})
	if !page.HasText("@acme/app was deleted") || page.Path() != "/orgs/acme/packages" {
		t.Fatalf("deleted: %s", page)
	}
	page = b.Get("/orgs/acme/packages?state=deleted")
	if !page.HasText("moved") || !page.HasText("@acme/app") {
		t.Fatalf("the deleted packages: %s", page)
	}
	page = b.Submit(b.Get(app+"/-/restore"), "Restore this package", url.Values{"reason": {"still needed"}})
	if !page.HasText("@acme/app was restored") {
		t.Fatalf("restored: %s", page)
	}
}

// TestNotice: the notice after a change is the ledger's, so that no address can
// claim what did not happen, and shows nothing to others.
func TestNotice(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	page := b.Send("POST", version+"/delete", nil, nil)
	if page.Status != http.StatusSeeOther || !strings.HasPrefix(page.Location(), app+"?notice=") {
		t.Fatalf("%d to %q", page.Status, page.Location())
	}
	if shown := b.Get(page.Location()); !shown.HasText("1.0.0 was deleted") {
		t.Errorf("%s", shown)
	}
	if shown := p.SignIn(t, apptest.Member, allScopes...).Get(page.Location()); shown.HasText("was deleted") {
		t.Errorf("mona reads %s", shown)
	}
	if shown := b.Get(app + "?notice=made-up"); shown.Status != http.StatusOK || shown.HasText("was deleted") {
		t.Errorf("%s", shown)
	}
}

// TestLedgerVisibility: who owns an organization reads all that was done in it,
// a member their own, and nobody what somebody did at home.
func TestLedgerVisibility(t *testing.T) {
	t.Parallel()
	p, olivia := start(t, allScopes...)
	p.GitHub.SetPackage(acmes(t, ghpkg.RubyGems, "acme_gem"), func(p *ghfake.Package) { p.Admins = []string{apptest.Member} })
	mona, otto := p.SignIn(t, apptest.Member, allScopes...), p.SignIn(t, apptest.Stranger)
	olivia.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	olivia.PostJSON("/users/olivia/packages/npm/@olivia/tool/-/versions/701/delete", nil, http.StatusOK, nil)
	mona.PostJSON("/orgs/acme/packages/rubygems/acme_gem/-/versions/401/delete", nil, http.StatusOK, nil)
	mona.PostJSON(version+"/restore", nil, http.StatusNotFound, nil)
	for _, c := range []struct {
		browser *apptest.Browser
		want    string
	}{
		{olivia, "mona restore refused, mona delete done, olivia delete done, olivia delete done, olivia login done"},
		{mona, "mona restore refused, mona delete done, mona login done"},
		{otto, "otto login done"},
	} {
		var got []string
		for _, e := range entries(t, c.browser, nil) {
			got = append(got, e.Actor.Login+" "+e.Action+" "+e.Outcome)
			if c.browser.JSON("/ledger/"+e.ID, http.StatusOK, nil); c.browser != olivia && e.Action != "login" && e.Actor.Login != apptest.Member {
				t.Errorf("%s reads %+v", c.browser.Login, e)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s reads %v, want %s", c.browser.Login, got, c.want)
		}
		for _, e := range entries(t, olivia, nil) {
			page := c.browser.Send("GET", "/ledger/"+e.ID, nil, nil)
			if seen := strings.Contains(c.want, e.Actor.Login+" "+e.Action); seen != (page.Status == http.StatusOK) {
				t.Errorf("%s and %s's %s: status %d", c.browser.Login, e.Actor.Login, e.Action, page.Status)
			}
		}
	}
}
