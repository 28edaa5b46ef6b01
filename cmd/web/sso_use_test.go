package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// spellings are the addresses of a name: its slashes encoded or not.
func spellings(name string) []string {
	escaped := url.PathEscape(name)
	if !strings.Contains(name, "/") {
		return []string{escaped}
	}
	return []string{escaped, strings.ReplaceAll(escaped, "%2F", "/"), strings.ReplaceAll(escaped, "%2F", "%2f"), strings.ReplaceAll(escaped, "@", "%40")}
}

// findsNames: a package is found at each of its addresses, also by who comes
// from the company's sign-in only then.
func (p *person) findsNames(t *testing.T) {
	t.Helper()
	for name, typ := range frontNames() {
		for _, spelling := range spellings(name) {
			path := "/orgs/acme/packages/" + string(typ) + "/" + spelling + "?format=json&q=3"
			fresh := p.gate.person(t, olivia)
			fresh.takes(p)
			for way, s := range map[string]*seen{"": p.get(path, new(any)), " after signing in": fresh.through(t, path)} {
				var got struct {
					Package struct{ Name string }
					Items   []struct{ Name string }
				}
				if err := json.Unmarshal([]byte(s.body), &got); err != nil || got.Package.Name != name || len(got.Items) != 1 {
					t.Errorf("%s%s leads to %s, %+v, %v", path, way, s.address, got, err)
				}
			}
		}
	}
}

// changesNames: what is changed is what was meant, and the reason is kept to
// the letter.
func (p *person) changesNames(t *testing.T) {
	t.Helper()
	const reason = `a+b & "ü" 100%25 <i>;`
	for name, typ := range frontNames() {
		for _, spelling := range spellings(name)[:min(2, len(spellings(name)))] {
			ref := p.ref(t, typ, name)
			id := p.active(t, ref)
			var answer struct{ Ledger string }
			p.post(fmt.Sprintf("/orgs/acme/packages/%s/%s/-/versions/%d/delete", typ, spelling, id), url.Values{"reason": {reason}}, http.StatusOK, &answer)
			if slices.ContainsFunc(p.github.Versions(ref), func(v ghfake.Version) bool { return v.ID == id && v.DeletedAt.IsZero() }) {
				t.Errorf("version %d of %s is still there", id, spelling)
			}
			var entry struct{ Reason string }
			if p.get(answer.Ledger+"?format=json", &entry); entry.Reason != reason {
				t.Errorf("the reason is %q", entry.Reason)
			}
		}
	}
}

// active is the id of a version that is there.
func (p *person) active(t *testing.T, ref ghpkg.Ref) int64 {
	t.Helper()
	for _, v := range p.github.Versions(ref) {
		if v.DeletedAt.IsZero() {
			return v.ID
		}
	}
	t.Fatalf("nothing is left of %s", ref.Name())
	return 0
}

// keepsConnections: hundreds of requests go over one connection: pages, forms,
// and what htmx asks for while an operation runs.
func (p *person) keepsConnections(t *testing.T) {
	t.Helper()
	var items []string
	for name, typ := range frontNames() {
		items = append(items, fmt.Sprintf("/orgs/acme/packages/%s/%s/-/versions/%d", typ, url.PathEscape(name), p.active(t, p.ref(t, typ, name))))
	}
	var op apptest.Operation
	p.post("/operations", url.Values{"action": {"delete"}, "item": items}, http.StatusCreated, &op)
	before := p.dials.Load()
	p.post("/operations/"+op.ID+"/start", url.Values{"confirm": {fmt.Sprint(len(items))}, "reason": {"polled"}}, http.StatusOK, nil)
	poll := http.Header{"Hx-Request": {"true"}, "Hx-Target": {"section#operation"}, "Accept-Encoding": {"gzip"}}
	done := false
	for n := 0; n < 200 || !done; n++ {
		s := p.open(t, "/operations/"+op.ID, poll)
		if s.status != http.StatusOK || strings.Contains(s.body, "<html") || !strings.Contains(s.body, `id="operation"`) {
			t.Fatalf("the poll: %+v", s)
		}
		if n%10 == 0 {
			p.post("/settings", url.Values{"theme": {"dark"}}, http.StatusOK, nil)
			p.get("/operations/"+op.ID+"?format=json", &op)
			done = op.State == "done"
		}
		if n > 2000 {
			t.Fatalf("the operation is %s: %v", op.State, op.Counts)
		}
	}
	if op.Counts["done"] != len(items) {
		t.Errorf("it ended with %v", op.Counts)
	}
	if n := p.dials.Load() - before; n != 0 {
		t.Errorf("%d new connections", n)
	}
}

// records: each entry of the ledger has both identities, and the address of
// the browser.
func (p *person) records(t *testing.T) {
	t.Helper()
	s, err := p.try(http.MethodPost, "/orgs/acme/packages/npm/bulk/-/delete?format=json", url.Values{"reason": {"from afar"}, "confirm": {"bulk"}}, http.Header{
		"X-Forwarded-For": {"203.0.113.9, 127.0.0.1"}, "X-Forwarded-Email": {bob}, "X-Real-Ip": {"203.0.113.9"}, "Forwarded": {"for=203.0.113.9"},
	})
	if err != nil || s.status != http.StatusOK {
		t.Fatalf("%+v, %v", s, err)
	}
	var table struct {
		Items []struct {
			From, Reason, Action string
			Actor                struct {
				Login     string
				ProxyUser string `json:"proxy_user"`
			}
		}
	}
	p.get("/ledger?format=json&per_page=100", &table)
	actions := map[string]int{}
	for _, e := range table.Items {
		actions[e.Action]++
		if e.From != clientAddress || e.Actor.ProxyUser != olivia || e.Actor.Login != "olivia" {
			t.Errorf("the ledger has %+v", e)
		}
	}
	if actions["login"] != 1 || actions["delete"] < 2 || table.Items[0].Reason != "from afar" {
		t.Errorf("the ledger has %v: %+v", actions, table.Items)
	}
}
