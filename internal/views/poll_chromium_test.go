package views_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/static"
)

// typeAndWait unfolds the notices, fills a form in a pop-over of the table,
// selects a part of it, and waits until the table is whole.
const typeAndWait = `(async () => {
	document.querySelector('.others summary').click()
	document.querySelector('[popovertarget="saved-views"]').click()
	const field = document.querySelector('#saved-views [name="name"]')
	field.focus()
	document.execCommand('insertText', false, 'My view')
	field.setSelectionRange(3, 7)
	while (document.querySelector('.poll')) await new Promise(r => setTimeout(r, 50))
	return [
		document.querySelectorAll('#packages .row').length + ' rows',
		document.activeElement === field ? 'focus' : 'no focus',
		field.closest(':popover-open') ? 'open' : 'closed',
		field.value.slice(field.selectionStart, field.selectionEnd),
		field.value,
		document.querySelector('.others').open ? 'unfolded' : 'folded',
	].join(', ')
})()`

// TestPollDisturbsNobody looks at a table whose rows arrive while somebody types.
func TestPollDisturbsNobody(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	ctx, cancel := context.WithTimeout(chromium(t), time.Minute) // a poll that changes nothing goes on for ever
	defer cancel()
	server := httptest.NewServer(arriving(t))
	t.Cleanup(server.Close)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/")); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](typeAndWait, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if want := "6 rows, focus, open, view, My view, unfolded"; got != want {
		t.Errorf("after the polls: %s; want %s", got, want)
	}
}

// arriving serves a table that is whole at its third sight.
func arriving(t *testing.T) http.Handler {
	t.Helper()
	ctx := speak(t, "en")
	var polls atomic.Int64
	table := func(n int64) views.PackageTable {
		page := world{"light"}.table(ghpkg.Active)
		page.Here = "/poll"
		page.Rows = rows()[:2*n]
		page.Total = len(page.Rows)
		page.Fresh.Loading = n < 3
		page.Notices = []views.Notice{{Kind: ghpkg.NoticeRepoScope, Text: "Some may be missing."}, {Kind: ghpkg.NoticeStale, Text: "Some are old."}}
		return page
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := table(1).Page().Render(ctx, w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /poll", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy) // without it a fragment counts as a proxy's
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := table(min(1+polls.Add(1), 3)).Table().Render(ctx, w); err != nil {
			t.Error(err)
		}
	})
	return mux
}
