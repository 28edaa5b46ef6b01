package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestUnknownNeverMatches: what GitHub did not say of a row satisfies neither a
// term nor its negation, in any table; how many rows that leaves out is told;
// and all that match are frozen only where it is known what does.
func TestUnknownNeverMatches(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Seed: func(s *ghfake.Server) {
		apptest.Acme(s)
		s.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.NPM, Name: "open", Visibility: ghpkg.Public, Repository: "core"}, ghfake.Version{Name: "1"})
	}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	b.PostJSON("/orgs/acme/packages/rubygems/acme_gem/-/delete", url.Values{"confirm": {"acme_gem"}}, http.StatusOK, nil)
	b.Get(app) // so that it is known that it has two versions
	const packages, deleted = "/orgs/acme/packages", "/orgs/acme/packages?state=deleted"
	for _, c := range []struct {
		from, q string
		want    []string
		unknown int
		frozen  int // 0: not known what matches, -1: nothing does
	}{
		{packages, "versions:>100", []string{}, 5, 0},
		{packages, "-versions:>100", []string{"@acme/app"}, 5, 0},
		{packages, "versions:<=5", []string{"@acme/app"}, 5, 0},
		{packages, "-versions:<=5", []string{}, 5, 0},
		{packages, "versions:0..5,>100", []string{"@acme/app"}, 5, 0},
		{packages, "-versions:>100,<1", []string{"@acme/app"}, 5, 0},
		{packages, "versions:unknown -owner:olivia", []string{"Acme.Core", "com.acme.core", "legacy/web", "open", "team/web"}, 0, 5},
		{packages, "-versions:unknown", []string{"@acme/app"}, 0, 1},
		{packages, "-versions:unknown -versions:>100", []string{"@acme/app"}, 0, 1},
		{packages, "-versions:>100 type:nuget", []string{}, 1, 0},
		{packages + "?type=nuget", "-versions:>5", []string{}, 1, 0},
		{packages + "?type=npm", "-versions:>5 -open", []string{"@acme/app"}, 0, 1},
		{packages + "?visibility=public", "-versions:>5", []string{}, 1, 0},
		{packages, "repo:core", []string{"com.acme.core", "open"}, 3, 2},
		{packages, "-repo:core", []string{"legacy/web"}, 3, 1},
		{packages, "-repo:core,none", []string{"legacy/web"}, 0, 1},
		{packages, "-repo:core -repo:none", []string{"legacy/web"}, 0, 1},
		{packages + "?repo=core", "", []string{"com.acme.core", "open"}, 3, 2},
		{packages + "?repo=core", "-versions:>5", []string{}, 4, 0},
		{packages, "-visibility:internal", []string{"open"}, 5, 0},
		{packages, "visibility:internal,public", []string{"open"}, 5, 0},
		{packages, "-visibility:internal,private", []string{"open"}, 0, 1},
		{packages, "updated:unknown", []string{}, 0, -1},
		{deleted, "older:1h", []string{}, 1, 0},
		{deleted, "-older:1h", []string{}, 1, 0},
		{deleted, "-created:2026", []string{}, 1, 0},
		{deleted, "updated:unknown", []string{"acme_gem"}, 0, 1},
		{deleted, "-versions:>5", []string{}, 1, 0},
		{deleted + "&repo=core", "", []string{}, 1, -1},
		{deleted + "&visibility=internal", "", []string{}, 1, 0},
		{"/packages", "-versions:>100", []string{"@acme/app"}, 6, 0},
		{"/packages", "-versions:>100 owner:olivia", []string{}, 1, 0},
		{"/packages?state=deleted", "-older:1h", []string{}, 1, 0},
		{app, "-tag:latest", []string{}, 2, 0},
		{app, "tag:none", []string{}, 2, 0},
		{app, "-digest:3f 1.1", []string{}, 1, 0},
		{web, "-tag:latest tag:1.*", []string{"sha256:" + strings.Repeat("0", 63) + "2"}, 0, 1},
	} {
		t.Run(c.from+" "+c.q, func(t *testing.T) {
			at := asking(t, c.from, c.q)
			var table tableJSON
			b.JSON(at, http.StatusOK, &table)
			told := 0
			for _, n := range table.Notices {
				if n.Kind != string(ghpkg.NoticeUnknown) {
					continue
				}
				var some int
				if _, err := fmt.Sscan(n.Message, &some); err != nil {
					t.Errorf("%q tells no number", n.Message)
				}
				told = max(told, some)
			}
			if diff := gocmp.Diff(c.want, table.names()); diff != "" || table.Total != len(c.want) {
				t.Errorf("total %d (-want +got):\n%s", table.Total, diff)
			}
			if told != c.unknown || c.unknown > 0 && *table.Complete {
				t.Errorf("it tells of %d that are not known, want %d; complete: %t: %+v", told, c.unknown, *table.Complete, table.Notices)
			}
			freezesWhatIsKnown(t, b, at, c.frozen)
		})
	}
	if n := drafts(t, b); n != 12 {
		t.Errorf("%d drafts, want 12", n)
	}
}

// asking is the address of a table with a query, by name.
func asking(t *testing.T, table, q string) string {
	t.Helper()
	at, err := url.Parse(table)
	if err != nil {
		t.Fatal(err)
	}
	v := at.Query()
	v.Set("sort", "name")
	if q != "" {
		v.Set("q", q)
	}
	return at.Path + "?" + v.Encode()
}

// freezesWhatIsKnown: all that the table lists are n, -1 for none; or, for 0, it
// is refused to freeze them, and the page does not offer it.
func freezesWhatIsKnown(t *testing.T, b *apptest.Browser, at string, n int) {
	t.Helper()
	action := "delete"
	if strings.Contains(at, "state=deleted") {
		action = "restore"
	}
	if n > 0 {
		if draft := b.FreezeAll(action, at); draft.Sum() != n {
			t.Errorf("%d are frozen, want %d", draft.Sum(), n)
		}
		return
	}
	var no answer
	if n < 0 {
		b.PostJSON("/operations", all(action, at), http.StatusBadRequest, &no)
		if no.Code != string(fault.CodeNothing) {
			t.Errorf("%+v", no)
		}
		return
	}
	b.PostJSON("/operations", all(action, at), http.StatusConflict, &no)
	if no.Code != string(fault.CodeUndecided) || !strings.Contains(no.Message, " left out") {
		t.Errorf("%+v", no)
	}
	page := b.Get(at)
	if page.Doc.Find("button[name=all]").Length() > 0 || !page.HasText(" left out, because") {
		t.Errorf("the page offers all that match, or does not tell what is not known: %s", page)
	}
}

// TestUnknownIsNotTakenTogether, also where several are known to match.
func TestUnknownIsNotTakenTogether(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	b.Get(app) // so that it is known how many versions they have
	b.Get(web)
	at := asking(t, "/orgs/acme/packages", "versions:<=50")
	var table tableJSON
	if b.JSON(at, http.StatusOK, &table); table.Total != 2 {
		t.Fatalf("%d match: %v", table.Total, table.names())
	}
	freezesWhatIsKnown(t, b, at, 0)
}

// TestUnknownIsToldToWhoMayOnlyLook: who cannot take anything together is shown
// the same table.
func TestUnknownIsToldToWhoMayOnlyLook(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Seed: apptest.Acme, Config: map[string]string{"READ_ONLY": "true"}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	for _, path := range []string{"/orgs/acme/packages?q=-versions:>100", "/packages?q=-versions:>100", app + "?q=-tag:latest"} {
		if page := b.Get(path); page.Status != http.StatusOK || page.Doc.Find("form#selection").Length() != 0 {
			t.Errorf("%s: %s", path, page)
		}
	}
}

// TestUnknownHasNoOrder: packages whose number of versions is not known have no
// place in its order: that is told, and the lens for it is there where there
// are none.
func TestUnknownHasNoOrder(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	const table, lens = "/users/olivia/packages", "Most versions"
	unsorted := func() string {
		var rows tableJSON
		b.JSON(table+"?sort=-versions", http.StatusOK, &rows)
		if !*rows.Complete {
			t.Error("all rows are there, in whatever order")
		}
		return rows.kinds()
	}
	if got := unsorted(); got != string(ghpkg.NoticeUnsorted) {
		t.Errorf("notices %q", got)
	}
	if _, err := b.Get(table).Link(lens); err == nil {
		t.Error("the lens orders by what is not known")
	}
	if page := b.Get(table + "?sort=-versions"); !page.HasText("no place in this order") {
		t.Error(page)
	}
	b.Get("/users/olivia/packages/npm/@olivia/tool")
	if got := unsorted(); got != "" {
		t.Errorf("notices %q, though all are known", got)
	}
	if to, err := b.Get(table).Link(lens); err != nil || to != table+"?sort=-versions" {
		t.Errorf("%s, %v", to, err)
	}
}
