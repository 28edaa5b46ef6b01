package e2e

import (
	"net/http"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// operationKinds are the pages of bulk operations: solo is an image with one
// tagged version, and many one with more versions than a page shows.
func operationKinds(solo, many ghpkg.Ref) []kind {
	freeze := func(boxes string) func(*tab) {
		return func(tb *tab) {
			click(boxes)(tb)
			tb.leave(func() { click("#selection button:not([type])")(tb) })
		}
	}
	start := func(boxes string) func(*tab) {
		return func(tb *tab) {
			freeze(boxes)(tb)
			tb.do(chromedp.SendKeys(chromedp.CSS("[name=confirm]"), get[string](tb, `document.querySelector('[name=confirm]').dataset.mustBe`)))
			tb.leave(func() { click(".start button")(tb) })
		}
	}
	// A few items are soon gone, so GitHub is made to think.
	slowly := func(times int, open func(*tab)) func(*tab) {
		return func(tb *tab) {
			tb.GitHub.Inject(ghfake.Fault{Method: http.MethodDelete, PathPattern: "nightly", Delay: 3 * time.Second, Times: times})
			open(tb)
		}
	}
	pause := func(tb *tab) {
		start(".rows .pick input")(tb)
		then(click("[action$='/pause'] button"), "[action$='/resume']")(tb)
	}
	const page = "[data-pick-all]"
	rows := link.Package(many) + "?q=tag:none&per_page=25"
	return []kind{
		{name: "operations-none", who: member, path: link.Operations},
		{name: "operation-draft", who: owner, path: link.Package(solo), open: freeze(page)},
		{name: "operation-done", who: owner, path: link.Package(solo), open: then(start("#version-4711 .pick input"), "#operation .flash")},
		{name: "operation-paused", who: owner, path: rows, open: slowly(1, pause)},
		{name: "operation-running", who: owner, path: rows, open: slowly(-1, then(start(page), ".progress-current"))},
		{name: "operation-stop", who: owner, path: link.Operations, open: then(click(".rows a.name", "[popovertarget=stop]"), "#stop:popover-open")},
		{name: "operations", who: owner, path: link.Operations},
		{name: "operations-no-match", who: owner, path: link.Operations + "?state=stopped"},
		// The last for this person: the wait that GitHub asks for is kept.
		{name: "operation-waiting", who: owner, path: link.Operations, open: then(func(tb *tab) {
			tb.GitHub.SecondaryLimit(1, http.StatusForbidden, time.Minute)
			click(".rows a.name")(tb)
		}, "#follow-waiting")},
	}
}
