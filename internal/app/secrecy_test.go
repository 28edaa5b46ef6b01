package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// readPaths are the ways in which packages can be read. Pages answer as HTML,
// JSON and CSV.
func readPaths() []string {
	paths := []string{"/", "/ledger", "/settings", "/orgs/acme/docker/conflicts"}
	for _, table := range []string{"/orgs/acme/packages", "/packages"} {
		for _, query := range []string{
			"", "?q=zebra", "?q=-type:maven", "?visibility=internal", "?visibility=private", "?q=repo:hidden", "?q=newer:100d", "?type=npm",
			"?per_page=1&page=2", "?page=99", "?sort=name", "?sort=-created", "?state=deleted", "?q=state:deleted+zebra",
		} {
			paths = append(paths, table+query)
		}
	}
	const secret = "/orgs/acme/packages/npm/zebra/secret"
	return append(paths,
		acmeBin, acmeBin+"?q=zebra", acmeBin+"?type=npm", "/users/olivia/bin", "/users/mona/packages",
		secret, secret+"?state=deleted", secret+"?q=1.0", secret+"/-/versions/9001", secret+"/-/versions/9002", secret+"/-/delete", secret+"/-/restore",
		secret+"/-/versions/9001/delete", "/ledger?q=zebra", "/ledger?package=zebra/secret", "/ledger?owner=acme",
	)
}

// moments is what differs from one answer to the next without saying anything.
var moments = regexp.MustCompile(`(?i)20\d\d-\d\d-\d\d[T ][\d:.]+Z?|\d\d:\d\d(:\d\d)?|nonce-[\w-]+|just now|[0-9]+ (seconds?|minutes?|hours?) ago|an? (minute|hour) ago|[\d,]+ of 5,000 requests left|value="\d+">\d+%|"(used|remaining)": \d+|req[-_]?(uest)?[-_]?id[^,<]*|"id": "[0-9A-Z]{20,}"`)

// reads returns all that a viewer is answered, by path and form. It lets the
// looks into the bin come to their end first.
func reads(t *testing.T, p *apptest.Portal, b *apptest.Browser) map[string]string {
	t.Helper()
	settled(t, p, b, "/orgs/acme/packages")
	swept(t, b, acmeBin)
	all := map[string]string{}
	for _, path := range readPaths() {
		for _, form := range []string{"", "json", "csv"} {
			to := path
			if form != "" {
				to = apptest.WithFormat(path, form)
			}
			page := b.Send(http.MethodGet, to, nil, nil)
			all[to] = http.StatusText(page.Status) + "\n" + page.Body
		}
	}
	return all
}

// told is reads without what says nothing.
func told(t *testing.T, p *apptest.Portal, b *apptest.Browser) map[string]string {
	t.Helper()
	all := reads(t, p, b)
	for path, answer := range all {
		all[path] = moments.ReplaceAllString(answer, "…")
	}
	return all
}

// TestSecrecy: whatever the owner does with a package that a member may not
// see, the member's answers are the same to the letter as if there were none.
func TestSecrecy(t *testing.T) {
	t.Parallel()
	p, clock := clocked(t)
	olivia, mona := p.SignIn(t, apptest.Owner, allScopes...), p.SignIn(t, apptest.Member, allScopes...)
	reads(t, p, olivia)
	before := told(t, p, mona)

	p.GitHub.AddPackage(ghfake.Package{
		ID: 9000, Owner: apptest.Org, Type: ghpkg.NPM, Name: "zebra/secret", Repository: "hidden", Restricted: true,
	}, ghfake.Version{ID: 9001, Name: "1.0"}, ghfake.Version{ID: 9002, Name: "zebra-2.0"}, ghfake.Version{ID: 9003, Name: "3.0"})
	secret := acmes(t, ghpkg.NPM, "zebra/secret")
	const page = "/orgs/acme/packages/npm/zebra/secret"
	same := func(when string) {
		t.Helper()
		clock.Advance(6 * time.Minute)
		known := reads(t, p, olivia)
		now := told(t, p, mona)
		for path, was := range before {
			if now[path] != was {
				t.Errorf("%s: %s tells mona something (-before +now):\n%s", when, path, gocmp.Diff(strings.Split(was, "\n"), strings.Split(now[path], "\n")))
			}
		}
		if !strings.Contains(known["/orgs/acme/packages?q=zebra"]+known["/orgs/acme/packages?state=deleted"], "zebra/secret") {
			t.Errorf("%s: olivia does not see it herself", when)
		}
	}
	same("it is there")
	olivia.PostForm("/settings/views", url.Values{"name": {"Mine"}, "path": {"/orgs/acme/packages?q=zebra"}})
	olivia.PostForm("/settings/views", url.Values{"name": {"The package"}, "path": {page}})
	same("olivia keeps views of it")
	olivia.PostJSON(page+"/-/versions/9001/delete", nil, http.StatusOK, nil)
	same("olivia deleted a version")
	olivia.PostJSON(page+"/-/delete", url.Values{"confirm": {"zebra/secret"}}, http.StatusOK, nil)
	same("olivia deleted it")
	olivia.PostJSON(page+"/-/restore", nil, http.StatusOK, nil)
	same("olivia restored it")
	p.GitHub.DeletePackageNow(secret)
	same("it vanished")

	olivia.PostForm("/settings/views", url.Values{"name": {"Everything of npm"}, "path": {"/orgs/acme/packages?type=npm"}, "shared": {"1"}})
	p.GitHub.RestorePackageNow(secret)
	clock.Advance(6 * time.Minute)
	reads(t, p, olivia)
	settled(t, p, mona, "/orgs/acme/packages")
	shared := mona.Click(mona.Get("/orgs/acme/packages"), "Everything of npm")
	if shared.Path() != "/orgs/acme/packages" || shared.HasText("zebra") || !shared.HasText("@acme/app") {
		t.Errorf("a shared view shows another's rows: %s", shared)
	}
}

// TestAccessLost: what the viewer may no longer see is gone with a refresh, and
// after five minutes without one; the session's end leaves nothing.
func TestAccessLost(t *testing.T) {
	t.Parallel()
	p, clock := clocked(t)
	mona := p.SignIn(t, apptest.Member, allScopes...)
	sees := func() bool {
		t.Helper()
		table := settled(t, p, mona, "/orgs/acme/packages?q=@acme/app")
		return table.Total > 0
	}
	restrict := func(yes bool) {
		p.GitHub.SetPackage(acmes(t, ghpkg.NPM, "@acme/app"), func(p *ghfake.Package) { p.Restricted = yes })
	}
	if mona.JSON(app, http.StatusOK, nil); !sees() {
		t.Fatal("mona does not see the package")
	}
	restrict(true)
	mona.PostJSON("/orgs/acme/-/refresh", nil, http.StatusOK, nil)
	if sees() {
		t.Error("after a refresh it is still listed")
	}
	mona.PostJSON(app+"/-/refresh", nil, http.StatusOK, nil)
	mona.JSON(app, http.StatusNotFound, nil)
	restrict(false)
	clock.Advance(6 * time.Minute)
	if mona.JSON(app, http.StatusOK, nil); !sees() {
		t.Fatal("mona does not see the package again")
	}
	restrict(true)
	clock.Advance(5 * time.Minute)
	if sees() {
		t.Error("after five minutes it is still listed")
	}
	mona.JSON(app, http.StatusNotFound, nil)
	mona.JSON(app+"?state=deleted", http.StatusNotFound, nil)
}
