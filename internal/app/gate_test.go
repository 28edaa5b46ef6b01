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
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The people beside those of Acme's world.
const (
	oscar = "oscar" // owns acme, but is in no team
	maria = "maria" // is a member of acme, and in no team
)

// changeables are three versions to delete: each way of asking has its own.
var changeables = [3]string{
	app + "/-/versions/101/delete",
	"/orgs/acme/packages/container/team/web/-/versions/201/delete",
	"/orgs/acme/packages/nuget/Acme.Core/-/versions/501/delete",
}

// startGated runs a portal for acme's members, whose package-admins administer
// it: olivia, who owns acme, and mona, who is a member.
func startGated(t *testing.T, config map[string]string) (*apptest.Portal, *apptest.Clock) {
	t.Helper()
	clock := apptest.NewClock(time.Now())
	if config == nil {
		config = map[string]string{"ALLOWED_ORGS": "octo, acme", "ADMIN_TEAMS": "acme/owners,acme/package-admins"}
	}
	return apptest.Start(t, apptest.Options{Clock: clock, Config: config, Seed: func(s *ghfake.Server) {
		apptest.Acme(s)
		s.AddUser(ghfake.User{Login: oscar})
		s.AddUser(ghfake.User{Login: maria})
		s.AddMember(apptest.Org, oscar, ghpkg.RoleAdmin)
		s.AddMember(apptest.Org, maria, ghpkg.RoleMember)
		s.AddTeamMember(apptest.Org, "package-admins", apptest.Owner, "member")
		s.AddTeamMember(apptest.Org, "package-admins", apptest.Member, "maintainer")
	}}), clock
}

// membershipsFail makes GitHub fail whatever the portal's rules ask for.
func membershipsFail(p *apptest.Portal) {
	p.GitHub.Inject(ghfake.Fault{PathPattern: "/memberships/orgs/|/teams/", Times: -1, Status: 502, Body: `{"message":"unicorn"}`})
}

// organizationsFail makes GitHub fail where it is asked who may enter.
func organizationsFail(p *apptest.Portal) {
	p.GitHub.Inject(ghfake.Fault{PathPattern: "/memberships/orgs/", Times: -1, Status: 502, Body: `{"message":"unicorn"}`})
}

// TestGate is who may do what here: {page, page of consequences, form, JSON,
// htmx} as statuses, and the code that the JSON has where it is refused.
func TestGate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, login string
		meanwhile   func(*apptest.Portal, *apptest.Clock) // after the sign-in
		want        [5]int
		code        fault.Code
		denied      int // entries in the ledger
	}{
		{"admin", apptest.Owner, nil, [5]int{200, 200, 303, 200, 200}, "", 0},
		{"admin without rights at GitHub", apptest.Member, nil, [5]int{200, 200, 403, 403, 403}, fault.CodeNoAdmin, 0},
		{"member outside the team", maria, nil, [5]int{200, 403, 403, 403, 403}, fault.CodeNotAdmin, 3},
		{"owner outside the team", oscar, nil, [5]int{200, 403, 403, 403, 403}, fault.CodeNotAdmin, 3},
		{"taken out of the team", apptest.Owner, func(p *apptest.Portal, c *apptest.Clock) {
			p.GitHub.RemoveTeamMember(apptest.Org, "package-admins", apptest.Owner)
			c.Advance(10 * time.Minute)
		}, [5]int{200, 403, 403, 403, 403}, fault.CodeNotAdmin, 3},
		{"taken out of the team a moment ago", apptest.Owner, func(p *apptest.Portal, c *apptest.Clock) {
			p.GitHub.RemoveTeamMember(apptest.Org, "package-admins", apptest.Owner)
			c.Advance(9 * time.Minute)
		}, [5]int{200, 200, 303, 200, 200}, "", 0},
		{"put into the team", oscar, func(p *apptest.Portal, c *apptest.Clock) {
			p.GitHub.AddTeamMember(apptest.Org, "package-admins", oscar, "member")
			c.Advance(10 * time.Minute)
		}, [5]int{200, 200, 303, 200, 200}, "", 0},
		{"GitHub down at the next check", apptest.Owner, func(p *apptest.Portal, c *apptest.Clock) {
			membershipsFail(p)
			c.Advance(10 * time.Minute)
		}, [5]int{200, 403, 403, 403, 403}, fault.CodeAdminUnknown, 3},
		{"only the teams answer at the next check", apptest.Owner, func(p *apptest.Portal, c *apptest.Clock) {
			organizationsFail(p)
			c.Advance(10 * time.Minute)
		}, [5]int{200, 503, 503, 503, 503}, fault.CodeAccessUnknown, 3},
		{"GitHub down for an hour", apptest.Owner, func(p *apptest.Portal, c *apptest.Clock) {
			membershipsFail(p)
			c.Advance(time.Hour)
		}, [5]int{503, 503, 503, 503, 503}, fault.CodeAccessUnknown, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, clock := startGated(t, nil)
			b := p.SignIn(t, tt.login, allScopes...)
			if tt.meanwhile != nil {
				tt.meanwhile(p, clock)
			}
			p.GitHub.ResetRequests()
			page := b.Send("GET", app, nil, nil)
			confirm := b.Send("GET", changeables[0], nil, nil)
			form := b.Send("POST", changeables[0], nil, nil)
			json := b.Send("POST", apptest.WithFormat(changeables[1], "json"), url.Values{"reason": {"old"}}, nil)
			htmx := b.HTMX("POST", changeables[2], nil)
			got := [5]int{page.Status, confirm.Status, form.Status, json.Status, htmx.Status}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, json)
			}
			if tt.code != "" && !strings.Contains(json.Body, `"code": "`+string(tt.code)+`"`) {
				t.Errorf("the code is not %s: %s", tt.code, json)
			}
			if sent := changes(p.GitHub.Requests()); tt.want[1] != 200 && len(sent) != 0 {
				t.Errorf("GitHub was asked %v", sent)
			}
			p.GitHub.ClearFaults()
			clock.Advance(time.Minute)
			all := entries(t, b, url.Values{"outcome": {"denied"}})
			if len(all) != tt.denied {
				t.Fatalf("the ledger has %+v, want %d", all, tt.denied)
			}
			for _, e := range all {
				if e.Action != "delete" || e.Code != string(tt.code) || e.Target == nil || e.Target.VersionName == "" || e.Actor.Login != tt.login {
					t.Errorf("the ledger has %+v", e)
				}
			}
		})
	}
}

// TestNothingToChange: who may not change anything is offered nothing, and told
// why and by whom it can be done.
func TestNothingToChange(t *testing.T) {
	t.Parallel()
	p, clock := startGated(t, nil)
	admin, b := p.SignIn(t, apptest.Owner, allScopes...), p.SignIn(t, oscar, allScopes...)
	admin.PostJSON("/orgs/acme/packages/nuget/Acme.Core/-/delete", url.Values{"confirm": {"Acme.Core"}}, 200, nil)
	const offers = "form[action*='/delete'], form[action*='/restore'], a[href*='/delete'], a[href*='/restore'], [hx-get*='/delete'], [hx-get*='/restore'], form.restore"
	look := func(why, whom string) {
		t.Helper()
		for _, path := range []string{
			app, app + "?state=deleted", version, "/orgs/acme/packages", "/orgs/acme/packages?state=deleted", "/packages",
			"/packages?state=deleted", "/orgs/acme/bin", "/ledger",
		} {
			page := b.Get(path)
			if page.Status != 200 || page.Doc.Find(offers).Length() != 0 {
				t.Errorf("%s offers a change: %s", path, page)
			}
			if !page.HasText(why) || !page.HasText(whom) {
				t.Errorf("%s does not say why not: %s", path, page)
			}
			if page := admin.Get(path); path == app && page.Doc.Find(offers).Length() == 0 || page.HasText("You can only look") {
				t.Errorf("%s offers the admin nothing: %s", path, page)
			}
		}
		page := b.Send("POST", changeables[0], nil, nil)
		if page.Status < 400 || page.Doc.Find("main form").Length() != 0 || page.Doc.Find("a[href^='/ledger/']").Length() == 0 {
			t.Errorf("the answer to a form offers it again, or does not say where it was written down: %s", page)
		}
	}
	look("You can only look: members of", "acme/owners, acme/package-admins")
	clock.Advance(10 * time.Minute)
	admin.Get("/settings")
	membershipsFail(p)
	look("You can only look for now", "acme/owners, acme/package-admins")
	p.GitHub.ClearFaults()
	p.GitHub.AddTeamMember(apptest.Org, "package-admins", oscar, "member")
	organizationsFail(p)
	clock.Advance(time.Minute)
	look("You can only look for now", "octo, acme")
}

// TestRefusedSignIn: who is not in one of the organizations gets no session,
// the token is worth nothing any more, and the ledger has it.
func TestRefusedSignIn(t *testing.T) {
	t.Parallel()
	p, _ := startGated(t, nil)
	otto, admin := p.Browser(t), p.SignIn(t, apptest.Owner)
	p.GitHub.ResetRequests()
	otto.Approve(apptest.Stranger)
	page := otto.Get("/login?return_to=/orgs/acme/packages")
	if page.Status != 403 || !page.HasText("octo, acme") || !page.HasText("to invite you") {
		t.Errorf("the refusal: %s", page)
	}
	if page := otto.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
		t.Errorf("there is a session: %s", page)
	}
	if sent := changes(p.GitHub.Requests()); len(sent) != 1 || !strings.Contains(sent[0], "/token") {
		t.Errorf("the token was not revoked: %v", sent)
	}
	all := entries(t, admin, url.Values{"actor": {apptest.Stranger}})
	if len(all) != 1 || all[0].Action != "login" || all[0].Outcome != "denied" || all[0].Code != string(fault.CodeNotAllowed) {
		t.Errorf("the ledger has %+v", all)
	}
	membershipsFail(p)
	mona := p.Browser(t)
	mona.Approve(apptest.Member)
	if page := mona.Get("/login"); page.Status != 503 || page.Header.Get("Retry-After") == "" || !page.HasText("could not say") {
		t.Errorf("while GitHub is down: %s", page)
	}
	if page := mona.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
		t.Errorf("there is a session: %s", page)
	}
	all = entries(t, admin, url.Values{"actor": {apptest.Member}})
	if len(all) != 1 || all[0].Action != "login" || all[0].Outcome != "denied" || all[0].Code != string(fault.CodeAccessUnknown) {
		t.Errorf("of whom GitHub could not say it, the ledger has %+v", all)
	}
}

// TestClosedOrganization: an organization that does not say who its members are
// lets nobody in, and the page leads to what opens it.
func TestClosedOrganization(t *testing.T) {
	t.Parallel()
	p, _ := startGated(t, map[string]string{"ALLOWED_ORGS": apptest.Org})
	admin := p.SignIn(t, apptest.Owner)
	p.GitHub.SetOrg(apptest.Org, func(o *ghfake.Org) { o.SAML = true })
	mona := p.Browser(t)
	mona.Approve(apptest.Member)
	page := mona.Get("/login")
	if page.Status != 403 || page.Doc.Find("main a[href*='/orgs/acme/sso']").Length() == 0 {
		t.Errorf("%s", page)
	}
	if page := mona.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
		t.Errorf("there is a session: %s", page)
	}
	p.GitHub.SetOrg(apptest.Org, func(o *ghfake.Org) { o.SAML = false })
	all := entries(t, admin, url.Values{"actor": {apptest.Member}})
	if len(all) != 0 { // logins are nobody's but one's own, and the admins' of the portal
		t.Errorf("the ledger shows %+v", all)
	}
	mona.SignIn(apptest.Member)
	all = entries(t, mona, url.Values{"outcome": {"denied"}})
	if len(all) != 1 || all[0].Code != string(fault.CodeNotAllowed) || !strings.Contains(all[0].Message, "SAML") {
		t.Errorf("the ledger has %+v", all)
	}
	if page := mona.Get("/ledger/" + all[0].ID); !page.HasText("active members of certain organizations") {
		t.Errorf("the entry: %s", page)
	}
}

// TestThrownOut: who leaves the organizations is signed out within ten minutes.
func TestThrownOut(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*apptest.Browser) *apptest.Page{
		"page": func(b *apptest.Browser) *apptest.Page { return b.Send("GET", app, nil, nil) },
		"home": func(b *apptest.Browser) *apptest.Page { return b.Send("GET", "/", nil, nil) },
		"JSON": func(b *apptest.Browser) *apptest.Page { return b.Send("GET", app+"?format=json", nil, nil) },
		"form": func(b *apptest.Browser) *apptest.Page { return b.Send("POST", changeables[0], nil, nil) },
		"htmx": func(b *apptest.Browser) *apptest.Page { return b.HTMX("POST", changeables[0], nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, clock := startGated(t, nil)
			b, admin := p.SignIn(t, apptest.Member, allScopes...), p.SignIn(t, apptest.Owner)
			p.GitHub.RemoveMember(apptest.Org, apptest.Member)
			clock.Advance(9 * time.Minute)
			if page := b.Send("GET", "/settings", nil, nil); page.Status != 200 {
				t.Errorf("too early: %s", page)
			}
			clock.Advance(time.Minute)
			p.GitHub.ResetRequests()
			page := ask(b)
			if page.Status != 403 || !page.HasText("active members of certain organizations") {
				t.Errorf("not thrown out: %s", page)
			}
			if sent := changes(p.GitHub.Requests()); len(sent) != 1 || !strings.Contains(sent[0], "/token") {
				t.Errorf("GitHub was asked %v, want the token to be revoked", sent)
			}
			if page := b.Send("GET", "/settings", nil, nil); page.Status != http.StatusSeeOther {
				t.Errorf("the session goes on: %s", page)
			}
			all := entries(t, admin, url.Values{"actor": {apptest.Member}, "outcome": {"denied"}})
			if len(all) != 1 || all[0].Action != "login" {
				t.Errorf("the ledger has %+v", all)
			}
		})
	}
}

// TestLogoutWhileUnknown: the way out is open whatever GitHub says.
func TestLogoutWhileUnknown(t *testing.T) {
	t.Parallel()
	p, clock := startGated(t, nil)
	b := p.SignIn(t, apptest.Owner)
	membershipsFail(p)
	clock.Advance(2 * time.Hour)
	if page := b.Send("GET", "/settings", nil, nil); page.Status != 503 {
		t.Errorf("after two hours: %s", page)
	}
	if page := b.PostForm("/logout", nil); page.Status != 200 || !page.HasText("signed out") {
		t.Errorf("%s", page)
	}
}

// TestWholeLedger: admins of the portal read what everybody did; without teams
// nobody is one.
func TestWholeLedger(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config map[string]string
		whole  bool
	}{
		"a team":             {map[string]string{"ADMIN_TEAMS": "acme/package-admins"}, true},
		"a read-only portal": {map[string]string{"ADMIN_TEAMS": "acme/package-admins", "READ_ONLY": "true"}, true},
		"no team":            {map[string]string{"ALLOWED_ORGS": "acme"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := startGated(t, tt.config)
			oscars := p.SignIn(t, oscar, allScopes...)
			oscars.Send("POST", "/users/oscar/packages/npm/none/-/versions/1/delete?format=json", nil, nil)
			own := entries(t, oscars, url.Values{"action": {"delete"}})
			if len(own) != 1 {
				t.Fatalf("oscar reads %+v", own)
			}
			for login, whole := range map[string]bool{apptest.Member: tt.whole, maria: false} {
				b := p.SignIn(t, login)
				all := entries(t, b, url.Values{"actor": {oscar}})
				one := b.Send("GET", "/ledger/"+own[0].ID, nil, nil).Status == 200
				if (len(all) == 2) != whole || one != whole {
					t.Errorf("%s reads %+v, and the entry: %t", login, all, one)
				}
			}
		})
	}
}
