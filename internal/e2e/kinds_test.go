package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// kind is one kind of page, as accessibility, narrow screens and pictures see it.
type kind struct {
	name string
	who  string // login of who looks; empty: somebody signed out
	path string
	open func(*tab) // what is done on the page before it is looked at; nil: nothing
}

// gallery is a portal with a page of every kind to look at.
type gallery struct {
	*portal
	solo ghpkg.Ref // an image with one tagged version
}

func startGallery(t *testing.T) *gallery {
	t.Helper()
	g := &gallery{startPortal(t), ref(t, ghpkg.Container, "tools/only-one")}
	g.GitHub.AddOrg(ghfake.Org{Login: "new-venture", Name: "New Venture"})
	g.GitHub.AddMember("new-venture", owner, ghpkg.RoleAdmin)
	g.GitHub.AddPackage(ghfake.Package{Owner: "acme-corp", Type: ghpkg.Container, Name: g.solo.Name(), Visibility: ghpkg.Public},
		ghfake.Version{ID: 4710, Name: "sha256:" + strings.Repeat("a", 64), Downloads: 5001},
		ghfake.Version{ID: 4711, Name: "sha256:" + strings.Repeat("b", 64), Tags: []string{"v1", "latest"}})
	return g
}

// kinds returns every kind of page.
func (g *gallery) kinds(t *testing.T) []kind {
	t.Helper()
	packages := link.Packages(acme(t))
	core, gateway, nightly := ref(t, ghpkg.NPM, "billing-core"), ref(t, ghpkg.Container, "platform/api/gateway"), ref(t, ghpkg.Container, "platform/nightly")
	version, err := gateway.Version(g.newest(t, gateway).ID)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []kind{
		{name: "landing", path: link.Home},
		{name: "signed-out", path: link.SignedOut},
		{name: "owners", who: owner, path: link.Home},
		{name: "owners-sso", who: outside, path: link.Home},
		{name: "packages", who: owner, path: packages + "?per_page=25"},
		{name: "packages-page-2", who: owner, path: packages + "?page=2&sort=-updated&per_page=25"},
		{name: "packages-deleted", who: owner, path: packages + "?state=deleted"},
		{name: "packages-no-match", who: owner, path: packages + "?q=zzz&type=npm"},
		{name: "packages-none", who: owner, path: "/orgs/new-venture/packages"},
		{name: "packages-query-mistake", who: owner, path: packages + "?q=older:90d+versons:%3E3"},
		{name: "packages-help", who: owner, path: packages + "?per_page=25", open: then(click("[popovertarget]"), "[popover]:popover-open")},
		{name: "all", who: owner, path: link.All + "?per_page=25"},
		{name: "all-deleted", who: owner, path: link.All + "?state=deleted"},
		{name: "bin", who: owner, path: link.Bin(acme(t)) + "?per_page=25"},
		{name: "bin-none", who: owner, path: "/orgs/new-venture/bin"},
		{name: "packages-own", who: owner, path: "/users/" + owner + "/packages"},
		{name: "package-npm", who: owner, path: link.Package(core)},
		{name: "package-container", who: owner, path: link.Package(gateway) + "?per_page=25"},
		{name: "package-many-versions", who: owner, path: link.Package(nightly) + "?q=nightly-&page=2&per_page=25"},
		{name: "package-deleted-versions", who: owner, path: link.Package(core) + "?state=deleted"},
		{name: "version", who: owner, path: link.Version(version)},
		{name: "dialog-version", who: owner, path: link.Package(g.solo), open: then(click("#version-4710 .cell-actions a"), "#dialog[open]")},
		{name: "dialog-last", who: owner, path: link.Package(g.solo), open: then(click("#version-4711 .cell-actions a"), "#dialog .consequence")},
		{name: "dialog-keys", who: owner, path: link.Settings, open: then(click("[data-open=keys]"), "#keys[open]")},
		{name: "confirm-grant", who: member, path: link.DeletePackage(core)},
		{name: "confirm-package", who: owner, path: link.DeletePackage(g.solo)},
		{name: "confirm-restore", who: owner, path: link.RestorePackage(ref(t, ghpkg.NPM, "retired-cart"))},
		{name: "conflicts", who: owner, path: link.Conflicts(acme(t))},
		{name: "conflicts-none", who: owner, path: "/orgs/globex/docker/conflicts"},
		{name: "ledger", who: owner, path: link.Ledger},
		{name: "ledger-no-match", who: owner, path: link.Ledger + "?q=zzz"},
		{name: "ledger-entry", who: owner, path: link.Ledger, open: then(click(".row-ledger:last-child a.name"), ".facts-wide")},
		{name: "settings", who: owner, path: link.Settings},
		{name: "notices-no-teams", who: owner, path: link.Notices},
		{name: "error-no-page", who: owner, path: "/nowhere"},
		{name: "error-not-found", who: owner, path: packages + "/npm/no-such-package"},
		{name: "error-deleted", who: owner, path: packages + "/npm/retired-cart"},
		{name: "error-filter", who: owner, path: packages + "?type=floppy"},
		{name: "error-method", who: owner, path: "/logout"},
		{name: "error-signed-out", who: collaborator, path: link.Home, open: func(tb *tab) {
			tb.GitHub.RevokeUser(collaborator)
			tb.visit(packages)
		}},
		{name: "error-sso", who: outside, path: "/orgs/initech/packages"},
		{name: "error-app", who: owner, path: "/orgs/umbrella/packages"},
		{name: "error-github", who: owner, path: packages + "/rubygems/acme_orders", open: func(tb *tab) {
			tb.GitHub.Inject(ghfake.Fault{PathPattern: "acme_search", Times: -1, Status: 502, Body: "<html>Unicorn"})
			tb.visit(packages + "/rubygems/acme_search")
		}},
		{name: "refused", who: owner, path: link.Package(g.solo), open: then(click("#version-4710 .cell-actions a", "#dialog form button:not([type])"), "#version-4710 .problem")},
		{name: "deleted-in-place", who: owner, path: link.Package(core), open: then(click(".row-version .cell-actions a", "#dialog form button:not([type])"), ".row-version .undo")},
		{name: "deleted-by-form", who: owner, path: link.DeletePackage(ref(t, ghpkg.NPM, "preview")), open: func(tb *tab) {
			tb.do(chromedp.SendKeys(chromedp.CSS("[name=confirm]"), "preview"))
			tb.leave(func() { tb.do(chromedp.Click(chromedp.CSS(".confirm form button:not([type])"))) })
		}},
		// The last for this person: the wait that GitHub asks for is kept.
		{name: "error-limit", who: member, path: packages + "/rubygems/acme_orders", open: func(tb *tab) {
			tb.GitHub.SecondaryLimit(1, http.StatusTooManyRequests, time.Minute)
			tb.visit(packages + "/rubygems/acme_ledger")
		}},
	}
	return append(kinds, operationKinds(g.solo, nightly)...)
}

// click presses controls, one after another, as soon as they are there. Pages
// are in two languages here, so controls are found by where they are.
func click(selectors ...string) func(*tab) {
	return func(tb *tab) {
		for _, selector := range selectors {
			tb.shows(selector)
			tb.do(chromedp.Click(chromedp.CSS(selector)))
		}
	}
}

// then waits for what an action leads to.
func then(open func(*tab), selector string) func(*tab) {
	return func(tb *tab) {
		open(tb)
		tb.shows(selector)
	}
}

// shows waits until something is on the page.
func (tb *tab) shows(selector string) {
	tb.until(selector, fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
}

// people are the tabs of those who look, one for each.
type people map[string]*tab

// visit opens the page as whoever it is for, who asks for that language.
func (all people) visit(t *testing.T, b *browser, g *gallery, k kind, language string) *tab {
	t.Helper()
	tb := all[k.who]
	if tb == nil {
		tb = b.person(t, g.portal)
		tb.watch.expect(400, 401, 403, 404, 405, 409, 429, 502)
		if k.who == owner {
			tb.signIn(owner, link.Home, ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages, ghpkg.ScopeRepo)
		} else if k.who != "" {
			tb.signIn(k.who, link.Home)
		}
		tb.speak(language)
		all[k.who] = tb
	}
	tb.visit(k.path)
	tb.until("all rows to be loaded", `document.querySelector('.poll') === null`)
	if k.open != nil {
		k.open(tb)
	}
	return tb
}
