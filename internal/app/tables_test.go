package app_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// tableJSON is a table for programs.
type tableJSON struct {
	Items    []rowJSON
	Total    int
	Page     int
	PerPage  int       `json:"per_page"`
	AsOf     time.Time `json:"as_of"`
	Complete *bool
	Notices  []struct{ Kind, Message string }
	Package  *rowJSON
}

type rowJSON struct {
	ID              int64
	Name, Path      string
	PackageType     string     `json:"package_type"`
	DeletedAt       *time.Time `json:"deleted_at"`
	RestorableUntil *time.Time `json:"restorable_until"`
	KnownBy         string     `json:"known_by"`
}

func (t tableJSON) names() []string {
	names := []string{}
	for _, row := range t.Items {
		names = append(names, row.Name)
	}
	return names
}

func (t tableJSON) kinds() string {
	var kinds []string
	for _, n := range t.Notices {
		kinds = append(kinds, n.Kind)
	}
	return strings.Join(kinds, " ")
}

// get reads a table as JSON, and fails unless its page and its CSV show the same rows.
func get(t *testing.T, b *apptest.Browser, path string) tableJSON {
	t.Helper()
	var table tableJSON
	b.JSON(path, http.StatusOK, &table)
	if table.Items == nil || table.Complete == nil || table.Notices == nil || table.AsOf.IsZero() || table.Page == 0 || table.PerPage == 0 {
		t.Errorf("%s lacks a field: %+v", path, table)
	}
	page := b.Get(path)
	var shown []string
	for _, a := range page.Links() {
		if slices.ContainsFunc(table.Items, func(r rowJSON) bool { return r.Path == a }) && !slices.Contains(shown, a) {
			shown = append(shown, a)
		}
	}
	var want []string
	for _, row := range table.Items {
		want = append(want, row.Path)
	}
	if diff := cmp.Diff(want, shown); diff != "" && !strings.Contains(path, "state=deleted") {
		t.Errorf("%s shows other rows than its JSON (-JSON +page):\n%s", path, diff)
	}
	if rows := page.Doc.Find("[id^='package-'], [id^='version-']").Length(); rows != len(table.Items) {
		t.Errorf("%s shows %d rows, its JSON %d", path, rows, len(table.Items))
	}
	lines := getCSV(t, b, path)
	for i, row := range table.Items {
		if got := lines[i+1]; got["id"] != strconv.FormatInt(row.ID, 10) || strings.TrimPrefix(got["name"], "'") != row.Name || got["path"] != row.Path {
			t.Errorf("%s: line %d of the CSV is %v, its JSON %+v", path, i+1, got, row)
		}
	}
	if len(lines) != len(table.Items)+1 {
		t.Errorf("%s has %d lines as CSV, its JSON %d rows", path, len(lines), len(table.Items))
	}
	return table
}

// getCSV reads a table as CSV: its lines by the names of its first.
func getCSV(t *testing.T, b *apptest.Browser, path string) []map[string]string {
	t.Helper()
	page := b.Send("GET", apptest.WithFormat(path, "csv"), nil, nil)
	if page.Status != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/csv") {
		t.Fatal(page)
	}
	records, err := csv.NewReader(strings.NewReader(page.Body)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("%v: %s", err, page)
	}
	var lines []map[string]string
	for _, record := range records {
		line := map[string]string{}
		for i, cell := range record {
			line[records[0][i]] = cell
		}
		lines = append(lines, line)
	}
	return lines
}

// TestTables: filters, orders and pages, the same in every form.
func TestTables(t *testing.T) {
	t.Parallel()
	p, b := start(t, ghpkg.ScopeRepo)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.NPM, "@acme/app"), 101)
	const packages = "/orgs/acme/packages"
	for _, c := range []struct {
		name, path string
		want       []string
		total      int
	}{
		{"by name", packages + "?sort=name", []string{"@acme/app", "Acme.Core", "acme_gem", "com.acme.core", "legacy/web", "team/web"}, 6},
		{"by name, descending", packages + "?sort=-name", []string{"team/web", "legacy/web", "com.acme.core", "acme_gem", "Acme.Core", "@acme/app"}, 6},
		{"one type", packages + "?type=npm", []string{"@acme/app"}, 1},
		{"two types", packages + "?type=npm&type=maven&sort=name", []string{"@acme/app", "com.acme.core"}, 2},
		{"an empty type", packages + "?type=&type=npm", []string{"@acme/app"}, 1},
		{"part of a name", packages + "?q=ACME&sort=name", []string{"@acme/app", "Acme.Core", "acme_gem", "com.acme.core"}, 4},
		{"literal percent", packages + "?q=%25", []string{}, 0},
		{"literal underscore", packages + "?q=_", []string{"acme_gem"}, 1},
		{"visibility", packages + "?visibility=public", []string{}, 0},
		{"repository", packages + "?repo=core", []string{"com.acme.core"}, 1},
		{"owner and repository", packages + "?repo=ACME/core", []string{"com.acme.core"}, 1},
		{"pages", packages + "?sort=name&per_page=4&page=2", []string{"legacy/web", "team/web"}, 6},
		{"beyond the end", packages + "?page=99", []string{}, 6},
		{"a user's", "/users/olivia/packages", []string{"@olivia/tool"}, 1},
		{"versions by name", web + "?sort=name&q=1.", []string{"sha256:" + strings.Repeat("0", 63) + "2", "sha256:" + strings.Repeat("0", 63) + "4"}, 2},
		{"untagged versions", web + "?sort=-name&q=tag:none", []string{"sha256:" + strings.Repeat("0", 63) + "3", "sha256:" + strings.Repeat("0", 63) + "1"}, 2},
		{"versions, newest first", app, []string{"1.1.0"}, 1},
		{"deleted versions", app + "?state=deleted", []string{"1.0.0"}, 1},
		{"versions beyond the end", web + "?page=3", []string{}, 4},
		{"conflicts", "/orgs/acme/docker/conflicts", nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == nil {
				var table tableJSON
				b.JSON(c.path, http.StatusOK, &table)
				if table.Total != c.total || len(table.Items) != c.total {
					t.Errorf("%+v", table)
				}
				return
			}
			table := get(t, b, c.path)
			if diff := cmp.Diff(c.want, table.names()); diff != "" || table.Total != c.total {
				t.Errorf("total %d, want %d; rows (-want +got):\n%s", table.Total, c.total, diff)
			}
		})
	}
}

// TestBadFilters: what is not understood is refused by name.
func TestBadFilters(t *testing.T) {
	t.Parallel()
	p, b := start(t)
	for path, name := range map[string]string{
		"/orgs/acme/packages?type=pip": "type", "/orgs/acme/packages?visibility=secret": "visibility", "/orgs/acme/packages?state=gone": "state",
		"/orgs/acme/packages?sort=size": "sort", "/orgs/acme/packages?sort=--name": "sort", "/orgs/acme/packages?page=0": "page",
		"/orgs/acme/packages?page=-1": "page", "/orgs/acme/packages?page=x": "page", "/orgs/acme/packages?page=99999999999999999999": "page",
		"/orgs/acme/packages?per_page=101": "per_page", "/orgs/acme/packages?per_page=0": "per_page", "/orgs/acme/packages?q=a&q=b": "q",
		"/orgs/acme/packages?format=xml": "format", app + "?per_page=101": "per_page", app + "?sort=versions": "sort", app + "?type=npm": "type",
		"/orgs/acme/docker/conflicts?per_page=101": "per_page", "/ledger?per_page=101": "per_page", "/ledger?outcome=fine": "outcome",
		"/ledger?action=destroy": "action", "/ledger?since=yesterday": "since", "/ledger?until=2026-13-01": "until", "/ledger?type=pip": "type",
		"/orgs/acme/packages?%zz": "?", "/orgs/acme/packages?page=1;per_page=2": "?",
	} {
		for _, form := range []string{"page", "json", "csv"} {
			to := path
			if form != "page" && name != "format" {
				to = apptest.WithFormat(path, form)
			}
			page := b.Send("GET", to, nil, nil)
			if page.Status != http.StatusBadRequest || !strings.Contains(page.Body, "filter "+name+" ") {
				t.Errorf("%s: %s", to, page)
			}
		}
	}
	if asked := p.GitHub.Requests(); len(asked) != 0 {
		t.Errorf("GitHub was asked %v", asked)
	}
}

// TestOwnChangeShowsAtOnce: in every list, and where deleted things are listed.
func TestOwnChangeShowsAtOnce(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	const packages, deleted = "/orgs/acme/packages?type=npm", "/orgs/acme/packages?state=deleted"
	lists := func(active, versions, bin, gone []string) {
		t.Helper()
		for path, want := range map[string][]string{packages: active, app: versions, app + "?state=deleted": bin, deleted: gone} {
			if want == nil {
				b.JSON(path, http.StatusNotFound, nil)
				continue
			}
			if diff := cmp.Diff(want, get(t, b, path).names()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
	none := []string{}
	lists([]string{"@acme/app"}, []string{"1.1.0", "1.0.0"}, none, none)
	b.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	lists([]string{"@acme/app"}, []string{"1.1.0"}, []string{"1.0.0"}, none)
	b.PostJSON(version+"/restore", nil, http.StatusOK, nil)
	lists([]string{"@acme/app"}, []string{"1.1.0", "1.0.0"}, none, none)
	b.PostJSON(app+"/-/delete", url.Values{"confirm": {"@acme/app"}}, http.StatusOK, nil)
	lists(none, nil, nil, []string{"@acme/app"})
	for path, by := range map[string]string{deleted: "ledger"} {
		row := get(t, b, path).Items[0]
		if row.DeletedAt == nil || row.RestorableUntil == nil || row.KnownBy != by || row.RestorableUntil.Sub(*row.DeletedAt) != 30*24*time.Hour || row.ID != apptest.NPM {
			t.Errorf("%s: %+v", path, row)
		}
	}
	b.PostJSON(app+"/-/restore", nil, http.StatusOK, nil)
	lists([]string{"@acme/app"}, []string{"1.1.0", "1.0.0"}, none, none)
}

// TestNoOneSeesThroughAnothersEyes: each sees what GitHub shows to them, from
// warm caches too, and from the ledger.
func TestNoOneSeesThroughAnothersEyes(t *testing.T) {
	t.Parallel()
	p, olivia := start(t, allScopes...)
	mona, otto := p.SignIn(t, apptest.Member), p.SignIn(t, apptest.Stranger)
	p.GitHub.SetPackage(acmes(t, ghpkg.NPM, "@acme/app"), func(p *ghfake.Package) { p.Restricted = true })
	p.GitHub.SetPackage(acmes(t, ghpkg.NuGet, "Acme.Core"), func(p *ghfake.Package) { p.Visibility = ghpkg.Public })
	for range 2 { // from GitHub, then from the caches
		for _, c := range []struct {
			browser *apptest.Browser
			path    string
			want    []string
		}{
			{olivia, "/orgs/acme/packages?sort=name&type=npm&type=nuget", []string{"@acme/app", "Acme.Core"}},
			{mona, "/orgs/acme/packages?sort=name&type=npm&type=nuget", []string{"Acme.Core"}},
			{otto, "/orgs/acme/packages?sort=name", []string{"Acme.Core"}},
			{mona, "/users/olivia/packages", []string{}},
		} {
			if diff := cmp.Diff(c.want, get(t, c.browser, c.path).names()); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", c.path, c.browser.Login, diff)
			}
		}
		mona.JSON(app, http.StatusNotFound, nil)
		otto.JSON("/orgs/acme/packages/nuget/Acme.Core", http.StatusOK, nil)
		olivia.JSON(app, http.StatusOK, nil)
	}
	olivia.PostJSON(app+"/-/delete", url.Values{"confirm": {"@acme/app"}}, http.StatusOK, nil)
	for _, b := range []*apptest.Browser{mona, otto} {
		if names := get(t, b, "/orgs/acme/packages?state=deleted").names(); len(names) != 0 {
			t.Errorf("%s is shown as deleted %v", b.Login, names)
		}
	}
}
