package main

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// states returns what GitHub has of every version.
func (r *round) states() map[int64]ghpkg.State {
	all := map[int64]ghpkg.State{}
	for _, ref := range r.packages {
		for _, v := range r.github.Versions(ref) {
			all[v.ID] = r.github.VersionState(ref, v.ID)
		}
	}
	return all
}

// check compares what the operation, GitHub, its log and the ledger say.
func (r *round) check(op apptest.Operation, before map[int64]ghpkg.State) {
	r.t.Helper()
	if op.State != "done" || len(op.Items) != len(r.items) || op.Sum("done") != len(r.items) {
		r.t.Errorf("the operation is %s with %d items: %v", op.State, len(op.Items), op.Counts)
	}
	entries := r.entries(op)
	after := r.states()
	for _, item := range op.Items {
		id, _ := strconv.ParseInt(path.Base(item.Path), 10, 64)
		if r.items[id] != item.Path {
			r.t.Errorf("%s is not what was frozen", item.Path)
		}
		if item.State != "done" {
			r.t.Errorf("%s is %s: %s %s", item.Path, item.State, item.Code, item.Message)
		}
		if changed := after[id] != before[id]; changed != (item.State == "done") {
			r.t.Errorf("%s is %s, but at GitHub it is %s", item.Path, item.State, after[id])
		}
		if entries[id] != item.Ledger {
			r.t.Errorf("%s names %q in the ledger, which has %q", item.Path, item.Ledger, entries[id])
		}
	}
	for id, state := range before {
		if r.items[id] == "" && after[id] != state {
			r.t.Errorf("%d was %s and is %s, although it was not in the list", id, state, after[id])
		}
	}
	r.checkSent()
	r.unbroken(r.database(), "") // no kill has torn the ledger
}

// checkSent: each item was changed once, and none was sent for again although
// it was done: a second time does harm as soon as somebody undid the first.
func (r *round) checkSent() {
	confirmed := map[int64]int{}
	for _, q := range r.sent() {
		id, err := strconv.ParseInt(path.Base(strings.TrimSuffix(q.EscapedPath, "/restore")), 10, 64)
		switch {
		case err != nil || r.items[id] == "":
			r.t.Errorf("%s was asked for, which is not in the list", q)
		case q.Status == http.StatusNoContent:
			confirmed[id]++
		case q.Status != 0: // not answered, because who asked had died
			r.t.Errorf("%s was answered with %d", q, q.Status)
		}
	}
	for id, path := range r.items {
		if confirmed[id] != 1 {
			r.t.Errorf("%s was changed %d times", path, confirmed[id])
		}
	}
}

// entries returns each item's entry in the ledger that says it is done, of
// which there must be one. All others have to be settled, too.
func (r *round) entries(op apptest.Operation) map[int64]string {
	var ledger struct {
		Total int
		Items []struct {
			Path, Outcome string
			Target        struct {
				VersionID int64 `json:"version_id"`
			}
		}
	}
	r.must(http.MethodGet, "/ledger?format=json&per_page=100&operation="+op.ID, nil, &ledger)
	if ledger.Total != len(ledger.Items) || ledger.Total < len(r.items) {
		r.t.Errorf("%d of %d entries", len(ledger.Items), ledger.Total)
	}
	done := map[int64]string{}
	for _, e := range ledger.Items {
		switch id := e.Target.VersionID; {
		case e.Outcome == "done" && done[id] != "":
			r.t.Errorf("the ledger says twice that %s was done: %s, %s", r.items[id], done[id], e.Path)
		case e.Outcome == "done":
			done[id] = e.Path
		case e.Outcome != "failed" && e.Outcome != "refused":
			r.t.Errorf("the ledger's entry for %s is %s", r.items[id], e.Outcome)
		}
	}
	return done
}
