package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// flat puts the leaves of a JSON value into row, by the names on the way to them.
func flat(row map[string]string, name string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			flat(row, strings.TrimPrefix(name+"."+key, "."), inner)
		}
	case []any:
		all := make([]string, len(v))
		for i, one := range v {
			all[i] = one.(string)
		}
		row[name] = strings.Join(all, " ")
	case string:
		row[name] = v
	case json.Number:
		row[name] = v.String()
	case bool:
		row[name] = map[bool]string{true: "true", false: "false"}[v]
	}
}

// TestCSVSaysWhatTheJSONSays: every table, cell by cell; none of the two forms
// has a field that the other lacks, and the name of the file says whether rows
// are missing.
func TestCSVSaysWhatTheJSONSays(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.Container, "team/web"), 204)
	b.PostJSON("/orgs/acme/packages/nuget/Acme.Core/-/delete", url.Values{"confirm": {"Acme.Core"}, "reason": {"=old"}}, http.StatusOK, nil)
	swept(t, b, acmeBin)
	op := link.Operation(b.Freeze("delete", version).ID)
	for _, path := range []string{
		"/", "/packages", "/orgs/acme/packages", "/orgs/acme/packages?state=deleted", acmeBin, "/orgs/acme/docker/conflicts",
		web, web + "?state=deleted", "/orgs/acme/packages/docker/legacy/web", "/ledger", "/operations", op,
	} {
		var table struct {
			Items    []map[string]any
			Complete bool
		}
		decoder := json.NewDecoder(strings.NewReader(b.Send("GET", apptest.WithFormat(path, "json"), nil, nil).Body))
		decoder.UseNumber()
		if err := decoder.Decode(&table); err != nil || len(table.Items) == 0 {
			t.Fatalf("%s: %v, %d rows", path, err, len(table.Items))
		}
		file := b.Send("GET", apptest.WithFormat(path, "csv"), nil, nil).Header.Get("Content-Disposition")
		if strings.HasSuffix(file, `-incomplete.csv"`) == table.Complete {
			t.Errorf("%s: complete is %t, and the file is %s", path, table.Complete, file)
		}
		lines := getCSV(t, b, path)
		if len(lines) != len(table.Items)+1 {
			t.Fatalf("%s: %d lines and a header, %d rows of JSON", path, len(lines)-1, len(table.Items))
		}
		for i, item := range table.Items {
			row, line := map[string]string{}, lines[i+1]
			flat(row, "", item)
			for name, cell := range line {
				line[name] = strings.TrimPrefix(cell, "'")
				if _, known := row[name]; !known && cell == "" {
					delete(line, name) // what JSON leaves out, or null
				}
			}
			if diff := cmp.Diff(row, line); diff != "" {
				t.Errorf("%s, row %d (-JSON +CSV):\n%s", path, i, diff)
			}
		}
	}
}

var linkTo = regexp.MustCompile(`<([^>]*)>; rel="(\w+)"`)

// pagesFrom follows the Link headers from a table's first page to its last.
func pagesFrom(t *testing.T, b *apptest.Browser, path string) (sizes []int, last string) {
	t.Helper()
	base := b.Get("/").URL
	for n := 0; path != "" && n < 9; n++ {
		page := b.Send("GET", path, nil, nil)
		if page.Status != http.StatusOK {
			t.Fatal(page)
		}
		sizes = append(sizes, strings.Count(page.Body, "/-/versions/"))
		rels := map[string]string{}
		for _, found := range linkTo.FindAllStringSubmatch(page.Header.Get("Link"), -1) {
			to, err := base.Parse(found[1])
			if err != nil || !strings.HasPrefix(found[1], base.Scheme+"://"+base.Host+"/") {
				t.Fatalf("%q leads out of the portal, %v", found[1], err)
			}
			rels[found[2]] = to.RequestURI()
		}
		if rels["last"] != "" {
			last = rels["last"]
		}
		if (n > 0) != (rels["prev"] != "" && rels["first"] != "") {
			t.Errorf("page %d leads back to %v", n+1, rels)
		}
		path = rels["next"]
	}
	return sizes, last
}

// TestLinksLeadThroughAllPages: a program that follows rel="next" sees every
// row once, in either form, and the filters stay.
func TestLinksLeadThroughAllPages(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	for _, form := range []string{"json", "csv"} {
		sizes, last := pagesFrom(t, b, web+"?sort=name&per_page=3&format="+form)
		if diff := cmp.Diff([]int{3, 1}, sizes); diff != "" || !strings.Contains(last, "page=2") || !strings.Contains(last, "sort=name") {
			t.Errorf("%s: last %q, rows of the pages (-want +got):\n%s", form, last, diff)
		}
	}
	if h := b.Send("GET", web+"?format=csv", nil, nil).Header.Get("Link"); h != "" {
		t.Errorf("a table of one page leads to %s", h)
	}
	if h := b.Send("GET", web+"?format=json&page=9", nil, nil).Header.Get("Link"); !strings.Contains(h, `page=1>; rel="prev"`) {
		t.Errorf("beyond the end it leads to %s", h)
	}
}

// TestAFileOfOnePageSaysSo: whoever downloads a table knows whether it is all of it.
func TestAFileOfOnePageSaysSo(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	for path, want := range map[string]string{web: "CSV", web + "?per_page=3": "CSV (this page)"} {
		if got := b.Get(path).Doc.Find(".exports a[download]").Text(); got != want {
			t.Errorf("%s offers %q, want %q", path, got, want)
		}
	}
}

// TestLinksOfAMountedPortal: the other pages are below its path, too.
func TestLinksOfAMountedPortal(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Path: below})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	page := b.Send("GET", web+"?per_page=3&format=json", nil, nil)
	want := "<" + page.URL.Scheme + "://" + page.URL.Host + below + web + "?format=json&page=2&per_page=3>; rel=\"next\""
	if got := page.Header.Get("Link"); !strings.HasPrefix(got, want) {
		t.Errorf("Link: %s, want %s", got, want)
	}
}
