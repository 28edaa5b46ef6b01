package apptest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Page is one answer, as a person or a program reads it.
type Page struct {
	Status int
	Header http.Header
	Body   string
	URL    *url.URL          // that was asked
	Doc    *goquery.Document // of the body; empty where the body is not HTML
}

// String returns the status, the address and the beginning of what is read.
func (p *Page) String() string {
	text := p.Text()
	if len(text) > 600 {
		text = text[:600] + "…"
	}
	return fmt.Sprintf("%d %s: %s", p.Status, p.URL, text)
}

// Path returns the path of the address, unescaped.
func (p *Page) Path() string { return p.URL.Path }

// Location returns the path and query that a redirect leads to.
func (p *Page) Location() string { return p.Header.Get("Location") }

// Text returns what can be read, with single spaces.
func (p *Page) Text() string { return words(p.Doc.Text()) }

// HasText reports whether the words can be read on the page.
func (p *Page) HasText(text string) bool { return strings.Contains(p.Text(), words(text)) }

// Within returns what can be read in the elements that the selector finds.
func (p *Page) Within(selector string) string { return words(p.Doc.Find(selector).Text()) }

// Link returns where the link of that text (or label) leads.
func (p *Page) Link(text string) (string, error) {
	found := p.Doc.Find("a[href]").FilterFunction(func(_ int, a *goquery.Selection) bool { return named(a, text) })
	href, ok := found.Attr("href")
	if !ok {
		return "", fmt.Errorf("no link %q", text)
	}
	return href, nil
}

// Links returns where all links of the page lead.
func (p *Page) Links() []string {
	return p.Doc.Find("a[href]").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
}

// Form is what a browser would send.
type Form struct {
	Method, Action string
	Values         url.Values
}

// Form returns the form that the button of that text (or label) sends, with
// the values that the page filled in.
func (p *Page) Form(button string) (Form, error) {
	pressed := p.Doc.Find("form button").FilterFunction(func(_ int, b *goquery.Selection) bool { return named(b, button) }).First()
	form := pressed.Closest("form")
	if form.Length() == 0 {
		return Form{}, fmt.Errorf("no form with a button %q", button)
	}
	f := Form{
		Method: strings.ToUpper(form.AttrOr("method", http.MethodGet)),
		Action: cmp.Or(form.AttrOr("action", ""), p.URL.RequestURI()), Values: url.Values{},
	}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, field *goquery.Selection) { f.fill(field) })
	if name, ok := pressed.Attr("name"); ok {
		f.Values.Add(name, pressed.AttrOr("value", ""))
	}
	return f, nil
}

// fill adds what a field holds.
func (f *Form) fill(field *goquery.Selection) {
	name := field.AttrOr("name", "")
	switch goquery.NodeName(field) {
	case "select":
		chosen := field.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = field.Find("option").First()
		}
		chosen.Each(func(_ int, o *goquery.Selection) { f.Values.Add(name, o.AttrOr("value", o.Text())) })
	case "textarea":
		f.Values.Add(name, field.Text())
	default:
		kind := field.AttrOr("type", "text")
		_, checked := field.Attr("checked")
		if (kind == "checkbox" || kind == "radio") && !checked {
			return
		}
		f.Values.Add(name, field.AttrOr("value", ""))
	}
}

// named reports whether a link or button is called text.
func named(s *goquery.Selection, text string) bool {
	return words(s.Text()) == text || s.AttrOr("aria-label", "") == text
}

// resolve returns an address that stands on this page as an absolute one.
func (p *Page) resolve(href string) string {
	to, err := p.URL.Parse(href)
	if err != nil {
		return href
	}
	return to.String()
}

// words returns the text with single spaces.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// WithFormat returns the address with format in its query.
func WithFormat(path, format string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "format=" + format
}

func (p *Page) decode(tb testing.TB, status int, v any) {
	tb.Helper()
	if p.Status != status {
		tb.Fatalf("status %d, want %d: %s", p.Status, status, p)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal([]byte(p.Body), v); err != nil {
		tb.Fatalf("%v: %s", err, p)
	}
}
