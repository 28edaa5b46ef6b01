package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestWhatAStoppedOperationLeft is told as not sent, and becomes a draft of its
// own, which holds that and nothing else.
func TestWhatAStoppedOperationLeft(t *testing.T) {
	t.Parallel()
	_, b, op, let := atWork(t)
	b.PostJSON(op.Path+"/continue", nil, http.StatusConflict, nil)
	b.Steer(op.ID, "pause")
	let()
	b.AwaitOperation(op.ID, func(o apptest.Operation) bool { return o.Counts["done"] == 1 && o.Counts["running"] == 0 })
	b.Steer(op.ID, "stop")
	was := b.Operation(op.ID)
	if was.State != "stopped" || was.Counts["pending"] != 2 {
		t.Fatalf("it is %s, %v", was.State, was.Counts)
	}
	page := b.Get(op.Path)
	if !page.HasText("Not sent") || page.HasText("To do") {
		t.Errorf("what was not sent is told as %s", page.Within("#operation"))
	}
	draft := b.Submit(page, "Review the remaining 2", nil)
	rest := b.Operation(strings.TrimPrefix(draft.URL.Path, "/operations/"))
	var left, items []string
	for _, item := range was.Items {
		if item.State == "pending" {
			left = append(left, item.Path)
		}
	}
	for _, item := range rest.Items {
		items = append(items, item.Path)
	}
	if diff := cmp.Diff(left, items); diff != "" || rest.State != "draft" || rest.Action != "delete" || rest.ID == op.ID {
		t.Errorf("the rest is %+v (-left +rest):\n%s", rest, diff)
	}
	if link := draft.Doc.Find(".operation-story a[href='" + op.Path + "']"); rest.Continues != op.Path || link.Text() != "Continues a stopped operation" {
		t.Errorf("the rest says that it continues %q, and on the page %q", rest.Continues, link.Text())
	}
	if was.Continues != "" || strings.Contains(page.Within(".operation-story"), "Continues") {
		t.Errorf("what was stopped says that it continues %q", was.Continues)
	}
	b.Start(rest, "")
	done := b.Await(rest.ID, "done").Counts["done"]
	page = b.Get(op.Path)
	if done != 1 || !page.HasText("Review the remaining one") || page.HasText("Review the remaining 2") ||
		!strings.Contains(page.Within(".operation-story"), "Continued by Delete 2 versionsFinished") {
		t.Errorf("after %d of the rest were done: %s", done, page.Within("#operation"))
	}
}

// TestTakenBack: what was undone says by what, and does not offer it again.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	_, b, op, let := atWork(t)
	let()
	b.Await(op.ID, "done")
	const button = "Undo: review restoring them"
	draft := b.Submit(b.Get(op.Path), button, nil)
	page := b.Get(op.Path)
	by := page.Doc.Find(".operation-story a[href='" + draft.URL.Path + "']")
	if _, err := page.Form(button); err != nil || by.Text() != "Restore 2 versions?" {
		t.Errorf("while the undo is a draft: %v, taken back by %q", err, by.Text())
	}
	undo := b.Operation(strings.TrimPrefix(draft.URL.Path, "/operations/"))
	b.Start(undo, "")
	b.Await(undo.ID, "done")
	page = b.Get(op.Path)
	if _, err := page.Form(button); err == nil || !strings.Contains(page.Within(".operation-story"), "Undone by Restore 2 versionsFinished") {
		t.Errorf("after the undo the page says %s", page.Within("#operation"))
	}
}

// TestDiscarded: a draft can be thrown away from the list, too, which says that it is gone.
func TestDiscarded(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	first, second := b.Freeze("delete", version), b.Freeze("delete", version)
	const said = "The draft was discarded."
	if page := b.PostForm("/operations/"+first.ID+"/discard", nil); page.URL.Path != "/operations" || !page.HasText(said) {
		t.Errorf("%s", page)
	}
	list := b.Get("/operations")
	if list.HasText(said) || list.Doc.Find("[action='/operations/"+second.ID+"/discard'] button[aria-label*='1 version']").Length() != 1 {
		t.Errorf("the list of drafts: %s", list)
	}
	if page := b.Submit(list, "Discard", nil); !page.HasText(said) || page.Doc.Find(".row-operation").Length() != 0 {
		t.Errorf("%s", page)
	}
	third := b.Freeze("delete", version)
	var a answer
	b.PostJSON("/operations/"+third.ID+"/discard", nil, http.StatusOK, &a)
	if a.Outcome != "discarded" || a.Path != "/operations" {
		t.Errorf("a program is told %+v", a)
	}
}
