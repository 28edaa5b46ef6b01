package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch collects what a browser complains of: console messages, errors,
// violations of the Content-Security-Policy, requests that fail.
type watch struct {
	mu       sync.Mutex
	found    []string
	expected []int64 // statuses that the test provokes
	urls     map[network.RequestID]string
	answers  []answer
}

// answer is one answer that the browser got.
type answer struct {
	url    string
	status int64
	bytes  float64 // on the wire; 0 until it is complete
	id     network.RequestID
}

// expect lets answers of these statuses pass.
func (w *watch) expect(statuses ...int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = append(w.expected, statuses...)
}

// troubles returns all complaints.
func (w *watch) troubles() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.found)
}

// take returns all complaints, and forgets them.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.found
	w.found = nil
	return found
}

// seen returns the answers since the start or the last call of forget.
func (w *watch) seen() []answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.answers)
}

func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = nil
}

// event is called by the browser, one event after another.
func (w *watch) event(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		w.complain("console.%s: %s", e.Type, arguments(e.Args))
	case *runtime.EventExceptionThrown:
		w.complain("exception: %s %s", e.ExceptionDetails.Text, exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// Of failed requests the status decides, below. That a field was not
		// focused by itself tells that the person was faster than the page.
		faster := strings.HasPrefix(e.Entry.Text, "Autofocus processing was blocked")
		if e.Entry.Source != log.EntrySourceNetwork && !faster {
			w.complain("%s (%s): %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		w.issue(e.Issue)
	case *network.EventRequestWillBeSent:
		if w.urls == nil {
			w.urls = map[network.RequestID]string{}
		}
		w.urls[e.RequestID] = e.Request.Method + " " + e.Request.URL
		if u := e.Request.URL; !strings.HasPrefix(u, "http://127.0.0.1:") && !strings.HasPrefix(u, "data:") {
			w.complain("asked somebody else: %s", u)
		}
	case *network.EventResponseReceived:
		w.answers = append(w.answers, answer{url: e.Response.URL, status: e.Response.Status, id: e.RequestID})
		if e.Response.Status >= 400 && !slices.Contains(w.expected, e.Response.Status) {
			w.complain("status %d: %s", e.Response.Status, w.urls[e.RequestID])
		}
	case *network.EventLoadingFinished:
		for i := range w.answers {
			if w.answers[i].id == e.RequestID {
				w.answers[i].bytes = e.EncodedDataLength
			}
		}
	case *network.EventLoadingFailed:
		// A page that is left, and a search that is typed on, cancel requests.
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" {
			w.complain("%s failed: %s %s", w.urls[e.RequestID], e.ErrorText, e.BlockedReason)
		}
	}
}

// issue complains of what DevTools would list under "Issues".
func (w *watch) issue(issue *audits.InspectorIssue) {
	details, err := json.Marshal(issue.Details)
	if err != nil {
		details = []byte(err.Error())
	}
	w.complain("issue %s: %s", issue.Code, details)
}

func (w *watch) complain(format string, args ...any) {
	w.found = append(w.found, fmt.Sprintf(format, args...))
}

func arguments(args []*runtime.RemoteObject) string {
	var text string
	for _, a := range args {
		text += string(a.Value) + a.Description + " "
	}
	return text
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception == nil {
		return ""
	}
	return d.Exception.Description
}
