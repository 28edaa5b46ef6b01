package app_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// blind makes GitHub fail to show the package, once.
func blind(p *apptest.Portal, f ghfake.Fault) {
	f.Method, f.PathPattern = http.MethodGet, `/packages/npm/[^/]*$`
	p.GitHub.Inject(f)
}

// TestNothingIsDeletedUnseen: where GitHub does not say what would be deleted,
// its deletion is not sent, and the ledger says that it was not.
func TestNothingIsDeletedUnseen(t *testing.T) {
	t.Parallel()
	slow := http.Header{"Retry-After": {"45"}}
	whole := url.Values{"confirm": {"@acme/app"}, "id": {"999999"}}
	for _, c := range []struct {
		name, path string
		form       url.Values
		fault      ghfake.Fault
		status     int
		code       string
	}{
		{"502", app + "/-/delete", whole, ghfake.Fault{Status: 502, Body: `{"message":"Server Error"}`}, 502, "upstream"},
		{"an answer that is none", app + "/-/delete", whole, ghfake.Fault{Status: 200, Body: `<html>`}, 502, "upstream"},
		{"a limit", app + "/-/delete", whole, ghfake.Fault{Status: 403, Body: `{"message":` + strconv.Quote(slowDown) + `}`, Header: slow}, 429, "secondary_limit"},
		{"502, version", deleteFirst, nil, ghfake.Fault{Status: 502}, 502, "upstream"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, b := start(t, allScopes...)
			blind(p, c.fault)
			var got answer
			page := b.PostJSON(c.path, c.form, c.status, &got)
			if got.Code != c.code || c.status == 429 && page.Header.Get("Retry-After") == "" {
				t.Errorf("%v %s", page.Header, page.Body)
			}
			if sent := changes(p.GitHub.Requests()); len(sent) != 0 {
				t.Errorf("GitHub was asked %v", sent)
			}
			p.GitHub.ClearFaults()
			all := entries(t, b, url.Values{"action": {"delete"}})
			if len(all) != 1 || all[0].Outcome != "failed" || all[0].Code != c.code {
				t.Fatalf("the ledger has %+v", all)
			}
			if c.status == 429 {
				return // the ledger's page would ask GitHub whose entries may be read
			}
			if page := b.Get("/ledger/" + all[0].ID); !page.HasText("Nothing was sent to GitHub") {
				t.Errorf("the entry does not say so: %s", page)
			}
		})
	}
}

// TestNoConsequencesUnseen: what GitHub does not show at first is not confirmed
// without its tags.
func TestNoConsequencesUnseen(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.Inject(ghfake.Fault{Method: "GET", PathPattern: "/versions/204$", Status: 502})
	if page := b.Get(web + "/-/versions/204/delete"); page.Status != 502 {
		t.Errorf("%s", page)
	}
	if page := b.Get(web + "/-/versions/204/delete"); page.Status != 200 || !page.HasText("latest") {
		t.Errorf("%s", page)
	}
}

// TestDeletesWhatWasShown: what has changed since the page of consequences was
// opened is shown anew before it goes.
func TestDeletesWhatWasShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, button string
		form               url.Values
		change             func(*testing.T, *apptest.Portal)
		now                string // is shown, and was not
		gone               func(*testing.T, *apptest.Portal) ghpkg.State
	}{
		{
			name: "a tag has moved to the version", path: web + "/-/versions/203/delete", button: "Delete this version",
			change: func(t *testing.T, p *apptest.Portal) {
				p.GitHub.SetTags(acmes(t, ghpkg.Container, "team/web"), 203, "latest")
			},
			now: "latest",
			gone: func(t *testing.T, p *apptest.Portal) ghpkg.State {
				return p.GitHub.VersionState(acmes(t, ghpkg.Container, "team/web"), 203)
			},
		},
		{
			name: "a version was published", path: app + "/-/delete", button: "Delete this package", form: url.Values{"confirm": {"@acme/app"}},
			change: func(_ *testing.T, p *apptest.Portal) {
				p.GitHub.AddVersion(apptest.NPM, ghfake.Version{Name: "2.0.0"})
			},
			now: "3 versions",
			gone: func(t *testing.T, p *apptest.Portal) ghpkg.State {
				return p.GitHub.PackageState(acmes(t, ghpkg.NPM, "@acme/app"))
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, b := start(t, allScopes...)
			page := b.Get(c.path)
			if page.HasText(c.now) {
				t.Fatalf("shown already: %s", page)
			}
			c.change(t, p)
			dialog := b.HTMX("POST", c.path, filled(t, page, c.button, c.form))
			if dialog.Status != 409 || dialog.Header.Get("HX-Retarget") != "#dialog-body" || !dialog.HasText(c.now) {
				t.Errorf("%v %s", dialog.Header, dialog)
			}
			again := b.Submit(page, c.button, c.form)
			if again.Status != 409 || !again.HasText("no longer what was shown") || !again.HasText(c.now) {
				t.Fatalf("%s", again)
			}
			if sent := changes(p.GitHub.Requests()); len(sent) != 0 || c.gone(t, p) != ghpkg.Active {
				t.Fatalf("GitHub was asked %v", sent)
			}
			if form, err := again.Form(c.button); err != nil || form.Values.Get("confirm") != "" {
				t.Errorf("%v: the name need not be typed again", err)
			}
			if done := b.Submit(again, c.button, c.form); done.Status != 200 || c.gone(t, p) != ghpkg.Deleted {
				t.Errorf("what is shown now is not deleted: %s", done)
			}
		})
	}
}

// filled returns the form of that button with values.
func filled(t *testing.T, page *apptest.Page, button string, values url.Values) url.Values {
	t.Helper()
	form, err := page.Form(button)
	if err != nil {
		t.Fatalf("%v: %s", err, page)
	}
	for name, all := range values {
		form.Values[name] = all
	}
	return form.Values
}

// TestScriptsNeedNotHaveLooked: a POST without what was shown is about what there is.
func TestScriptsNeedNotHaveLooked(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.SetTags(acmes(t, ghpkg.Container, "team/web"), 203, "latest")
	b.PostJSON(web+"/-/versions/203/delete", url.Values{"reason": {"untagged"}}, 200, nil)
}

// TestHiddenIsNotDeleted: who may not see a package is not told that it was
// deleted when GitHub fails, and nobody finds it in the bin.
func TestHiddenIsNotDeleted(t *testing.T) {
	t.Parallel()
	p, owner := start(t, allScopes...)
	b := p.SignIn(t, apptest.Stranger, allScopes...)
	p.GitHub.Inject(ghfake.Fault{Method: "DELETE", Status: 502, Times: -1})
	var got answer
	b.PostJSON(app+"/-/delete", url.Values{"confirm": {"@acme/app"}}, http.StatusAccepted, &got)
	if all := entries(t, b, url.Values{"action": {"delete"}}); got.Outcome != "unknown" || len(all) != 1 || all[0].Outcome != "unknown" {
		t.Errorf("%+v; the ledger has %+v", got, all)
	}
	if page := owner.Get("/orgs/acme/packages?state=deleted"); page.Status != 200 || strings.Contains(page.Body, "@acme/app") {
		t.Errorf("it is in the bin: %s", page)
	}
}

// TestRefusalsKeepEverybodysListings: who may not change a package does not make
// others ask GitHub for it again.
func TestRefusalsKeepEverybodysListings(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	other := p.SignIn(t, apptest.Member, allScopes...)
	look := func() []ghfake.Request {
		p.GitHub.ResetRequests()
		if page := b.Get(web); page.Status != 200 {
			t.Fatal(page)
		}
		return p.GitHub.Requests()
	}
	look()
	other.PostJSON(web+"/-/versions/201/delete", nil, http.StatusForbidden, nil)
	if asked := look(); len(asked) != 0 {
		t.Errorf("a refusal made the owner ask for %v", asked)
	}
	p.GitHub.Inject(ghfake.Fault{Method: "GET", PathPattern: "/versions/201$", Status: 502})
	other.PostJSON(web+"/-/versions/201/delete", nil, http.StatusBadGateway, nil)
	if asked := look(); len(asked) != 0 {
		t.Errorf("what was never sent made the owner ask for %v", asked)
	}
	b.PostJSON(web+"/-/versions/201/delete", nil, http.StatusOK, nil)
	if asked := look(); len(asked) == 0 {
		t.Error("what was deleted is not asked for again")
	}
}

// TestWhatIsPublishedLaterIsNotTouched: a package to which something was added
// since the draft was made is left alone, however it was selected.
func TestWhatIsPublishedLaterIsNotTouched(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	drafts := map[ghpkg.Type]apptest.Operation{
		ghpkg.NPM:      b.Freeze("delete", app),
		ghpkg.RubyGems: b.FreezeAll("delete", "/orgs/acme/packages?type=rubygems"),
		ghpkg.NuGet:    b.Freeze("delete", "/orgs/acme/packages/nuget/Acme.Core"), // nothing happens to it
	}
	p.GitHub.AddVersion(apptest.NPM, ghfake.Version{Name: "2.0.0"})
	p.GitHub.AddVersion(apptest.RubyGems, ghfake.Version{Name: "2.0.0"})
	for typ, want := range map[ghpkg.Type]string{ghpkg.NPM: "skipped changed", ghpkg.RubyGems: "skipped changed", ghpkg.NuGet: "done "} {
		draft := drafts[typ]
		b.Start(draft, "not used any more")
		for _, item := range b.Await(draft.ID, "done").Items {
			if got := item.State + " " + item.Code; got != want {
				t.Errorf("%s: %s, want %s", item.Path, got, want)
			}
		}
	}
	if p.GitHub.PackageState(acmes(t, ghpkg.NPM, "@acme/app")) != ghpkg.Active || p.GitHub.PackageState(acmes(t, ghpkg.NuGet, "Acme.Core")) != ghpkg.Deleted {
		t.Error("GitHub has something else")
	}
}
