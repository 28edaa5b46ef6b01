package views_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// aDialog opens the page's dialog with a field in it.
const aDialog = `
	const dialog = document.getElementById('dialog'), field = document.createElement('textarea')
	document.getElementById('dialog-body').append(field)
	dialog.showModal()
	field.focus()
`

// sitThroughFailures waits in a dialog until a poll has failed, and then until
// the table is whole, and returns what became of the dialog and of the failure.
const sitThroughFailures = `(async () => {` + aDialog + `
	const pause = () => new Promise(r => setTimeout(r, 20))
	const live = document.getElementById('live'), problems = document.getElementById('problems')
	let times = 0
	new MutationObserver(() => { if (live.textContent === live.dataset.failed) times++ }).observe(live, {childList: true})
	while (problems.textContent !== live.dataset.failed) await pause()
	while (document.querySelector('.poll')) await pause()
	return [
		dialog.open && document.activeElement === field ? 'the dialog is open' : 'the dialog is closed',
		'the failure was said ' + times + ' times',
		problems.textContent || 'nothing is left of it',
	].join(', ')
})()`

// TestFailedPollDisturbsNobody: whoever fills in a dialog goes on while polls get
// no answer, hears of it once, and not when it is over.
func TestFailedPollDisturbsNobody(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	ctx, cancel := context.WithTimeout(chromium(t), time.Minute)
	defer cancel()
	server := httptest.NewServer(failing(arriving(t)))
	t.Cleanup(server.Close)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/")); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](sitThroughFailures, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if want := "the dialog is open, the failure was said 1 times, nothing is left of it"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// failing breaks off the first poll, and lets a proxy answer the second.
func failing(table http.Handler) http.Handler {
	var polls atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/poll" {
			switch polls.Add(1) {
			case 1:
				w.Header().Set("Content-Security-Policy", policy)
				w.Header().Set("Content-Length", "100") // of which none arrive
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			case 2:
				http.Error(w, "nobody is there", http.StatusBadGateway)
				return
			}
		}
		table.ServeHTTP(w, r)
	})
}

// TestDialogIsClosedFromOutside by a click beside it, but not where a selection
// that began inside ends outside.
func TestDialogIsClosedFromOutside(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	ctx, cancel := context.WithTimeout(chromium(t), time.Minute)
	defer cancel()
	server := httptest.NewServer(storybook(t))
	t.Cleanup(server.Close)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/packages")); err != nil {
		t.Fatal(err)
	}
	const opened = `(() => {` + aDialog + `
		const at = field.getBoundingClientRect()
		return [at.x + 5, at.y + 5]
	})()`
	inside, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](opened))
	if err != nil {
		t.Fatal(err)
	}
	left := chromedp.ButtonType(input.MouseButtonLeft)
	outside := []float64{3, 3}
	for _, tt := range []struct {
		name  string
		began []float64
		want  bool
	}{{"began inside", inside, true}, {"began outside", outside, false}} {
		open, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getElementById('dialog').open`))
		if err != nil || !open {
			t.Fatalf("before: open is %t, %v", open, err)
		}
		if err := chromedp.Do(ctx,
			chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, tt.began[0], tt.began[1], left, chromedp.ClickCount(1)),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, outside[0], outside[1], left),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, outside[0], outside[1], left, chromedp.ClickCount(1)),
		); err != nil {
			t.Fatal(err)
		}
		if open, err = chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getElementById('dialog').open`)); open != tt.want || err != nil {
			t.Errorf("%s: open is %t, %v; want %t", tt.name, open, err, tt.want)
		}
	}
}
