package views_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/views"
)

// TestValuesAreHeardWithTheirColumn: who does not see the headings still learns
// what a time or a missing number is.
func TestValuesAreHeardWithTheirColumn(t *testing.T) {
	t.Parallel()
	for story, cells := range map[string]map[string]string{
		"packages": {".row-package .cell-time": "Updated: "},
		"package":  {".row-version .cell-time": "Published: "},
	} {
		doc := parse(t, html(t, speak(t, "en"), aStoryOf(t, story)))
		for cell, want := range cells {
			found := doc.Find(cell)
			if found.Length() == 0 {
				t.Errorf("%s has no %s", story, cell)
			}
			found.Each(func(_ int, e *goquery.Selection) {
				if got := e.Find(".visually-hidden").First().Text(); got != want {
					t.Errorf("in %s, %q is heard as %q, want %q", story, e.Text(), got, want)
				}
			})
		}
		doc.Find(".row-package .cell-number:contains('—')").Each(func(_ int, e *goquery.Selection) {
			if !strings.HasPrefix(strings.TrimSpace(e.Text()), "Versions: ") {
				t.Errorf("a number that is not known is heard as %q", e.Text())
			}
		})
	}
}

// TestCopyButtonsSayWhatTheyCopy: no two of a page sound the same.
func TestCopyButtonsSayWhatTheyCopy(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ko"} {
		for _, s := range stories("auto") {
			heard := map[string]string{}
			parse(t, html(t, speak(t, language), s.Page)).Find("[data-copy]").Each(func(_ int, e *goquery.Selection) {
				label, text := e.AttrOr("aria-label", ""), e.AttrOr("data-copy", "")
				if before, ok := heard[label]; ok && before != text {
					t.Errorf("%s in %s has two buttons %q", s.Name, language, label)
				}
				heard[label] = text
			})
		}
	}
}

// TestTitlesNameThePageThenTheWayToIt, so that tabs of several owners and
// packages can be told apart.
func TestTitlesNameThePageThenTheWayToIt(t *testing.T) {
	t.Parallel()
	acme := views.Crumb{Text: "acme", Href: "/orgs/acme/packages"}
	nightly := views.Crumb{Text: "platform/nightly", Href: "/orgs/acme/packages/container/platform/nightly"}
	for want, frame := range map[string]views.Frame{
		"Stockroom":                                        {},
		"Settings · Stockroom":                             {Title: "Settings"},
		"Bin · acme · Stockroom":                           {Title: "Bin", Crumbs: []views.Crumb{acme}},
		"platform/nightly · acme · Stockroom":              {Title: "platform/nightly", Crumbs: []views.Crumb{acme, {Text: "platform/nightly"}}},
		"v2 · platform/nightly · acme · Stockroom":         {Title: "v2", Crumbs: []views.Crumb{acme, nightly, {Text: "v2"}}},
		"Delete it? · platform/nightly · acme · Stockroom": {Title: "Delete it?", Crumbs: []views.Crumb{acme, nightly}},
	} {
		page := views.ErrorPage{Frame: frame}.Page()
		if got := parse(t, html(t, speak(t, "en"), page)).Find("title").First().Text(); got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
}
