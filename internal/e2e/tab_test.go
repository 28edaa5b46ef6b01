package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a test waits for what should happen.
const patience = 20 * time.Second

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
	return newTab(t, p, b.ctx, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same person.
func (tb *tab) another() *tab {
	tb.t.Helper()
	return newTab(tb.t, tb.portal, tb.ctx)
}

func newTab(t *testing.T, p *portal, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	w := &watch{}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(w.event))...)
	tb := &tab{portal: p, t: t, ctx: ctx, watch: w, scope: "html"}
	t.Cleanup(func() {
		if t.Failed() {
			tb.keepPicture()
		}
		cancel()
		for _, trouble := range w.troubles() {
			t.Errorf("the browser complains: %s", trouble)
		}
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

// in returns the same tab, looked at in one part of the page only.
func (tb *tab) in(selector string) *tab {
	part := *tb
	part.scope = selector
	return &part
}

// visit opens a path of the portal and waits until it is loaded.
func (tb *tab) visit(path string) {
	tb.t.Helper()
	tb.do(chromedp.Navigate(tb.URL + path))
}

// address is the path and query of the page, or the whole address elsewhere.
func (tb *tab) address() string {
	location, _ := ask[string](tb, "location.href")
	return strings.TrimPrefix(location, tb.URL)
}

// query is the query of the page's address.
func (tb *tab) query() url.Values {
	tb.t.Helper()
	u, err := url.Parse(tb.address())
	if err != nil {
		tb.t.Fatal(err)
	}
	return u.Query()
}

// see waits until the text is there to be read.
func (tb *tab) see(text string) {
	tb.t.Helper()
	tb.until("to see “"+text+"”", tb.script("sees", text))
}

// miss waits until the text is there no more.
func (tb *tab) miss(text string) {
	tb.t.Helper()
	tb.until("“"+text+"” to go", "!"+tb.script("sees", text))
}

// click presses the link, button or box of that name with the mouse.
func (tb *tab) click(name string) {
	tb.t.Helper()
	var spot struct{ X, Y float64 }
	tb.until("“"+name+"” to click", tb.script("spot", name)+" !== null")
	spot = get[struct{ X, Y float64 }](tb, tb.script("spot", name))
	tb.do(chromedp.MouseClickXY(spot.X, spot.Y))
}

// follow clicks and waits for the page that this leads to.
func (tb *tab) follow(name string) {
	tb.t.Helper()
	tb.leave(func() { tb.click(name) })
}

// leave waits for the page that an action leads to.
func (tb *tab) leave(action func()) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil,
		chromedp.Func(func(context.Context, *chromedp.Target) error { action(); return nil })))
	if err != nil {
		tb.t.Fatalf("no page followed: %v", err)
	}
}

// fill types a text into the field of that label, over what was there.
func (tb *tab) fill(label, text string) {
	tb.t.Helper()
	tb.click(label)
	get[chromedp.Void](tb, "document.activeElement.select()")
	tb.write(text)
}

// write types a text where the focus is, as an input method would.
func (tb *tab) write(text string) {
	tb.t.Helper()
	send(tb, input.InsertText, input.InsertTextParams{Text: text})
}

// press strikes a key: a character, or a name like kb.Enter. What a key types
// comes with its keydown, as from a keyboard, so that a page can prevent it.
func (tb *tab) press(key string) {
	tb.t.Helper()
	for _, r := range key {
		events := kb.Encode(r)
		down, up := *events[0], *events[len(events)-1]
		if len(events) == 3 {
			down.Type, down.Text = kb.KeyDown, events[1].Text
		}
		send(tb, input.DispatchKeyEvent, down)
		send(tb, input.DispatchKeyEvent, up)
	}
}

// tabTo presses Tab until the control of that name has the focus.
func (tb *tab) tabTo(name string) {
	tb.t.Helper()
	for range 150 {
		tb.press(kb.Tab)
		if get[bool](tb, tb.script("focused", name)) {
			return
		}
	}
	tb.t.Fatalf("Tab never reached “%s”", name)
}

// focusOn waits until the control of that name has the focus.
func (tb *tab) focusOn(name string) {
	tb.t.Helper()
	tb.until("the focus to be on “"+name+"”", tb.script("focused", name))
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

// script calls one of the functions of person.js with the scope and an argument.
func (tb *tab) script(function, argument string) string {
	scope, _ := json.Marshal(tb.scope) // a string always marshals
	text, _ := json.Marshal(argument)
	return fmt.Sprintf("(%s)(%s, %s).%s()", personJS, scope, text, function)
}

// keepPicture stores what the tab shows, for whoever looks into the failure.
func (tb *tab) keepPicture() {
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tb.t.Logf("no picture: %v", err)
		return
	}
	dir, err := filepath.Abs("../../e2e-artifacts")
	if err != nil {
		tb.t.Log(err)
		return
	}
	name := filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-").Replace(tb.t.Name())+".png")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.t.Log(err)
		return
	}
	if err := os.WriteFile(name, png, 0o600); err != nil {
		tb.t.Log(err)
		return
	}
	tb.t.Logf("picture: %s", name)
}

// rowOf returns the selector of the row about that name.
func (tb *tab) rowOf(name string) string {
	tb.t.Helper()
	id := get[string](tb, tb.script("row", name))
	if id == "" {
		tb.t.Fatalf("no row is about %q", name)
	}
	return "#" + id
}

// choose picks an option of a select by its value.
func (tb *tab) choose(label, value string) {
	tb.t.Helper()
	if !get[bool](tb, fmt.Sprintf("%s(%q)", strings.TrimSuffix(tb.script("choose", label), "()"), value)) {
		tb.t.Fatalf("%q has no option %q", label, value)
	}
}

// forgetCache empties the browser's cache.
func (tb *tab) forgetCache() {
	tb.t.Helper()
	send(tb, network.ClearBrowserCache, cdp.Empty{})
}
