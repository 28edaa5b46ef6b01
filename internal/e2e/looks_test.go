package e2e

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

//go:embed testdata/axe.min.js
var axeJS string

// violation is one rule of axe that elements of a page break.
type violation struct {
	ID, Help string
	Nodes    []struct {
		HTML           string
		FailureSummary string
	}
}

// accessibility lets axe judge every kind of page, in both themes and languages.
func accessibility(t *testing.T, b *browser) {
	for _, language := range []string{"en", "ko"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			g, all := startGallery(t), people{}
			for _, k := range g.kinds(t) {
				tb := all.visit(t, b, g, k, language)
				if got := get[string](tb, "document.documentElement.lang"); got != language {
					t.Errorf("%s: lang is %q, want %q", k.name, got, language)
				}
				get[chromedp.Void](tb, axeJS)
				tb.prefer("light")
				tb.judge(k.name+" in light", `{resultTypes: ['violations']}`)
				// Another theme is other colours and nothing else.
				tb.prefer("dark")
				tb.judge(k.name+" in dark", `{resultTypes: ['violations'], runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}`)
			}
		})
	}
}

// prefer sets the theme that the system prefers.
func (tb *tab) prefer(theme string) {
	tb.t.Helper()
	send(tb, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	})
}

// judge reports what axe has against the page as it is now.
func (tb *tab) judge(page, options string) {
	tb.t.Helper()
	found := get[string](tb, `axe.run(document, `+options+`).then((r) => JSON.stringify(r.violations))`)
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		tb.t.Fatal(err)
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			tb.t.Errorf("%s: %s (%s): %s\n%s", page, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// badgeTakes is by how much the header is higher because of the badge.
const badgeTakes = `(() => {
	const top = document.querySelector('.top'), badge = document.getElementById('badge');
	const high = top?.offsetHeight;
	if (!badge) return 0;
	badge.hidden = true;
	const without = top.offsetHeight;
	badge.hidden = false;
	return high - without;
})()`

// narrowScreen looks at every kind of page on a phone: nothing may stick out,
// and the header is as high as ever when something runs.
func narrowScreen(t *testing.T, b *browser) {
	g, all := startGallery(t), people{}
	for _, k := range g.kinds(t) {
		tb := all.visit(t, b, g, k, "en")
		for _, width := range []int64{400, 320} {
			tb.size(width, 800)
			wide := get[[]string](tb, `(() => {
				if (document.documentElement.scrollWidth <= innerWidth) return [];
				return [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('pre, .visually-hidden'))
					.map((e) => e.outerHTML.slice(0, 120));
			})()`)
			if len(wide) > 0 {
				t.Errorf("%s sticks out at %d pixels: %s", k.name, width, strings.Join(wide, "\n"))
			}
			if got := get[int](tb, badgeTakes); got != 0 {
				t.Errorf("%s: the badge makes the header %d pixels higher at %d pixels", k.name, got, width)
			}
		}
		tb.size(1280, 900)
	}
}

// firstView weighs what a browser loads that was never here, and what somebody
// signed in loads with an empty cache.
func firstView(t *testing.T, b *browser) {
	const maxRequests, maxBytes = 6, 60 << 10
	p := startPortal(t)
	tb := b.person(t, p)
	tb.visit(link.Home)
	weigh := func(page string) {
		t.Helper()
		tb.until("everything to be loaded", `document.readyState === 'complete'`)
		// The icon is asked for or not, as the browser likes: it always counts.
		answers := slices.DeleteFunc(tb.watch.seen(), func(a answer) bool { return strings.Contains(a.url, "favicon") })
		requests, bytes := len(answers)+1, 0.0
		for _, a := range answers {
			bytes += a.bytes
		}
		t.Logf("%s: %d requests, %.1f KiB", page, requests, bytes/1024)
		if requests > maxRequests || bytes > maxBytes {
			t.Errorf("%s: %d requests and %.0f bytes, at most %d and %d: %v", page, requests, bytes, maxRequests, maxBytes, answers)
		}
	}
	weigh("landing")
	tb.signIn(owner, link.Packages(acme(t)), ghpkg.ScopeDeletePackages)
	tb.see("Acme.Billing.Client")
	tb.forgetCache()
	tb.watch.forget()
	tb.visit(link.Packages(acme(t)))
	tb.see("Acme.Billing.Client")
	weigh("packages")
}

// shots takes a picture of every kind of page into the directory STOCKROOM_SHOTS.
func shots(t *testing.T, b *browser) {
	dir := os.Getenv("STOCKROOM_SHOTS")
	if dir == "" {
		return // it is for people who look, and tests nothing
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "ko"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			g, all := startGallery(t), people{}
			for _, k := range g.kinds(t) {
				tb := all.visit(t, b, g, k, language)
				for _, theme := range []string{"light", "dark"} {
					tb.prefer(theme)
					for _, width := range []int64{1280, 400} {
						tb.size(width, 900)
						png, err := chromedp.Run(tb.ctx, chromedp.FullScreenshot(100))
						if err != nil {
							t.Fatal(err)
						}
						name := fmt.Sprintf("%s-%s-%s-%d.png", k.name, language, theme, width)
						if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
							t.Fatal(err)
						}
					}
					tb.size(1280, 900)
				}
			}
		})
	}
}
