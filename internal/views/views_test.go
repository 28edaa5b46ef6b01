package views_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/i18n"
)

func speak(t *testing.T, language string) context.Context {
	t.Helper()
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(t.Context(), i18n.Locale{Language: catalogue.Match(language, ""), Zone: time.UTC, Now: now()})
}

func html(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse(t *testing.T, text string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// forgotten finds a message key where its message should be.
var forgotten = regexp.MustCompile(`>\s*[a-z]+(?:\.[a-z_]+)+\s*<`) // the stories have no name like that

// nakedHandler finds what the Content-Security-Policy would refuse.
var nakedHandler = regexp.MustCompile(`\s(?:style|on[a-z]+|hx-on[^=]*)="`)

func TestEveryPageInEveryStateAndLanguage(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ko"} {
		ctx := speak(t, language)
		for _, s := range stories("auto") {
			t.Run(language+"/"+s.Name, func(t *testing.T) {
				t.Parallel()
				text := html(t, ctx, s.Page)
				if m := forgotten.FindString(text); m != "" {
					t.Errorf("a message is missing: %s", m)
				}
				if m := nakedHandler.FindString(text); m != "" {
					t.Errorf("the policy refuses %s", m)
				}
				if strings.Contains(text, "&lt;no value&gt;") || strings.Contains(text, "%!") {
					t.Error("a message lacks an argument")
				}
				checkPage(t, parse(t, text))
			})
		}
	}
}

// checkPage checks what holds for every page and fragment.
func checkPage(t *testing.T, doc *goquery.Document) {
	t.Helper()
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id := e.AttrOr("id", "")
		if ids[id] {
			t.Errorf("the id %q is there twice", id)
		}
		ids[id] = true
	})
	doc.Find("script").Each(func(_ int, e *goquery.Selection) {
		if e.AttrOr("src", "") == "" {
			t.Error("a script is inline")
		}
	})
	doc.Find("form").Each(func(_ int, e *goquery.Selection) {
		if e.AttrOr("action", "") == "" {
			t.Error("a form cannot be sent without JavaScript")
		}
	})
	doc.Find("[hx-get], [hx-post]").Each(func(_ int, e *goquery.Selection) {
		target := e.AttrOr("hx-target", "")
		if !strings.HasPrefix(target, "#") {
			t.Errorf("an htmx request has the target %q", target)
		}
		if e.Is("a") && e.AttrOr("href", "") != e.AttrOr("hx-get", "") {
			t.Error("a link leads elsewhere without JavaScript")
		}
	})
	doc.Find("input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select").Each(func(_ int, e *goquery.Selection) {
		if e.Closest("label").Length() == 0 {
			t.Errorf("the field %q has no label", e.AttrOr("name", ""))
		}
	})
	if doc.Find("main").Length() > 0 && doc.Find("main h1").Length() != 1 {
		t.Errorf("%d headings of the first level, want 1", doc.Find("main h1").Length())
	}
}

// Braces right after a component's call on one line are its children, and are
// dropped in silence by one that takes none.
func TestNoComponentSwallowsText(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.templ")
	if err != nil {
		t.Fatal(err)
	}
	swallow := regexp.MustCompile(`(?m)^.*@[\w.]+\([^{\n]*\) \{[^\n]*\}.*$`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := swallow.Find(source); m != nil {
			t.Errorf("%s: %s", file, m)
		}
	}
}
