package views_test

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// folds tells where the first row begins, and whether the filters beside the
// search box can be seen before and after they are unfolded.
const folds = `(async () => {
	const row = document.querySelector('.rows .row').getBoundingClientRect().top
	const seen = () => ['.more [name=repo]', '.more [name=type]', '.quick .chip'].map(s => document.querySelector(s).checkVisibility())
	const before = seen()
	document.querySelector('.more').open = true
	await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))
	return {row, before, after: seen()}
})()`

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
		below  float64 // the first row begins above this
		folded bool
	}{{400, 480, true}, {1280, 480, false}} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate(server.URL+"/packages")); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[struct {
			Row           float64
			Before, After []bool
		}](folds, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if got.Row > look.below {
			t.Errorf("%d pixels wide, the first row begins at %v", look.width, got.Row)
		}
		for i := range got.Before {
			if got.Before[i] == look.folded || !got.After[i] {
				t.Errorf("%d pixels wide, filters are seen folded %v, unfolded %v", look.width, got.Before, got.After)
			}
		}
	}
}
