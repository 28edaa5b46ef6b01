package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for what should happen.
const patience = time.Minute

// tab is a tab of the browser and the person before it: what they see, click
// and type, by the words on the page.
type tab struct {
	*portal
	t     *testing.T
	ctx   context.Context
	watch *watch
	scope string // selector of the part that is looked at
}

// person returns an empty tab of somebody new: no cookies, no cache.
func (b *browser) person(t *testing.T, p *portal) *tab {
	t.Helper()
	return newTab(b.ctx, t, p, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same person.
func (tb *tab) another() *tab {
	tb.t.Helper()
	return newTab(tb.ctx, tb.t, tb.portal)
}

func newTab(parent context.Context, t *testing.T, p *portal, options ...chromedp.ContextOption) *tab {
	t.Helper()
	w := &watch{}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(w.event))...)
	p.tabs++
	tb := &tab{portal: p, t: t, ctx: ctx, watch: w, scope: "html"}
	picture := fmt.Sprintf("%s-%d.png", strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()), p.tabs)
	t.Cleanup(func() {
		for _, trouble := range w.troubles() {
			t.Errorf("the browser complains: %s", trouble)
		}
		if t.Failed() {
			tb.keepPicture(picture)
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // not by do: the tab lives as long as this context
		t.Fatal(err)
	}
	send(tb, audits.Enable, cdp.Empty{})
	tb.size(1280, 900)
	return tb
}

// do carries out actions or ends the test.
func (tb *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tb.t.Fatal(err)
	}
}

// send sends one command of the protocol.
func send[P, R any](tb *tab, command cdp.Command[P, R], params P) R {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		tb.t.Fatal(err)
	}
	return result
}

// ask evaluates an expression in the page. It works without JavaScript too:
// the protocol may run what the page may not.
func ask[T any](tb *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// get is ask for what must not fail.
func get[T any](tb *tab, expression string) T {
	tb.t.Helper()
	value, err := ask[T](tb, expression)
	if err != nil {
		tb.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for an expression to become true. That it cannot be evaluated
// for a moment, while one page follows another, is no failure.
func (tb *tab) until(what, expression string) {
	tb.t.Helper()
	tb.wait(what, func() bool {
		ok, err := ask[bool](tb, expression)
		return err == nil && ok
	})
}

// wait waits for a condition, or ends the test with what the page says instead.
func (tb *tab) wait(what string, condition func() bool) {
	tb.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			text, _ := ask[string](tb, "document.body.innerText")
			tb.t.Fatalf("waited in vain for: %s\nat %s the page says:\n%s", what, tb.address(), text)
		}
	}
}

// size sets the size of the window.
func (tb *tab) size(width, height int64) {
	tb.t.Helper()
	tb.do(chromedp.EmulateViewport(width, height))
}

// disableJavaScript keeps pages from running any.
func (tb *tab) disableJavaScript() {
	tb.t.Helper()
	send(tb, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// speak sets the languages that the browser asks for.
func (tb *tab) speak(languages string) {
	tb.t.Helper()
	headers := network.Headers{"Accept-Language": languages}
	send(tb, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers})
}

// keepPicture stores what the tab shows, for whoever looks into the failure.
func (tb *tab) keepPicture(name string) {
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tb.t.Logf("no picture: %v", err)
		return
	}
	dir := filepath.Join("..", "..", "e2e-artifacts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.t.Log(err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
		tb.t.Log(err)
		return
	}
	tb.t.Logf("picture: e2e-artifacts/%s", name)
}

// forgetCache empties the browser's cache.
func (tb *tab) forgetCache() {
	tb.t.Helper()
	send(tb, network.ClearBrowserCache, cdp.Empty{})
}
