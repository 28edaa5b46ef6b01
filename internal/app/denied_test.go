package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
)

// tried is what the ledger says of an attempt in bulk that was denied.
type tried struct{ Action, Name, Path, Operation, Reason string }

// denials returns what the ledger of the browser's viewer has of an actor's
// denied attempts, the oldest first.
func denials(t *testing.T, b *apptest.Browser, actor string) []tried {
	t.Helper()
	var all []tried
	for _, e := range entries(t, b, url.Values{"actor": {actor}, "outcome": {"denied"}}) {
		one := tried{Action: e.Action, Operation: e.Operation, Reason: e.Reason}
		if e.Target != nil {
			one.Name, one.Path = e.Target.Name, e.Target.Path
		}
		all = append([]tried{one}, all...)
	}
	return all
}

// TestDeniedFreezeIsInTheLedger: whoever may not delete and restore here leaves
// an entry with what they wanted to select. Who owns all of it reads that.
func TestDeniedFreezeIsInTheLedger(t *testing.T) {
	t.Parallel()
	p, _ := startGated(t, nil)
	b, owner, admin := p.SignIn(t, maria, allScopes...), p.SignIn(t, oscar), p.SignIn(t, apptest.Owner)
	const table, elsewhere = "/orgs/acme/packages?type=npm&q=old", "/users/olivia/packages/npm/@olivia/tool"
	long := all("delete", "/orgs/acme/packages?q="+strings.Repeat("o", 5000))
	for _, form := range []url.Values{
		some("delete", app), some("restore", version), some("delete", app, web), some("delete", app, elsewhere),
		all("delete", table), all("restore", "/packages?state=deleted"), long, all("delete", ""),
	} {
		page := b.Send("POST", "/operations", form, nil)
		if page.Status != http.StatusForbidden || !page.HasText("acme/owners, acme/package-admins") {
			t.Errorf("%v: %s", form, page)
		}
	}
	for _, form := range []url.Values{some("rename", app), {}} { // tries nothing
		b.PostJSON("/operations", form, http.StatusForbidden, nil)
	}
	want := []tried{
		{Action: "delete", Name: "@acme/app", Path: app},
		{Action: "restore", Name: "@acme/app", Path: version},
		{Action: "delete", Name: app + " " + web},
		{Action: "delete", Name: app + " " + elsewhere},
		{Action: "delete", Name: table},
		{Action: "restore", Name: "/packages?state=deleted"},
		{Action: "delete", Name: long.Get("from")[:1000] + "…"},
		{Action: "delete"},
	}
	for reader, b := range map[string]*apptest.Browser{"who tried it": b, "an admin of the portal": admin} {
		if diff := cmp.Diff(want, denials(t, b, maria)); diff != "" {
			t.Errorf("%s reads (-want +got):\n%s", reader, diff)
		}
	}
	if diff := cmp.Diff([]tried{want[0], want[1], want[2], want[4], want[6]}, denials(t, owner, maria)); diff != "" {
		t.Errorf("the owner of acme reads (-want +got):\n%s", diff)
	}
	last := entries(t, b, url.Values{"q": {"type=npm&q=old"}})[0]
	if last.Code != string(fault.CodeNotAdmin) || last.Actor.Login != maria {
		t.Errorf("%+v", last)
	}
	if page := b.Get("/ledger/" + last.ID); !strings.HasSuffix(page.Within("main h1"), "Delete "+table) {
		t.Errorf("the entry is %s", page)
	}
}

// TestDeniedSteeringIsInTheLedger: who may not delete and restore any more
// leaves an entry for each attempt to let an operation of theirs go on.
func TestDeniedSteeringIsInTheLedger(t *testing.T) {
	t.Parallel()
	p, clock := startGated(t, nil)
	b, other := p.SignIn(t, apptest.Member, allScopes...), p.SignIn(t, apptest.Owner, allScopes...)
	one, more, others := b.Freeze("delete", version), b.FreezeAll("delete", web), other.Freeze("delete", version)
	p.GitHub.RemoveTeamMember(apptest.Org, "package-admins", apptest.Member)
	clock.Advance(10 * time.Minute)
	steer := func(id, verb string, status int) {
		t.Helper()
		b.PostJSON("/operations/"+id+"/"+verb, url.Values{"reason": {" " + verb + " "}}, status, nil)
	}
	var want []tried
	for _, verb := range []string{"start", "resume", "retry", "undo"} {
		action := "delete"
		if verb == "undo" {
			action = "restore"
		}
		steer(one.ID, verb, http.StatusForbidden)
		steer(more.ID, verb, http.StatusForbidden)
		want = append(want,
			tried{action, "@acme/app", version, one.ID, verb},
			tried{action, web, "", more.ID, verb})
	}
	for _, verb := range []string{"remove", "discard"} { // they let nothing go on
		steer(one.ID, verb, http.StatusForbidden)
	}
	for _, id := range []string{others.ID, "none"} {
		steer(id, "start", http.StatusForbidden)
	}
	steer(one.ID, "stop", http.StatusConflict)
	if diff := cmp.Diff(want, denials(t, b, apptest.Member)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if page := b.Get("/ledger?operation=" + one.ID); page.Doc.Find(".row-ledger").Length() != 4 {
		t.Errorf("the operation leads to %s", page)
	}
	if sent := changes(p.GitHub.Requests()); len(sent) != 0 {
		t.Errorf("GitHub was asked %v", sent)
	}
}
