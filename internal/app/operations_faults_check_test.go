package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// bulkSpeed is how much faster than the machine's the time of a bulkWorld is.
const bulkSpeed = 50

// newBulkWorld returns a portal in which eight of ten versions are a draft.
func newBulkWorld(t *testing.T, databaseURL string) *bulkWorld {
	t.Helper()
	w := &bulkWorld{t: t, Portal: apptest.Start(t, apptest.Options{
		Clock: apptest.NewFastClock(bulkSpeed), Seed: apptest.Versions(10), DatabaseURL: databaseURL,
	})}
	w.b = w.SignIn(t, apptest.Owner, allScopes...)
	draft := w.b.FreezeAll("delete", manyVersions)
	w.op = w.b.Operation(draft.ID)
	if len(w.op.Items) != 8 {
		t.Fatalf("%d items are frozen, want 8", len(w.op.Items))
	}
	w.GitHub.ResetRequests()
	return w
}

// run lets the trouble happen, looks at everything, goes on, and looks again.
func (c bulkFault) run(t *testing.T, databaseURL string) {
	w := newBulkWorld(t, databaseURL)
	at := "/versions/" + w.victim().Path[strings.LastIndex(w.victim().Path, "/")+1:] + "$"
	if c.meanwhile == nil {
		f := c.fault
		f.Method, f.PathPattern = http.MethodDelete, at
		w.GitHub.Inject(f)
		w.b.Start(w.op, "too old")
	} else {
		w.startUntil(at, c)
	}
	if c.waits {
		c.checkWaiting(w)
	}
	op := w.b.Await(w.op.ID, "done", "paused", "stopped")
	if op.State != c.state || op.Code != c.why {
		t.Errorf("the operation is %s (%q), want %s (%q)", op.State, op.Code, c.state, c.why)
	}
	c.checkItems(w, op)
	if c.why == "token_revoked" {
		w.b = w.SignIn(t, apptest.Owner, allScopes...)
	}
	c.checkEntries(w, c.ledger)
	w.checkAgainstGitHub(op)
	if c.goOn == nil {
		return
	}
	if page := w.b.Get("/operations/" + op.ID); c.state != "paused" && !page.HasText(c.said) {
		t.Errorf("GitHub's words %q are not on the page: %s", c.said, page)
	}
	c.goOn(w)
	op = w.b.AwaitOperation(op.ID, func(o apptest.Operation) bool { return o.State == "done" && o.Counts["pending"] == 0 })
	if op.Counts["done"] != 8 {
		t.Errorf("after going on there are %v", op.Counts)
	}
	c.checkEntries(w, append(slices.Clone(c.ledger), "done"))
	w.checkAgainstGitHub(op)
}

// startUntil starts the operation and lets others act while GitHub has the
// request in hand that is to meet them.
func (w *bulkWorld) startUntil(at string, c bulkFault) {
	w.t.Helper()
	method := http.MethodGet
	if c.late {
		method = http.MethodDelete
	}
	held := make(chan struct{})
	f := c.fault
	f.Method, f.PathPattern, f.Until = method, at, held
	w.GitHub.Inject(f)
	w.b.Start(w.op, "too old")
	arrived := apptest.Eventually(func() bool {
		return slices.ContainsFunc(w.GitHub.Requests(), func(r ghfake.Request) bool {
			return r.Method == method && strings.HasSuffix(r.EscapedPath, strings.TrimSuffix(at, "$"))
		})
	})
	if !arrived {
		w.t.Fatal("the item's request never came")
	}
	c.meanwhile(w)
	close(held)
}

// checkWaiting: it says until when it waits, and until then nothing is sent.
func (c bulkFault) checkWaiting(w *bulkWorld) {
	w.t.Helper()
	op := w.b.Await(w.op.ID, "waiting", "done", "paused")
	if op.State != "waiting" || op.Code == "" || op.WaitingUntil.IsZero() || (op.Counts["running"] != 0) != c.asked {
		w.t.Errorf("the operation does not wait: %+v", op)
		return
	}
	asked := len(w.GitHub.Requests())
	w.GitHub.ClearFaults() // it is well again
	w.b.AwaitOperation(op.ID, func(o apptest.Operation) bool { return o.State != "waiting" })
	log := w.GitHub.Requests()
	if len(log) > asked && log[asked].At.Before(op.WaitingUntil.Add(-time.Millisecond)) {
		w.t.Errorf("%s was sent at %s, GitHub wants to be left alone until %s", log[asked], log[asked].At, op.WaitingUntil)
	}
}

// checkItems: the third has its state and GitHub's words, those before it are
// done, and those behind it are what they can be.
func (c bulkFault) checkItems(w *bulkWorld, op apptest.Operation) {
	w.t.Helper()
	rest := c.rest
	if rest == "" {
		rest = "done"
	}
	var got []string
	for _, i := range op.Items {
		got = append(got, i.State)
	}
	want := append([]string{"done", "done", c.item}, slices.Repeat([]string{rest}, 5)...)
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("items (-want +got):\n%s", diff)
	}
	victim, said := op.Items[2], op.Items[2].Message
	if op.State == "paused" {
		said = op.Message
	}
	if victim.Code != c.code || !strings.Contains(said, c.said) || said != "" && c.said == "" {
		w.t.Errorf("the third item says %q (%s), want %q (%s)", said, victim.Code, c.said, c.code)
	}
	sent := 0
	for _, r := range w.GitHub.Requests() {
		if r.Method == http.MethodDelete && strings.HasSuffix(victim.Path, r.EscapedPath[strings.LastIndex(r.EscapedPath, "/versions/"):]) {
			sent++
		}
	}
	if want := max(c.sent, len(c.ledger)); sent != want {
		w.t.Errorf("the third item was sent %d times, want %d", sent, want)
	}
}

// checkEntries: the ledger has each attempt for the third item, with its outcome.
func (c bulkFault) checkEntries(w *bulkWorld, want []string) {
	w.t.Helper()
	var got []string
	for _, e := range w.entries() {
		if e.Target.VersionID != w.versionID(w.victim()) {
			continue
		}
		got = append(got, e.Outcome)
		if e.Outcome != "done" && c.said != "" && !strings.Contains(e.Message, c.said) {
			w.t.Errorf("the ledger has %q, GitHub said %q", e.Message, c.said)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("the third item's entries (-want +got):\n%s", diff)
	}
}

// entries returns the operation's entries in the ledger, the oldest first.
func (w *bulkWorld) entries() []entry {
	w.t.Helper()
	all := entries(w.t, w.b, url.Values{"action": {"delete"}, "operation": {w.op.ID}, "per_page": {"100"}})
	slices.Reverse(all)
	for _, e := range all {
		if e.Reason != "too old" || e.Actor.Login != apptest.Owner || e.Target == nil || e.Outcome == "pending" {
			w.t.Fatalf("the ledger has %+v", e)
		}
	}
	return all
}

// checkAgainstGitHub: what the items say is so; each was deleted once, and
// nothing that is not in the list was touched.
func (w *bulkWorld) checkAgainstGitHub(op apptest.Operation) {
	w.t.Helper()
	ref := acmes(w.t, ghpkg.Container, "team/many")
	done, listed := map[int64]bool{}, map[int64]bool{}
	for _, i := range op.Items {
		id := w.versionID(i)
		listed[id], done[id] = true, i.State == "done"
		if gone := w.GitHub.VersionState(ref, id) == ghpkg.Deleted; gone != done[id] && i.State != "skipped" {
			w.t.Errorf("%s is %s, and gone at GitHub: %t", i.Path, i.State, gone)
		}
	}
	for _, v := range w.GitHub.Versions(ref) {
		if !listed[v.ID] && !v.DeletedAt.IsZero() {
			w.t.Errorf("%s is gone, which is not in the list", v.Name)
		}
	}
	confirmed := map[string]int{}
	for _, r := range w.GitHub.Requests() {
		if r.Method != http.MethodGet && r.Status == http.StatusNoContent {
			if confirmed[r.EscapedPath]++; confirmed[r.EscapedPath] > 1 {
				w.t.Errorf("%s was confirmed %d times", r, confirmed[r.EscapedPath])
			}
		}
	}
	entered := map[int64]int{}
	for _, e := range w.entries() {
		if e.Outcome == "done" {
			entered[e.Target.VersionID]++
		}
	}
	for id, is := range done {
		if is != (entered[id] == 1) {
			w.t.Errorf("version %d is done: %t, and the ledger has %d deletions of it", id, is, entered[id])
		}
	}
}
