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
)

const acmeBin = "/orgs/acme/bin"

// binJSON is a bin for programs.
type binJSON struct {
	Items []struct {
		rowJSON
		Version *rowJSON
	}
	Total   int
	AsOf    time.Time `json:"as_of"`
	Notices []struct{ Kind string }
}

// lines are what the bin holds: "name" or "name version", and how it is known.
func (b binJSON) lines() string {
	var all []string
	for _, row := range b.Items {
		line := row.Name
		if row.Version != nil {
			line += " " + row.Version.Name
		}
		all = append(all, line+" ("+row.KnownBy+")")
	}
	return strings.Join(all, ", ")
}

// swept looks at a bin until every package has been looked into.
func swept(t *testing.T, b *apptest.Browser, path string) binJSON {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var found binJSON
		b.JSON(path, http.StatusOK, &found)
		loading := slices.ContainsFunc(found.Notices, func(n struct{ Kind string }) bool { return n.Kind == "loading" })
		if !loading {
			return found
		}
		if time.Now().After(deadline) {
			t.Fatalf("still loading: %+v", found)
		}
	}
}

// settled looks at a table and lets what is asked behind it come to its end.
func settled(t *testing.T, p *apptest.Portal, b *apptest.Browser, path string) tableJSON {
	t.Helper()
	var table tableJSON
	b.JSON(path, http.StatusOK, &table)
	for deadline, quiet, last := time.Now().Add(time.Minute), 0, -1; quiet < 3; time.Sleep(10 * time.Millisecond) {
		log, n := p.Log.String(), len(p.GitHub.Requests())
		if n == last && strings.Count(log, "the inventory looks behind a page") == strings.Count(log, "the inventory has looked behind a page") {
			quiet++
		} else {
			quiet, last = 0, n
		}
		if time.Now().After(deadline) {
			t.Fatalf("what is asked behind %s does not end", path)
		}
	}
	return table
}

// clocked runs a portal in Acme's world whose time the test holds.
func clocked(t *testing.T) (*apptest.Portal, *apptest.Clock) {
	t.Helper()
	clock := apptest.NewClock(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
	return apptest.Start(t, apptest.Options{Clock: clock}), clock
}

// TestBin: what can be restored, by what is known of it, least days left first.
func TestBin(t *testing.T) {
	t.Parallel()
	p, clock := clocked(t)
	olivia := p.SignIn(t, apptest.Owner, allScopes...)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.Maven, "com.acme.core"), apptest.VersionOf(apptest.Maven, 1))
	settled(t, p, olivia, "/orgs/acme/packages") // olivia has seen all packages
	p.GitHub.DeletePackageNow(acmes(t, ghpkg.NuGet, "Acme.Core"))
	clock.Advance(2 * time.Hour)
	settled(t, p, olivia, "/orgs/acme/packages") // and that one is gone
	olivia.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	clock.Advance(time.Hour)
	olivia.PostJSON("/orgs/acme/packages/rubygems/acme_gem/-/delete", url.Values{"confirm": {"acme_gem"}}, http.StatusOK, nil)

	var first binJSON
	olivia.JSON(acmeBin, http.StatusOK, &first)
	if got := first.lines(); !strings.Contains(got, "@acme/app 1.0.0 (github)") || !strings.Contains(got, "acme_gem (ledger)") {
		t.Errorf("olivia's own changes do not show at once: %s", got)
	}
	const want = "com.acme.core 1.0.0 (github), Acme.Core (estimated), @acme/app 1.0.0 (github), acme_gem (ledger)"
	found := swept(t, olivia, acmeBin)
	if found.lines() != want && found.lines() != strings.Replace(want, "com.acme.core 1.0.0 (github), Acme.Core (estimated)", "Acme.Core (estimated), com.acme.core 1.0.0 (github)", 1) {
		t.Errorf("the bin holds %s, want %s", found.lines(), want)
	}
	for _, row := range found.Items {
		if row.DeletedAt == nil || row.RestorableUntil == nil || row.RestorableUntil.Sub(*row.DeletedAt) != ghpkg.RestoreWindow || row.Path == "" {
			t.Errorf("%+v", row)
		}
	}
	if lines := getCSV(t, olivia, acmeBin); len(lines)-1 != len(found.Items) {
		t.Errorf("the CSV has %d lines: %v", len(lines), lines)
	}
	if page := olivia.Get(acmeBin); page.Status != http.StatusOK || !page.HasText("acme_gem") || !page.HasText("Acme.Core") {
		t.Error(page)
	}
	for path, want := range map[string]string{
		acmeBin + "?q=CORE&type=nuget":         "Acme.Core (estimated)",
		acmeBin + "?per_page=1&page=4":         "acme_gem (ledger)",
		acmeBin + "?q=%25":                     "",
		acmeBin + "?page=99":                   "",
		acmeBin + "?type=npm&q=1.0.0":          "@acme/app 1.0.0 (github)",
		"/users/olivia/bin":                    "",
		"/orgs/acme/packages?state=deleted":    "Acme.Core (estimated), acme_gem (ledger)",
		"/packages?state=deleted&sort=-name":   "acme_gem (ledger), Acme.Core (estimated)",
		"/packages?q=state:deleted+type:nuget": "Acme.Core (estimated)",
	} {
		if got := swept(t, olivia, path); got.lines() != want {
			t.Errorf("%s holds %s, want %s", path, got.lines(), want)
		}
	}

	clock.Advance(ghpkg.RestoreWindow - 2*time.Hour)
	olivia = p.SignIn(t, apptest.Owner, allScopes...)
	if got := swept(t, olivia, acmeBin).lines(); got != "@acme/app 1.0.0 (github), acme_gem (ledger)" {
		t.Errorf("after the first 30 days are over: %s", got)
	}
	clock.Advance(2 * time.Hour)
	if got := swept(t, olivia, acmeBin).lines(); got != "" {
		t.Errorf("after the last 30 days are over: %s", got)
	}
}

// TestEstimatesAreForOwners: who may have lost the right to see something is
// not told that it was deleted.
func TestEstimatesAreForOwners(t *testing.T) {
	t.Parallel()
	p, clock := clocked(t)
	olivia, mona := p.SignIn(t, apptest.Owner, allScopes...), p.SignIn(t, apptest.Member, allScopes...)
	both := []*apptest.Browser{olivia, mona}
	for _, b := range both {
		settled(t, p, b, "/orgs/acme/packages")
	}
	p.GitHub.DeletePackageNow(acmes(t, ghpkg.NPM, "@acme/app"))
	p.GitHub.SetPackage(acmes(t, ghpkg.NuGet, "Acme.Core"), func(p *ghfake.Package) { p.Restricted = true })
	clock.Advance(10 * time.Minute)
	for _, b := range both {
		settled(t, p, b, "/orgs/acme/packages")
	}
	for _, c := range []struct {
		b    *apptest.Browser
		path string
		want string
	}{
		{olivia, acmeBin, "@acme/app (estimated)"},
		{olivia, "/orgs/acme/packages?state=deleted", "@acme/app (estimated)"},
		{olivia, "/packages?state=deleted", "@acme/app (estimated)"},
		{mona, acmeBin, ""},
		{mona, "/orgs/acme/packages?state=deleted", ""},
		{mona, "/packages?state=deleted", ""},
	} {
		if got := swept(t, c.b, c.path).lines(); got != c.want {
			t.Errorf("%s of %s holds %s, want %s", c.path, c.b.Login, got, c.want)
		}
	}
	if page := mona.Get("/orgs/acme/packages"); page.HasText("outside Stockroom") {
		t.Errorf("mona is told: %s", page)
	}
}

// TestDrift: what vanished outside is counted, whatever the table is filtered
// by, and no longer when it is back.
func TestDrift(t *testing.T) {
	t.Parallel()
	p, clock := clocked(t)
	olivia := p.SignIn(t, apptest.Owner, allScopes...)
	said := func(path string) string {
		t.Helper()
		for _, n := range settled(t, p, olivia, path).Notices {
			if n.Kind == "vanished" {
				return n.Message
			}
		}
		return ""
	}
	counted := func(want string) {
		t.Helper()
		for _, path := range []string{"/orgs/acme/packages", "/orgs/acme/packages?type=npm", "/orgs/acme/packages?q=nothing", "/orgs/acme/packages?visibility=internal"} {
			last := ""
			if !apptest.Eventually(func() bool {
				last = said(path)
				return strings.Contains(last, want) && (want != "" || last == "")
			}) {
				t.Errorf("%s says %q, want %q", path, last, want)
			}
			if shown := olivia.Get(path).Doc.Find("a[href='" + acmeBin + "']").Length(); (shown > 1) != (want != "") {
				t.Errorf("%s leads to the bin %d times", path, shown)
			}
		}
	}
	counted("")
	nuget := acmes(t, ghpkg.NuGet, "Acme.Core")
	p.GitHub.DeletePackageNow(nuget)
	p.GitHub.DeletePackageNow(acmes(t, ghpkg.NPM, "@acme/app"))
	clock.Advance(10 * time.Minute)
	settled(t, p, olivia, "/orgs/acme/packages")
	counted("2")
	p.GitHub.RestorePackageNow(nuget)
	olivia.PostJSON("/orgs/acme/-/refresh", nil, http.StatusOK, nil)
	counted("1")
	olivia.PostJSON(app+"/-/restore", nil, http.StatusOK, nil)
	counted("")
}

// TestBlockedRestore: that the name is taken again is said before the click, and
// in a draft, and only where it is taken.
func TestBlockedRestore(t *testing.T) {
	t.Parallel()
	p, _ := clocked(t)
	olivia := p.SignIn(t, apptest.Owner, allScopes...)
	for path, name := range map[string]string{app: "@acme/app", "/orgs/acme/packages/nuget/Acme.Core": "Acme.Core"} {
		olivia.PostJSON(path+"/-/delete", url.Values{"confirm": {name}}, http.StatusOK, nil)
	}
	p.GitHub.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.NuGet, Name: "Acme.Core"}, ghfake.Version{Name: "2"})
	p.GitHub.AddPackage(ghfake.Package{Owner: apptest.Owner, Type: ghpkg.NPM, Name: "@acme/app"}, ghfake.Version{Name: "2"})
	for _, to := range []string{"/orgs/acme/-/refresh", "/users/olivia/-/refresh"} {
		olivia.PostJSON(to, nil, http.StatusOK, nil)
	}
	for _, path := range []string{acmeBin, "/orgs/acme/packages?state=deleted", "/packages?state=deleted"} {
		page := olivia.Get(path)
		if n := strings.Count(page.Text(), "taken its name"); n != 1 {
			t.Errorf("%s says %d times that a name is taken: %s", path, n, page)
		}
	}
	want := map[string]string{"@acme/app": "ok", "Acme.Core": "name_reused"}
	for name, draft := range map[string]apptest.Operation{
		"by hand": olivia.Freeze("restore", app, "/orgs/acme/packages/nuget/Acme.Core"), "all": olivia.FreezeAll("restore", acmeBin),
	} {
		got := map[string]string{}
		for _, item := range draft.Items {
			if want[item.Name] != "" {
				got[item.Name] = item.Check
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what is expected of a draft of them, %s (-want +got):\n%s", name, diff)
		}
	}
	if item := olivia.Freeze("delete", "/orgs/acme/packages/nuget/Acme.Core").Items[0]; item.Check == "gone" {
		t.Errorf("who has taken the name counts as deleted: %+v", item)
	}
}
