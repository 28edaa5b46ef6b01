package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestSteeringOverHTTP: each button does what it says, and says so where it
// cannot do it any more.
func TestSteeringOverHTTP(t *testing.T) {
	t.Parallel()
	_, b, op, let := atWork(t)
	steer := func(verb string, status int) (answer struct{ Outcome, Message, Path string }) {
		b.PostJSON(op.Path+"/"+verb, url.Values{"confirm": {"3"}}, status, &answer)
		return answer
	}
	for _, verb := range []string{"start", "discard", "undo", "retry"} {
		if a := steer(verb, http.StatusConflict); a.Outcome != "refused" || a.Path != op.Path {
			t.Errorf("%s while it runs: %+v", verb, a)
		}
	}
	b.PostJSON(op.Path+"/remove", url.Values{"item": {"1"}}, http.StatusConflict, nil)
	if a := steer("pause", http.StatusOK); a.Outcome != "paused" || a.Path != op.Path {
		t.Errorf("paused: %+v", a)
	}
	let()
	b.AwaitOperation(op.ID, func(o apptest.Operation) bool { return o.Counts["done"] == 1 && o.Counts["running"] == 0 })
	page := b.Get(op.Path)
	for _, button := range []string{"Resume", "Stop for good", "Undo: review restoring them"} {
		if _, err := page.Form(button); err != nil {
			t.Errorf("while it is paused: %v", err)
		}
	}
	if a := steer("resume", http.StatusOK); a.Outcome != "resumed" {
		t.Errorf("resumed: %+v", a)
	}
	over := b.Await(op.ID, "done")
	if over.Counts["done"] != 2 || over.Counts["refused"] != 1 {
		t.Errorf("at the end: %v", over.Counts)
	}
	page = b.Get(op.Path)
	if !page.HasText("Finished: 2 of 3 deleted.") || !page.HasText("1 was refused by GitHub") || page.HasText("Done: all") || page.Doc.Find("#operation .said q").Length() == 0 {
		t.Errorf("the end is told as %s", page.Within("#operation"))
	}
	steer("pause", http.StatusConflict)
	steer("stop", http.StatusConflict)
	undo := steer("undo", http.StatusOK)
	draft := b.Operation(strings.TrimPrefix(undo.Path, "/operations/"))
	if draft.Action != "restore" || draft.State != "draft" || draft.Sum() != 2 || !b.Get(undo.Path).HasText("Undoes an earlier operation") {
		t.Errorf("the undo is %+v", draft)
	}
}

// TestOperationFragments: htmx gets what it asked for and no more, with the
// progress in the title.
func TestOperationFragments(t *testing.T) {
	t.Parallel()
	_, b, op, _ := atWork(t)
	live := b.HTMX("GET", op.Path, nil)
	if live.Status != http.StatusOK || live.Doc.Find("section#operation").Length() != 1 || live.Doc.Find("#items, header").Length() != 0 ||
		!strings.HasPrefix(live.Within("title"), "0% · Delete 3 versions") {
		t.Errorf("what changes is %s", live)
	}
	if every, _ := live.Doc.Find("#operation .poll").Attr("hx-trigger"); every != "every 2s" {
		t.Errorf("it is looked at %q", every)
	}
	items := b.Send("GET", op.Path+"?state=pending", nil, http.Header{"Hx-Request": {"true"}, "Hx-Target": {"section#items"}})
	if items.Doc.Find("section#items .row-item").Length() != 3 || items.Doc.Find("#operation, header").Length() != 0 { // two, and the columns' heads
		t.Errorf("the items are %s", items)
	}
	paused := b.HTMX("POST", op.Path+"/pause", nil)
	if paused.Doc.Find("section#operation").Length() != 1 || !strings.Contains(paused.Within("#badge"), "1 paused") {
		t.Errorf("paused: %s", paused)
	}
}

// TestBadge: every page says what is unfinished, while it is.
func TestBadge(t *testing.T) {
	t.Parallel()
	_, b, op, let := atWork(t)
	for _, path := range []string{"/", "/ledger", "/settings", op.Path, "/nowhere"} {
		if got := b.Get(path).Within("header #badge .badge-text"); got != "1 running" {
			t.Errorf("%s says %q", path, got)
		}
	}
	let()
	b.Await(op.ID, "done")
	badge := b.HTMX("GET", "/operations/badge", nil)
	if _, polls := badge.Doc.Find("#badge").Attr("hx-get"); polls || badge.Text() != "" {
		t.Errorf("nothing is unfinished: %s", badge.Body)
	}
	if page := b.Get("/operations/badge"); page.Path() != "/operations" {
		t.Errorf("somebody who opens it is led to %s", page.Path())
	}
}

// TestOperationAndLedger: each leads to the other.
func TestOperationAndLedger(t *testing.T) {
	t.Parallel()
	_, b, op := gemDraft(t)
	b.PostJSON(version+"/delete", nil, http.StatusOK, nil) // not part of it
	b.Start(op, "clean-up")
	b.Await(op.ID, "done")
	all := entries(t, b, url.Values{"operation": {op.ID}})
	if len(all) != 3 {
		t.Fatalf("%d entries of 3 items", len(all))
	}
	if page := b.Get("/ledger/" + all[0].ID); page.Doc.Find("a[href='"+op.Path+"']").Length() != 1 {
		t.Error("an entry does not lead to its operation")
	}
	ledger, err := b.Get(op.Path).Link("Ledger entries")
	if err != nil || b.Get(ledger).Doc.Find(".row-ledger").Length() != 3 {
		t.Errorf("the operation leads to %q, %v", ledger, err)
	}
}

// TestReadOnlyOperations: what calms is possible where nothing may be changed.
func TestReadOnlyOperations(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"READ_ONLY": "true"}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	for verb, status := range map[string]int{
		"start": 403, "resume": 403, "retry": 403, "undo": 403, "continue": 403, "remove": 403, "discard": 403, "pause": 404, "stop": 404,
	} {
		b.PostJSON("/operations/none/"+verb, nil, status, nil)
	}
}
