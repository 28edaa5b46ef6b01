package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/person.js
var personJS string

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
	var spot *struct{ X, Y float64 }
	tb.wait("“"+name+"” to click", func() (found bool) {
		var err error
		spot, err = ask[*struct{ X, Y float64 }](tb, tb.script("spot", name))
		return err == nil && spot != nil
	})
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

// script calls one of the functions of person.js with the scope and an argument.
func (tb *tab) script(function, argument string) string {
	scope, _ := json.Marshal(tb.scope) // a string always marshals
	text, _ := json.Marshal(argument)
	return fmt.Sprintf("(%s)(%s, %s).%s()", personJS, scope, text, function)
}
