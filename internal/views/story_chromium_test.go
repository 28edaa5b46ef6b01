package views_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// audit is what axe finds, and what does not fit: one line for each violation.
const audit = `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap(v =>
	v.nodes.map(n => v.id + ': ' + n.target.join(' ') + ' ' + (n.any[0]?.message ?? n.none[0]?.message ?? ''))))`

// overflow is by how many pixels the page is wider than the window.
const overflow = `document.scrollingElement.scrollWidth - window.innerWidth`

// popovers opens each pop-over by its button, also by one that is folded away,
// and finds what is wrong with it or lies outside the window.
const popovers = `(async () => {
	const wrong = []
	document.querySelectorAll('details.more').forEach(d => { d.open = true })
	for (const button of document.querySelectorAll('[popovertarget]:not([popovertargetaction=hide])')) {
		button.click()
		const box = document.getElementById(button.getAttribute('popovertarget')), at = box.getBoundingClientRect()
		if (!box.matches(':popover-open')) wrong.push(box.id + ' did not open')
		if (at.left < 0 || at.top < 0 || at.right > innerWidth || at.bottom > innerHeight || at.height < 100) wrong.push(box.id + ' is at ' + JSON.stringify(at))
		wrong.push(...await ` + audit + `)
		box.hidePopover()
	}
	return wrong
})()`

// moved opens a pop-over below its button, moves the button down while it is
// open, and returns how high the pop-over is then.
const moved = `(async () => {
	const frames = () => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))
	const button = document.querySelector('[popovertarget=stop]:not([popovertargetaction=hide])')
	button.click()
	await frames()
	document.body.style.paddingTop = innerHeight - button.getBoundingClientRect().bottom - 80 + 'px'
	await frames()
	return document.getElementById('stop').offsetHeight
})()`

// TestStoriesInChromium looks at every story as a browser shows it: accessible
// in both languages and themes, and no wider than a phone.
func TestStoriesInChromium(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	ctx := chromium(t)
	axe, err := os.ReadFile("../e2e/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(storybook(t))
	t.Cleanup(server.Close)
	for _, s := range stories("auto") {
		if strings.HasSuffix(s.Name, "-dialog") {
			continue // a fragment: no page to look at
		}
		for _, query := range []string{"lang=en&theme=light", "lang=ko&theme=dark"} {
			look(t, ctx, fmt.Sprintf("%s/%s?%s", server.URL, s.Name, query), string(axe))
		}
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL+"/operation-running")); err != nil {
		t.Fatal(err)
	}
	high, err := chromedp.Run(ctx, chromedp.Evaluate[int](moved, chromedp.EvalAwaitPromise))
	if err != nil || high < 120 {
		t.Errorf("where its button has moved down, a pop-over is %d pixels high: %v", high, err)
	}
}

func look(t *testing.T, ctx context.Context, address, axe string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address), chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	find := func(script string) {
		violations, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		for _, v := range violations {
			t.Errorf("%s: %s", address, v)
		}
	}
	find(audit)
	find(popovers)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(400, 900)); err != nil {
		t.Fatal(err)
	}
	find(popovers)
	wider, err := chromedp.Run(ctx, chromedp.Evaluate[int](overflow))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if wider > 0 {
		t.Errorf("%s is %d pixels wider than a phone", address, wider)
	}
}

// chromium starts a browser that ends with the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium in PATH: the stories were not looked at")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU, chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}
