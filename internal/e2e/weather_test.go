package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// slowGitHub shows what is there, says that more is coming, and completes the
// table by itself.
func slowGitHub(t *testing.T, b *browser) {
	p := startPortalWith(t, apptest.Options{Inventory: inventory.Options{Wait: 50 * time.Millisecond}})
	containers := make(chan struct{})
	p.GitHub.Inject(ghfake.Fault{PathPattern: "/orgs/acme-corp/packages$", Times: 1, Until: containers})
	tb := b.person(t, p)
	tb.signIn(owner, link.Packages(acme(t)), ghpkg.ScopeRepo)
	tb.see("Loading from GitHub…")
	close(containers)
	tb.miss("Loading from GitHub…")
	tb.see("287 packages")
	if tb.address() != link.Packages(acme(t)) {
		t.Errorf("the address became %s", tb.address())
	}
}

// offline says that nothing arrived, and goes on once there is a network again.
func offline(t *testing.T, b *browser) {
	p := startPortal(t)
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)
	tb := b.person(t, p)
	tb.signIn(owner, link.Package(core), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
	row := tb.in(versionRow(v.ID))
	row.click("Delete")
	tb.see("Delete this version?")

	tb.unplug(true)
	tb.click("Delete this version")
	tb.see("That did not work.")
	tb.miss("Delete this version?")
	p.isVersion(t, core, v.ID, ghpkg.Active)
	for _, complaint := range tb.watch.take() {
		if !strings.Contains(complaint, "ERR_INTERNET_DISCONNECTED") && !strings.Contains(complaint, "Failed to fetch") {
			t.Errorf("the browser complains: %s", complaint)
		}
	}

	tb.unplug(false)
	row.click("Delete")
	tb.click("Delete this version")
	row.see(v.Name + " was deleted.")
	p.isVersion(t, core, v.ID, ghpkg.Deleted)
}

// unplug cuts the tab off the network, or connects it again.
func (tb *tab) unplug(out bool) {
	tb.t.Helper()
	send(tb, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: out, DownloadThroughput: -1, UploadThroughput: -1}},
	})
}

// ownZone writes times in the zone of who looks, from the second page on: the
// browser alone knows it.
func ownZone(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	send(tb, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Seoul"})
	tb.signIn(owner, link.Ledger)
	tb.visit(link.Ledger)
	moment := p.GitHub.DeletedPackages()[0].DeletedAt
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	want := moment.In(seoul).Format("15:04:05")
	titles := get[string](tb, `[...document.querySelectorAll('time')].map((e) => e.title).join('\n')`)
	if !strings.Contains(titles, want) {
		t.Errorf("no time is %s, which it was in Seoul:\n%s", want, titles)
	}
}

// harness proves that what a browser complains of is heard here: without it, a
// clean run would mean nothing.
func harness(t *testing.T, b *browser) {
	tb := b.person(t, startPortal(t))
	tests := []struct{ name, script, want string }{
		{"console", `console.warn('mind this')`, "mind this"},
		{"exception", `setTimeout(() => { throw new Error('thrown') })`, "thrown"},
		{"rejection", `void Promise.reject(new Error('rejected'))`, "rejected"},
		{"inline style", `document.body.setAttribute('style', 'color: red')`, "Content Security Policy"},
		{"foreign picture", `document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/x.png'}))`, "Content Security Policy"},
		{"HTML from text", `try { document.body.innerHTML += '<b>x</b>' } catch {}`, "TrustedHTML"},
		{"missing file", `void fetch('/static/missing.js')`, "status 404"},
	}
	for _, test := range tests {
		tb.visit(link.Home)
		get[struct{}](tb, test.script)
		tb.wait("a complaint of "+test.name, func() bool {
			return strings.Contains(strings.Join(tb.watch.troubles(), "\n"), test.want)
		})
		tb.watch.take()
	}
}
