package views_test

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// folds tells where the first row begins, how many filters the fold says that it
// has in use, and whether those beside the search box can be seen before and after
// they are unfolded.
const folds = `((...filters) => (async () => {
	const row = document.querySelector('.rows .row').getBoundingClientRect().top
	const chosen = document.querySelector('.more > summary .counter')?.textContent ?? ''
	const seen = () => filters.map(s => document.querySelector(s).checkVisibility())
	const before = seen()
	document.querySelector('.more').open = true
	await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))
	return {row, chosen, before, after: seen()}
})())`

// TestRowsComeFirstOnAPhone: on a phone the rows come before most of the filters, which are one
// press away; where there is room, all are there.
func TestRowsComeFirstOnAPhone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := chromium(t)
	server := httptest.NewServer(storybook(t))
	t.Cleanup(server.Close)
	for _, look := range []struct {
		width  int64
		folded bool
	}{{400, true}, {1280, false}} {
		for _, page := range []struct{ path, chosen, filters string }{
			{"/packages", "1", `(".more [name=repo]", ".more [name=type]", ".quick .chip")`},
			{"/ledger", "1", `(".more [name=actor]", ".more [name=outcome]", ".more [name=since]")`},
		} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate(server.URL+page.path)); err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(ctx, chromedp.Evaluate[struct {
				Row           float64
				Chosen        string
				Before, After []bool
			}](folds+page.filters, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			if got.Row > 480 || got.Chosen != page.chosen {
				t.Errorf("%s, %d pixels wide: the first row begins at %v, with %q filters in use", page.path, look.width, got.Row, got.Chosen)
			}
			for i := range got.Before {
				if got.Before[i] == look.folded || !got.After[i] {
					t.Errorf("%s, %d pixels wide: filters are seen folded %v, unfolded %v", page.path, look.width, got.Before, got.After)
				}
			}
		}
	}
}
