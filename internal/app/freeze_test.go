package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// oddNames are names that an address has to be careful with.
var oddNames = []string{"platform/이미지/a b", "100%/done", "@scope/über+plus&and?", "a%2Fb"}

// startFull runs a portal where olivia has more than a page to select from, odd
// names, and something deleted of each kind.
func startFull(t *testing.T) (*apptest.Portal, *apptest.Browser) {
	t.Helper()
	p := apptest.Start(t, apptest.Options{Seed: func(s *ghfake.Server) {
		apptest.Acme(s)
		for _, name := range oddNames {
			s.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.NPM, Name: name, Visibility: ghpkg.Public}, ghfake.Version{Name: "1.0.0"})
		}
		many := make([]ghfake.Version, 120)
		for i := range many {
			many[i] = ghfake.Version{Name: "0." + strings.Repeat("1", i%7+1) + ".0", CreatedAt: s.Now().Add(-time.Duration(i) * time.Hour)}
		}
		s.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.NuGet, Name: "Many"}, many...)
	}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	b.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	b.PostJSON(web+"/-/versions/201/delete", nil, http.StatusOK, nil)
	b.PostJSON("/orgs/acme/packages/maven/com.acme.core/-/delete", url.Values{"confirm": {"com.acme.core"}}, http.StatusOK, nil)
	return p, b
}

// listed returns the paths of all rows of a table, page by page.
func listed(t *testing.T, b *apptest.Browser, table string) []string {
	t.Helper()
	to, err := url.Parse(table)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for page := 1; ; page++ {
		q := to.Query()
		q.Set("page", string(rune('0'+page)))
		q.Set("per_page", "50")
		var rows tableJSON
		b.JSON(to.EscapedPath()+"?"+q.Encode(), http.StatusOK, &rows)
		for _, row := range rows.Items {
			paths = append(paths, row.Path)
		}
		if len(rows.Items) < 50 {
			slices.Sort(paths)
			return paths
		}
	}
}

// frozenPaths returns the paths of all items of an operation.
func frozenPaths(t *testing.T, b *apptest.Browser, id string) []string {
	t.Helper()
	return listed(t, b, "/operations/"+id)
}

// TestFreezeAll: what is frozen is what the table lists with the same query, on
// all its pages, in each kind of table.
func TestFreezeAll(t *testing.T) {
	t.Parallel()
	_, b := startFull(t)
	swept(t, b, acmeBin)
	const packages, many = "/orgs/acme/packages", "/orgs/acme/packages/nuget/Many"
	for _, c := range []struct {
		action, from string
		total        int
	}{
		{"delete", packages, 10},
		{"delete", packages + "?type=npm&type=nuget&sort=name", 7},
		{"delete", packages + "?q=100%25", 1},
		{"delete", packages + "?visibility=public&page=2&per_page=1&format=json", 4},
		{"delete", packages + "?q=type:npm+-visibility:public", 1},
		{"delete", packages + "?repo=legacy", 1},
		{"delete", "/users/olivia/packages", 1},
		{"delete", "/packages", 11},
		{"delete", "/packages?q=owner:olivia", 1},
		{"delete", many, 120},
		{"delete", many + "?q=0.11&page=7&per_page=100", 102},
		{"delete", web + "?q=tag:none", 1},
		{"delete", web + "?sort=-name&state=active", 3},
		{"delete", "/orgs/acme/packages/npm/" + strings.ReplaceAll(url.PathEscape(oddNames[0]), "%2F", "/"), 1},
		{"restore", packages + "?state=deleted", 1},
		{"restore", packages + "?q=state:deleted+com", 1},
		{"restore", "/packages?state=deleted&type=maven", 1},
		{"restore", app + "?state=deleted", 1},
		{"restore", app + "?q=state:deleted", 1},
		{"restore", acmeBin, 3},
		{"restore", acmeBin + "?type=container", 1},
		{"restore", acmeBin + "?q=1.0.0&page=9", 1},
	} {
		t.Run(c.action+" "+c.from, func(t *testing.T) {
			draft := b.FreezeAll(c.action, c.from)
			at, _, _ := strings.Cut(c.from, "&page=")
			if diff := cmp.Diff(listed(t, b, at), frozenPaths(t, b, draft.ID)); diff != "" {
				t.Errorf("the draft has other items than the table (-table +draft):\n%s", diff)
			}
			if draft.Sum() != c.total || draft.Action != c.action || draft.State != "draft" {
				t.Errorf("%d items, want %d; it is a %s to %s", draft.Sum(), c.total, draft.State, draft.Action)
			}
			if draft.Source == "" || strings.Contains(draft.Source, "page") || strings.Contains(draft.Source, "format") {
				t.Errorf("it comes from %q", draft.Source)
			}
			if diff := cmp.Diff(listed(t, b, at), listed(t, b, draft.Source)); diff != "" {
				t.Errorf("its source is another table (-table +source):\n%s", diff)
			}
		})
	}
}

// TestFreezeItems: by hand, of several types and owners together, each by its
// address as it is or percent-encoded.
func TestFreezeItems(t *testing.T) {
	t.Parallel()
	_, b := startFull(t)
	const olivias = "/users/olivia/packages/npm/@olivia/tool"
	odd := refOf(t, ghpkg.Organization, "acme", ghpkg.NPM, oddNames[0])
	for name, c := range map[string]struct {
		action      string
		items, want []string
	}{
		"types and owners": {"delete", []string{app, web + "/-/versions/202", olivias}, []string{app, web + "/-/versions/202", olivias}},
		"raw":              {"delete", []string{"/orgs/acme/packages/npm/" + oddNames[0]}, []string{link.Package(odd)}},
		"encoded":          {"delete", []string{"/orgs/acme/packages/npm/" + url.PathEscape(oddNames[0])}, []string{link.Package(odd)}},
		"a percent sign":   {"delete", []string{"/orgs/acme/packages/npm/100%/done"}, []string{"/orgs/acme/packages/npm/100%25/done"}},
		"twice":            {"delete", []string{app, "/orgs/acme/packages/npm/%40acme%2Fapp"}, []string{app}},
		"with its own":     {"delete", []string{app + "/-/versions/102", app}, []string{app}},
		"restore":          {"restore", []string{version, "/orgs/acme/packages/maven/com.acme.core"}, []string{version, "/orgs/acme/packages/maven/com.acme.core"}},
	} {
		t.Run(name, func(t *testing.T) {
			draft := b.Freeze(c.action, c.items...)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, frozenPaths(t, b, draft.ID)); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			if draft.Source != "" {
				t.Errorf("it comes from %q", draft.Source)
			}
		})
	}
}

// TestFreezeSaysWhere: what was selected by hand says in which table, if that is
// one, without what filtered, sorted and paged it; and its page leads back there.
func TestFreezeSaysWhere(t *testing.T) {
	t.Parallel()
	_, b := startFull(t)
	const packages, gone = "/orgs/acme/packages", "/orgs/acme/packages/maven/com.acme.core"
	for _, c := range []struct{ action, item, from, want, said string }{
		{"delete", app, packages, packages, "acme Frozen"},
		{"delete", app, packages + "?q=app&type=npm&sort=-name&page=2&per_page=25", packages, "acme Frozen"},
		{"delete", app, "/packages?q=app", "/packages", "All packages Frozen"},
		{"delete", web + "/-/versions/204", web + "?q=tag:none", web, "acme/team/web Frozen"},
		{"delete", "/orgs/acme/packages/npm/100%25/done", "/orgs/acme/packages/npm/100%25/done", "/orgs/acme/packages/npm/100%25/done", "acme/100%/done Frozen"},
		{"restore", gone, packages + "?state=deleted&sort=name", packages + "?state=deleted", "acme state:deleted"},
		{"restore", gone, packages + "?q=state:deleted", packages + "?state=deleted", "acme state:deleted"},
		{"restore", gone, acmeBin + "?page=2", acmeBin, "acme · Bin Frozen"},
		{"restore", version, app + "?state=deleted", app + "?state=deleted", "acme/@acme/app state:deleted"},
		{"delete", app, "", "", ""},
		{"delete", app, "/settings", "", ""},
		{"delete", app, app + "/-/delete", "", ""},
		{"delete", app, "//evil.example" + packages, "", ""},
		{"delete", app, "https://evil.example" + packages, "", ""},
		{"delete", app, "javascript:alert(1)", "", ""},
		{"delete", app, "%zz", "", ""},
	} {
		t.Run(c.from, func(t *testing.T) {
			var draft apptest.Operation
			b.PostJSON("/operations", url.Values{"action": {c.action}, "item": {c.item}, "from": {c.from}}, http.StatusCreated, &draft)
			if draft.Source != c.want {
				t.Errorf("it comes from %q, want %q", draft.Source, c.want)
			}
			page := b.Get(draft.Path)
			if page.HasText("Selected from "+c.said) != (c.want != "") || c.want != "" && !slices.Contains(page.Links(), c.want) {
				t.Errorf("the draft says: %s", page)
			}
		})
	}
}

// TestFreezeKnows: what was shown of an item stands in the draft, with what is to
// be expected of it.
func TestFreezeKnows(t *testing.T) {
	t.Parallel()
	p, b := startFull(t)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.RubyGems, "acme_gem"), 401)
	for name, c := range map[string]struct {
		action string
		items  []string
		want   map[string]string // name: check
	}{
		"tags":             {"delete", []string{web + "/-/versions/204"}, map[string]string{digestOf("4"): "ok"}},
		"all the tagged":   {"delete", []string{web + "/-/versions/204", web + "/-/versions/202"}, map[string]string{digestOf("4"): "ok", digestOf("2"): "last_tagged"}},
		"the last version": {"delete", []string{app + "/-/versions/102"}, map[string]string{"1.1.0": "last_version"}},
		"already deleted":  {"delete", []string{version, "/orgs/acme/packages/maven/com.acme.core"}, map[string]string{"1.0.0": "gone", "com.acme.core": "gone"}},
		"not deleted":      {"restore", []string{app + "/-/versions/102", web}, map[string]string{"1.1.0": "there", "team/web": "there"}},
		"still restorable": {"restore", []string{version}, map[string]string{"1.0.0": "ok"}},
		"deleted outside":  {"delete", []string{"/orgs/acme/packages/rubygems/acme_gem/-/versions/401"}, map[string]string{"1.0.0": "gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, item := range b.Freeze(c.action, c.items...).Items {
				got[item.Name] = item.Check
				if item.Name == digestOf("4") && !slices.Equal(item.Tags, []string{"1.1", "latest"}) {
					t.Errorf("its tags are %v", item.Tags)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("checks (-want +got):\n%s", diff)
			}
		})
	}
}

// digestOf is the name of a container version in Acme's world.
func digestOf(digit string) string { return "sha256:" + strings.Repeat("0", 63) + digit }

// TestFreezeByForm: without JavaScript the form leads to the draft.
func TestFreezeByForm(t *testing.T) {
	t.Parallel()
	p, b := startFull(t)
	before := snapshot(t, p)
	table := b.Get("/orgs/acme/packages?type=npm")
	boxes := table.Doc.Find("input[name=item]")
	form, err := table.Form("Review the deletion of what is selected…")
	if err != nil || form.Action != "/operations" || boxes.Length() != 5 {
		t.Fatalf("%v, %+v, %d checkboxes", err, form, boxes.Length())
	}
	form.Values["item"] = []string{boxes.First().AttrOr("value", "")}
	answer := b.Send("POST", form.Action, form.Values, nil)
	if answer.Status != http.StatusSeeOther || !strings.HasPrefix(answer.Location(), "/operations/") {
		t.Fatal(answer)
	}
	if got := frozenPaths(t, b, strings.TrimPrefix(answer.Location(), "/operations/")); !slices.Equal(got, form.Values["item"]) {
		t.Errorf("the draft has %v", got)
	}
	if page := b.Submit(table, "Review the deletion of all 5…", nil); page.Status != http.StatusOK || !strings.HasPrefix(page.Path(), "/operations/") {
		t.Error(page)
	}
	page := b.PostJSON("/operations", form.Values, http.StatusCreated, nil)
	if !strings.HasPrefix(page.Location(), "/operations/") {
		t.Errorf("the new draft is at %q", page.Location())
	}
	if page := b.HTMX("POST", "/operations", form.Values); page.Header.Get("HX-Redirect") == "" {
		t.Errorf("htmx stays: %s", page)
	}
	if snapshot(t, p) != before {
		t.Error("a draft has changed something at GitHub")
	}
}
