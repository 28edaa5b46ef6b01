package app_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// theGem has two versions, of which the last is refused.
const theGem = "/orgs/acme/packages/rubygems/acme_gem"

// gemDraft is a draft over both versions of the gem and one of the image.
func gemDraft(t *testing.T) (*apptest.Portal, *apptest.Browser, apptest.Operation) {
	t.Helper()
	p, b := start(t, allScopes...)
	return p, b, b.Freeze("delete", theGem+"/-/versions/401", theGem+"/-/versions/402", web+"/-/versions/204")
}

// atWork is an operation whose first item is on its way until let is called.
func atWork(t *testing.T) (p *apptest.Portal, b *apptest.Browser, op apptest.Operation, let func()) {
	t.Helper()
	p, b, op = gemDraft(t)
	held := make(chan struct{})
	p.GitHub.Inject(ghfake.Fault{Method: "DELETE", PathPattern: "/versions/", Until: held})
	b.Start(op, "clean-up")
	b.AwaitOperation(op.ID, func(o apptest.Operation) bool { return o.Counts["running"] == 1 })
	done := false
	let = func() {
		if !done {
			close(held)
		}
		done = true
	}
	t.Cleanup(let)
	return p, b, op, let
}

// TestOperationForPrograms: the fields of the contract are there in each state,
// and the rows are those of the page.
func TestOperationForPrograms(t *testing.T) {
	t.Parallel()
	_, b, op := gemDraft(t)
	var raw map[string]any
	b.JSON(op.Path, http.StatusOK, &raw)
	for _, field := range []string{
		"id", "action", "state", "reason", "actor", "total", "counts", "eta", "waiting_until", "items", "page", "per_page", "as_of",
		"complete", "notices", "path", "source", "created_at", "started_at", "ended_at",
	} {
		if _, ok := raw[field]; !ok {
			t.Errorf("the JSON lacks %s", field)
		}
	}
	want := map[string]int{"pending": 3, "running": 0, "done": 0, "refused": 0, "failed": 0, "skipped": 0, "unknown": 0}
	draft := b.Operation(op.ID)
	if diff := cmp.Diff(want, draft.Counts); diff != "" || draft.Total != 3 || draft.State != "draft" {
		t.Errorf("a draft in state %s of %d (-want +got):\n%s", draft.State, draft.Total, diff)
	}
	page := b.Get(op.Path)
	lines, err := csv.NewReader(strings.NewReader(b.Get(op.Path + "?format=csv").Body)).ReadAll()
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines of CSV, %v", len(lines), err)
	}
	for i, item := range draft.Items {
		if !slices.Contains(page.Links(), item.Path) || !slices.Contains(lines[i+1], item.Path) {
			t.Errorf("%s is in the JSON, but not on the page and in the CSV", item.Path)
		}
	}
	b.JSON(op.Path+"?q=team/web&sort=-name&check=ok&per_page=1&page=2", http.StatusOK, &raw)
	if got := raw["items"].([]any); len(got) != 0 || raw["total"] != 3.0 {
		t.Errorf("beyond the last page: %v", raw)
	}
	for _, wrong := range []string{"state=gone", "check=bad", "sort=size", "page=0", "all=1", "stat=done", "q=a&q=b"} {
		if page := b.Send("GET", op.Path+"?"+wrong, nil, nil); page.Status != http.StatusBadRequest {
			t.Errorf("%s: %s", wrong, page)
		}
	}
	var list struct {
		Total int
		Items []apptest.Operation
	}
	b.JSON("/operations?state=draft", http.StatusOK, &list)
	if list.Total != 1 || list.Items[0].Path != op.Path || !slices.Contains(b.Get("/operations").Links(), op.Path) {
		t.Errorf("the drafts are %+v", list)
	}
	b.JSON("/operations?state=done", http.StatusOK, &list)
	if list.Total != 0 || b.Send("GET", "/operations?state=over", nil, nil).Status != http.StatusBadRequest {
		t.Errorf("finished ones are %+v", list)
	}
}

// TestOperationOfAnother: nobody else is shown it, or can do anything to it.
func TestOperationOfAnother(t *testing.T) {
	t.Parallel()
	p, b, op := gemDraft(t)
	otto := p.SignIn(t, apptest.Stranger, allScopes...)
	for _, r := range []route{
		{"GET", op.Path, nil},
		{"POST", op.Path + "/start", url.Values{"confirm": {"3"}}},
		{"POST", op.Path + "/pause", nil},
		{"POST", op.Path + "/stop", nil},
		{"POST", op.Path + "/undo", nil},
		{"POST", op.Path + "/remove", url.Values{"item": {"1"}}},
		{"POST", op.Path + "/remove", url.Values{"check": {"last_version"}}},
		{"POST", op.Path + "/discard", nil},
	} {
		for _, path := range []string{r.path, apptest.WithFormat(r.path, "json")} {
			if page := otto.Send(r.method, path, r.form, nil); page.Status != http.StatusNotFound || strings.Contains(page.Body, "acme_gem") {
				t.Errorf("%s %s: %s", r.method, path, page)
			}
		}
	}
	if now := b.Operation(op.ID); now.State != "draft" || now.Total != 3 {
		t.Errorf("the draft is %+v now", now)
	}
}

// TestDraftPage: it says what will happen, can be narrowed, and starts by its
// number alone.
func TestDraftPage(t *testing.T) {
	t.Parallel()
	_, b, op := gemDraft(t)
	page := b.Get(op.Path)
	for _, text := range []string{
		"Delete 3 versions?", "exactly 3 items", "2 tags stop working", "1 item is the last version of its package", "Review deleting the package",
		"restored for 30 days", "sign out, and it continues",
	} {
		if !page.HasText(text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	for _, typed := range []string{"", "2", "all", "3.5", "-3"} {
		wrong := b.Send("POST", op.Path+"/start", url.Values{"confirm": {typed}, "reason": {"my reason"}}, nil)
		if wrong.Status != http.StatusBadRequest || !wrong.HasText("is not the number of items. To start, type 3 exactly") || wrong.Doc.Find("input[name=reason]").AttrOr("value", "") != "my reason" {
			t.Errorf("%q was typed: %s", typed, wrong)
		}
		b.PostJSON(op.Path+"/start", url.Values{"confirm": {typed}}, http.StatusBadRequest, nil)
	}
	for _, wrong := range []url.Values{nil, {"item": {"x"}}, {"item": {"0"}}, {"check": {"nice"}}} {
		b.PostJSON(op.Path+"/remove", wrong, http.StatusBadRequest, nil)
	}
	if page = b.PostForm(op.Path+"/remove", url.Values{"check": {"last_version"}}); page.Path() != op.Path || !page.HasText("Delete 2 versions?") {
		t.Errorf("what will be refused was left out: %s", page)
	}
	for _, item := range b.Operation(op.ID).Items {
		if item.Check == "last_version" {
			t.Errorf("%s will be refused, and is still there", item.Path)
		}
	}
	b.PostJSON(op.Path+"/discard", nil, http.StatusOK, nil)
	b.JSON(op.Path, http.StatusNotFound, nil)
}

// TestDraftStepUp: what has not been granted is asked for before the form.
func TestDraftStepUp(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	op := b.Freeze("delete", theGem+"/-/versions/401")
	page := b.Get(op.Path)
	grant, err := page.Link("Grant access on GitHub")
	if err != nil || !strings.Contains(grant, "delete%3Apackages") || !strings.Contains(grant, url.QueryEscape(op.Path)) {
		t.Errorf("the way to grant is %q, %v", grant, err)
	}
	if page.Doc.Find("input[name=confirm]").Length() != 0 {
		t.Error("it can be started without the scope")
	}
}
