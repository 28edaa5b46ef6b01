package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestQueries: q is the one language, in every table.
func TestQueries(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.NPM, "@acme/app"), apptest.VersionOf(apptest.NPM, 1))
	b.PostJSON("/orgs/acme/packages/rubygems/acme_gem/-/delete", url.Values{"confirm": {"acme_gem"}}, http.StatusOK, nil)
	untagged := []string{"sha256:" + strings.Repeat("0", 63) + "1", "sha256:" + strings.Repeat("0", 63) + "3"}
	for _, c := range []struct {
		table, q string
		want     []string
	}{
		{"/orgs/acme/packages", "type:npm,nuget", []string{"@acme/app", "Acme.Core"}},
		{"/orgs/acme/packages", "acme -core", []string{"@acme/app"}},
		{"/orgs/acme/packages", "repo:core", []string{"com.acme.core"}},
		{"/orgs/acme/packages", "-repo:none", []string{"com.acme.core", "legacy/web"}},
		{"/orgs/acme/packages", `"com.acme"`, []string{"com.acme.core"}},
		{"/orgs/acme/packages", "%", []string{}},
		{"/orgs/acme/packages", "_", []string{}},
		{"/orgs/acme/packages", "*", []string{}},
		{"/orgs/acme/packages", "older:1d", []string{"@acme/app", "Acme.Core", "com.acme.core", "legacy/web", "team/web"}},
		{"/orgs/acme/packages", "newer:1d", []string{}},
		{"/orgs/acme/packages", "state:deleted", []string{"acme_gem"}},
		{"/orgs/acme/packages", "state:deleted _", []string{"acme_gem"}},
		{"/orgs/acme/packages", "state:deleted -_", []string{}},
		{"/packages", "owner:olivia", []string{"@olivia/tool"}},
		{"/packages", "type:npm", []string{"@acme/app", "@olivia/tool"}},
		{"/packages", "state:deleted type:rubygems", []string{"acme_gem"}},
		{app, "state:deleted", []string{"1.0.0"}},
		{app, "1.1", []string{"1.1.0"}},
		{app, "%", []string{}},
		{web, "tag:none", untagged},
		{web, "untagged", untagged},
		{web, "-tag:none tag:latest", []string{"sha256:" + strings.Repeat("0", 63) + "4"}},
		{web, "tag:1.*", []string{"sha256:" + strings.Repeat("0", 63) + "2", "sha256:" + strings.Repeat("0", 63) + "4"}},
	} {
		t.Run(c.table+" "+c.q, func(t *testing.T) {
			at := c.table + "?" + url.Values{"q": {c.q}, "sort": {"name"}}.Encode()
			var table tableJSON
			b.JSON(at, http.StatusOK, &table)
			if diff := gocmp.Diff(c.want, table.names()); diff != "" || table.Total != len(c.want) {
				t.Errorf("total %d (-want +got):\n%s", table.Total, diff)
			}
			if lines := getCSV(t, b, at); len(lines)-1 != len(c.want) {
				t.Errorf("the CSV has %d lines", len(lines)-1)
			}
			page := b.Get(at)
			if rows := page.Doc.Find("[id^='package-'], [id^='version-']").Length(); page.Status != http.StatusOK || rows != len(c.want) {
				t.Errorf("the page shows %d rows: %s", rows, page)
			}
			if typed := page.Doc.Find("input[name=q]").First().AttrOr("value", ""); typed != c.q {
				t.Errorf("the box holds %q", typed)
			}
		})
	}
}

// TestQueryMistakes: a mistake is pointed at and selects nothing; programs are
// refused.
func TestQueryMistakes(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	for _, table := range []string{"/orgs/acme/packages", "/packages", app} {
		for q, wrong := range map[string]string{
			"app foo:bar": "foo", `acme "open`: `"open`, "older:soon": "soon", "state:gone": "gone", "updated:>2026-13": "2026-13", "<b>:x": "<b>",
		} {
			at := table + "?" + url.Values{"q": {q}}.Encode()
			for _, form := range []string{"json", "csv"} {
				refused := b.Send(http.MethodGet, apptest.WithFormat(at, form), nil, nil)
				if refused.Status != http.StatusBadRequest || !strings.Contains(refused.Body, "filter q ") {
					t.Errorf("%s as %s: %s", at, form, refused)
				}
			}
			page := b.Get(at)
			if page.Status != http.StatusBadRequest || !strings.Contains(page.Within("mark"), wrong) || strings.Contains(page.Body, "<b>:x") {
				t.Errorf("%s points at %q, want %q: %s", at, page.Within("mark"), wrong, page)
			}
			if page.Doc.Find("[id^='package-'], [id^='version-']").Length() > 0 {
				t.Errorf("%s shows rows", at)
			}
			if typed := page.Doc.Find("input[name=q]").First().AttrOr("value", ""); typed != q {
				t.Errorf("%s: the box holds %q", at, typed)
			}
		}
	}
	b.JSON("/orgs/acme/packages?q=tag:latest", http.StatusBadRequest, nil)
	b.JSON(app+"?q=type:npm", http.StatusBadRequest, nil)
}

// TestWarmViews: what was looked at a moment ago makes no call to GitHub, not
// behind the page either: that would be in the log before the page is answered.
func TestWarmViews(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	paths := []string{
		"/", "/orgs/acme/packages", "/orgs/acme/packages?type=npm&q=a&sort=-name", "/orgs/acme/packages?state=deleted", "/users/olivia/packages",
		"/packages", "/packages?q=acme", "/packages?state=deleted", app, app + "?state=deleted", app + "?q=1.0", acmeBin, "/users/olivia/bin",
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "/bin") {
			swept(t, b, path)
		}
		settled(t, p, b, path)
	}
	p.GitHub.ResetRequests()
	behind := func() int { return strings.Count(p.Log.String(), "the inventory looks behind a page") }
	before := behind()
	for _, path := range paths {
		for _, form := range []string{"", "json", "csv"} {
			to := path
			if form != "" {
				to = apptest.WithFormat(path, form)
			}
			if page := b.Get(to); page.Status != http.StatusOK {
				t.Error(page)
			}
		}
	}
	if asked := p.GitHub.Requests(); len(asked) > 0 {
		t.Errorf("warm views made %d calls: %v", len(asked), asked)
	}
	if now := behind(); before == 0 || now != before {
		t.Errorf("the inventory looked behind a page %d times for cold views, %d for warm ones", before, now-before)
	}
}

// views are the names of the saved views that a page offers.
func views(page *apptest.Page) []string {
	var all []string
	for _, href := range page.Links() {
		if strings.Contains(href, "q=kept") {
			all = append(all, href)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestSavedViews: one's own, and those that others share; nobody else's.
func TestSavedViews(t *testing.T) {
	t.Parallel()
	p, olivia := start(t, allScopes...)
	mona := p.SignIn(t, apptest.Member, allScopes...)
	save := func(b *apptest.Browser, name, path, shared string, status int) {
		t.Helper()
		page := b.Send(http.MethodPost, "/settings/views", url.Values{"name": {name}, "path": {path}, "shared": {shared}}, nil)
		if page.Status != status {
			t.Errorf("%.40q at %.80q, shared %q: %s", name, path, shared, page)
		}
	}
	const table = "/orgs/acme/packages"
	save(olivia, "Private", table+"?q=kept-private", "", http.StatusSeeOther)
	save(olivia, "Shared", table+"?q=kept-shared", "1", http.StatusSeeOther)
	save(olivia, "All", "/packages?q=kept-all", "1", http.StatusSeeOther)
	save(olivia, "Bin", acmeBin+"?q=kept-bin", "", http.StatusSeeOther)
	save(olivia, "A package", app+"?q=kept-package", "", http.StatusSeeOther)
	if got := views(olivia.Get(table)); len(got) != 5 {
		t.Errorf("olivia's views: %v", got)
	}
	if diff := gocmp.Diff([]string{table + "?q=kept-shared", "/packages?q=kept-all"}, views(mona.Get(table))); diff != "" {
		t.Errorf("mona's views (-want +got):\n%s", diff)
	}
	for _, path := range []string{
		"", "/", "orgs/acme/packages", "//evil.example/orgs/acme/packages", "https://evil.example/orgs/acme/packages", "/settings", "/ledger", "/logout", "/login?return_to=/x",
		"/orgs/acme", "/orgs//packages", "/orgs/acme/docker/conflicts", "/orgs/acme/packages/pip/a", "/orgs/../packages", "/teams/acme/packages",
		app + "/-/delete", app + "/-/restore", version + "/delete", table + "?q=" + strings.Repeat("x", 5000), "javascript:alert(1)",
	} {
		save(olivia, "Bad", path, "", http.StatusBadRequest)
	}
	save(olivia, "A shared package", app, "1", http.StatusBadRequest)
	save(olivia, "A shared package", "/orgs/acme/packages/npm/%40acme%2Fapp", "1", http.StatusBadRequest)
	save(olivia, "A shared version", version, "1", http.StatusBadRequest)
	save(olivia, "", table, "", http.StatusBadRequest)
	save(olivia, " ", table, "", http.StatusBadRequest)
	save(olivia, strings.Repeat("ü", 80), table, "", http.StatusSeeOther)
	save(olivia, strings.Repeat("ü", 81), table, "", http.StatusBadRequest)

	forms := olivia.Get("/settings").Doc.Find("form[action^='/settings/views/']")
	if forms.Length() != 6 {
		t.Fatalf("olivia can drop %d views, want 6", forms.Length())
	}
	one := forms.First().AttrOr("action", "")
	if page := mona.Send(http.MethodPost, one, nil, nil); page.Status != http.StatusNotFound {
		t.Errorf("mona drops olivia's view: %s", page)
	}
	if page := olivia.Send(http.MethodPost, one, nil, nil); page.Status != http.StatusSeeOther {
		t.Error(page)
	}
	if page := olivia.Send(http.MethodPost, one, nil, nil); page.Status != http.StatusNotFound {
		t.Errorf("twice: %s", page)
	}
	for range 95 {
		save(olivia, "Many", table, "", http.StatusSeeOther)
	}
	save(olivia, "One too many", table, "", http.StatusBadRequest)
}
