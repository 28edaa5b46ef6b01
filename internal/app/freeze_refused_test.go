package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// drafts is how many operations the browser's viewer has.
func drafts(t *testing.T, b *apptest.Browser) int {
	t.Helper()
	var table struct{ Total int }
	b.JSON("/operations", http.StatusOK, &table)
	return table.Total
}

func all(action, from string) url.Values {
	return url.Values{"action": {action}, "all": {"1"}, "from": {from}}
}

func some(action string, items ...string) url.Values {
	return url.Values{"action": {action}, "item": items}
}

// TestFreezeRefuses: what is not understood is named, and leaves no draft.
func TestFreezeRefuses(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	const packages = "/orgs/acme/packages"
	for name, c := range map[string]struct {
		form   url.Values
		status int
		code   fault.Code
		says   string // a field
	}{
		"no action":            {some("", app), 400, fault.CodeInvalidForm, "action"},
		"another action":       {some("rename", app), 400, fault.CodeInvalidForm, "action"},
		"nothing":              {some("delete"), 400, fault.CodeNothing, ""},
		"nothing that matches": {all("delete", packages+"?q=nothing-is-called-so"), 400, fault.CodeNothing, ""},
		"no table":             {all("delete", ""), 400, fault.CodeInvalidForm, "from"},
		"another table":        {all("delete", "/orgs/acme/docker/conflicts"), 400, fault.CodeInvalidForm, "from"},
		"no table of packages": {all("delete", "/ledger"), 400, fault.CodeInvalidForm, "from"},
		"a version":            {all("delete", version), 400, fault.CodeInvalidForm, "from"},
		"another site's":       {all("delete", "https://evil.example"+packages), 400, fault.CodeInvalidForm, "from"},
		"another host's":       {all("delete", "//evil.example"+packages), 400, fault.CodeInvalidForm, "from"},
		"an unknown filter":    {all("delete", packages+"?tpye=npm"), 400, fault.CodeInvalidFilter, "tpye"},
		"a bad filter":         {all("delete", packages+"?type=pip"), 400, fault.CodeInvalidFilter, "type"},
		"a bad sort":           {all("delete", app+"?sort=versions"), 400, fault.CodeInvalidFilter, "sort"},
		"a bad query":          {all("delete", packages+"?q=type:pip"), 400, fault.CodeInvalidFilter, "pip"},
		"a bad version query":  {all("delete", app+"?q=older:90"), 400, fault.CodeInvalidFilter, "90"},
		"a broken query":       {all("delete", packages+"?%zz"), 400, fault.CodeInvalidFilter, "?"},
		"deleting the deleted": {all("delete", packages+"?state=deleted"), 400, fault.CodeInvalidForm, "action"},
		"deleting the bin":     {all("delete", acmeBin), 400, fault.CodeInvalidForm, "action"},
		"restoring the active": {all("restore", app), 400, fault.CodeInvalidForm, "action"},
		"half of all":          {url.Values{"action": {"delete"}, "all": {"yes"}, "from": {packages}}, 400, fault.CodeInvalidForm, "all"},
		"no address":           {some("delete", "team/web"), 400, fault.CodeInvalidForm, "item"},
		"an address of a deed": {some("delete", app+"/-/delete"), 400, fault.CodeInvalidForm, "item"},
		"a table's address":    {some("delete", packages), 400, fault.CodeInvalidForm, "item"},
		"an escape":            {some("delete", "/orgs/acme/packages/npm/..%2F..%2Fuser"), 400, fault.CodeInvalidForm, "item"},
		"too many":             {some("delete", slices.Repeat([]string{app}, 1001)...), 413, fault.CodeTooLarge, ""},
		"no such package":      {some("delete", app, "/orgs/acme/packages/npm/none"), 404, fault.CodeNotFound, ""},
		"no such version":      {some("delete", app+"/-/versions/999"), 404, fault.CodeNotFound, ""},
		"never deleted":        {some("restore", "/orgs/acme/packages/npm/none"), 404, fault.CodeNotFound, ""},
		"no such owner":        {some("delete", "/orgs/nobody/packages/npm/none"), 404, fault.CodeNotFound, ""},
		"no such owner's all":  {all("delete", "/orgs/nobody/packages"), 404, fault.CodeNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var no answer
			page := b.PostJSON("/operations", c.form, c.status, &no)
			if no.Code != string(c.code) || !strings.Contains(no.Message, c.says) {
				t.Errorf("%s: %s", no.Code, page)
			}
			if page := b.Send("POST", "/operations", c.form, nil); page.Status != c.status || page.Doc.Find("main h1").Length() != 1 {
				t.Errorf("as a page: %s", page)
			}
		})
	}
	if page := b.Send("POST", "/operations?tpye=npm", some("delete", app), nil); page.Status != http.StatusBadRequest {
		t.Error(page)
	}
	if n := drafts(t, b); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
}

// TestFreezeSeesWithOwnEyes: nobody can name, and no query selects, what GitHub
// does not list to them.
func TestFreezeSeesWithOwnEyes(t *testing.T) {
	t.Parallel()
	p, olivia := start(t, allScopes...)
	mona, otto := p.SignIn(t, apptest.Member, allScopes...), p.SignIn(t, apptest.Stranger, allScopes...)
	p.GitHub.SetPackage(acmes(t, ghpkg.NPM, "@acme/app"), func(p *ghfake.Package) { p.Restricted = true })
	olivia.Freeze("delete", app, version) // her listings are warm, and her draft is hers
	for _, b := range []*apptest.Browser{mona, otto} {
		b.PostJSON("/operations", some("delete", app), http.StatusNotFound, nil)
		b.PostJSON("/operations", some("delete", version), http.StatusNotFound, nil)
		b.PostJSON("/operations", some("restore", version), http.StatusNotFound, nil)
		b.PostJSON("/operations", some("delete", "/users/olivia/packages/npm/@olivia/tool"), http.StatusNotFound, nil)
		b.PostJSON("/operations", all("delete", app), http.StatusNotFound, nil)
	}
	draft := mona.FreezeAll("delete", "/orgs/acme/packages")
	if slices.Contains(frozenPaths(t, mona, draft.ID), app) || draft.Sum() != 5 {
		t.Errorf("mona has frozen %+v", draft.Items)
	}
	if n := drafts(t, otto); n != 0 {
		t.Errorf("otto has %d drafts", n)
	}
	olivia.PostJSON(app+"/-/delete", url.Values{"confirm": {"@acme/app"}}, http.StatusOK, nil)
	otto.PostJSON("/operations", some("restore", app), http.StatusNotFound, nil)
}

// TestFreezeOnlyWhereAllowed: who may not change anything is offered nothing to
// select, and gets no draft.
func TestFreezeOnlyWhereAllowed(t *testing.T) {
	t.Parallel()
	readOnly := apptest.Start(t, apptest.Options{Config: map[string]string{"READ_ONLY": "true"}})
	gated, _ := startGated(t, nil)
	_, allowed := start(t, allScopes...)
	for name, c := range map[string]struct {
		b    *apptest.Browser
		code fault.Code // empty: allowed
	}{
		"read-only": {readOnly.SignIn(t, apptest.Owner, allScopes...), fault.CodeReadOnly},
		"no admin":  {gated.SignIn(t, maria, allScopes...), fault.CodeNotAdmin},
		"admin":     {gated.SignIn(t, apptest.Owner, allScopes...), ""},
		"anybody":   {allowed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/orgs/acme/packages", "/packages", app, web} {
				page := c.b.Get(path)
				offered := page.Doc.Find("input[name=item]").Length() > 0 && page.Doc.Find("form#selection").Length() == 1 && page.Doc.Find("[data-pick-all]").Length() == 1
				hidden := page.Doc.Find("input[name=item], form#selection, [data-pick-all]").Length() == 0
				if c.code == "" && !offered || c.code != "" && !hidden {
					t.Errorf("%s: %d checkboxes", path, page.Doc.Find("input[name=item]").Length())
				}
			}
			if c.code == "" {
				return
			}
			for _, form := range []url.Values{some("delete", app), all("delete", "/orgs/acme/packages"), some("rename")} {
				var no answer
				c.b.PostJSON("/operations", form, http.StatusForbidden, &no)
				if no.Code != string(c.code) {
					t.Errorf("%v: %+v", form, no)
				}
			}
			if n := drafts(t, c.b); n != 0 {
				t.Errorf("%d drafts", n)
			}
		})
	}
}

// TestFreezeWaitsForTheTable: what is not there yet would be left out, so a
// table that is still loading is not frozen.
func TestFreezeWaitsForTheTable(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Inventory: inventory.Options{Wait: 50 * time.Millisecond}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	loaded := make(chan struct{})
	p.GitHub.Inject(ghfake.Fault{PathPattern: `/orgs/acme/packages$`, Times: -1, Until: loaded})
	for _, from := range []string{"/orgs/acme/packages", "/packages"} {
		var no answer
		page := b.PostJSON("/operations", all("delete", from), http.StatusServiceUnavailable, &no)
		if no.Code != string(fault.CodeLoading) || page.Header.Get("Retry-After") == "" || no.RetryAfter == 0 {
			t.Errorf("%s: %s", from, page)
		}
	}
	page := b.Send("POST", "/operations", all("delete", "/orgs/acme/packages?q=a"), nil)
	if back, err := page.Link("Go back"); !page.HasText("still loading") || back != "/orgs/acme/packages?q=a" {
		t.Errorf("back to %q, %v: %s", back, err, page)
	}
	close(loaded)
	if draft := b.FreezeAll("delete", "/orgs/acme/packages"); draft.Sum() != 6 {
		t.Errorf("%+v", draft)
	}
}

// TestFreezeSaysWhatItDidNotSee: a table that could not show all makes a draft
// that says so; a whole one does not.
func TestFreezeSaysWhatItDidNotSee(t *testing.T) {
	t.Parallel()
	_, b := start(t, ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages) // GitHub hides private Maven packages without repo
	for from, want := range map[string]bool{"/orgs/acme/packages": false, app: true} {
		for _, path := range []string{from, "/operations/" + b.FreezeAll("delete", from).ID} {
			var seen struct{ Complete bool }
			if b.JSON(path, http.StatusOK, &seen); seen.Complete != want {
				t.Errorf("%s of %s is complete: %v, want %v", path, from, seen.Complete, want)
			}
		}
	}
}
