package access_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/access"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// github says what the test put in: true for a member, or an error.
type github struct {
	mu    sync.Mutex
	is    map[string]any // "acme" or "acme/admins"
	asked int
}

func (g *github) set(name string, answer any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.is[name] = answer
}

func (g *github) ask(name string) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	if err, ok := g.is[name].(error); ok {
		return false, err
	}
	return g.is[name] == true, nil
}

// questions returns how many questions there were since the last call.
func (g *github) questions() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.asked
	g.asked = 0
	return n
}

func (g *github) OrgMembership(_ context.Context, org string) (bool, error) { return g.ask(org) }

func (g *github) TeamMembership(_ context.Context, org, slug, login string) (bool, error) {
	if login != "mona" {
		return false, fmt.Errorf("asked for %q", login)
	}
	return g.ask(org + "/" + slug)
}

// portal is an Access with a GitHub and a clock.
type portal struct {
	*access.Access
	github *github
	passed atomic.Int64
}

func newPortal(orgs []string, teams ...access.Team) *portal {
	p := &portal{github: &github{is: map[string]any{}}}
	began := time.Now()
	p.Access = access.New(access.Options{
		Orgs: orgs, Teams: teams, Log: slog.New(slog.DiscardHandler),
		GitHub: func(*auth.Session) access.GitHub { return p.github },
		Now:    func() time.Time { return began.Add(time.Duration(p.passed.Load())) },
	})
	return p
}

func (p *portal) wait(d time.Duration) { p.passed.Add(int64(d)) }

func mona(id string) *auth.Session {
	return &auth.Session{ID: id, Viewer: ghpkg.Viewer{ID: 1, Login: "mona"}, Token: "token"}
}

func down() error {
	return &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Said: "unicorn"}
}

// check fails the test unless the session is answered so; an empty code: let in.
func (p *portal) check(t *testing.T, when string, code fault.Code, want access.Rights) access.Rights {
	t.Helper()
	got, err := p.Check(t.Context(), mona("s"))
	if code == "" && err != nil || code != "" && fault.CodeOf(err) != code {
		t.Errorf("%s: the error is %v, want %q", when, err, code)
	}
	if got.Admin != want.Admin || got.Change != want.Change {
		t.Errorf("%s: %+v, want %+v", when, got, want)
	}
	if err == nil && got.Change == (got.Why != nil) {
		t.Errorf("%s: may change is %t, because of %v", when, got.Change, got.Why)
	}
	return got
}

var (
	admins = access.Team{Org: "acme", Slug: "admins"}
	ops    = access.Team{Org: "acme", Slug: "ops"}
	all    = access.Rights{Change: true}
	admin  = access.Rights{Admin: true, Change: true}
	look   = access.Rights{}
)

func TestWithoutRules(t *testing.T) {
	t.Parallel()
	p := newPortal(nil)
	p.check(t, "no rules", "", all)
	if n := p.github.questions(); n != 0 {
		t.Errorf("GitHub was asked %d times", n)
	}
}

// TestAnswers: of several organizations and teams one is enough, and what is
// not a yes is a no.
func TestAnswers(t *testing.T) {
	t.Parallel()
	fail := func(kind fault.Kind, code fault.Code) error { return &fault.Error{Kind: kind, Code: code} }
	sso, revoked := fail(fault.SSORequired, fault.CodeSSO), fail(fault.SignedOut, fault.CodeTokenRevoked)
	for _, tt := range []struct {
		name    string
		is      map[string]any
		code    fault.Code
		refused bool
		want    access.Rights
		why     fault.Code
	}{
		{"a stranger", nil, fault.CodeNotAllowed, true, look, ""},
		{"in the teams only", map[string]any{"acme/admins": true}, fault.CodeNotAllowed, true, look, ""},
		{"a member", map[string]any{"octo": true}, "", false, look, fault.CodeNotAdmin},
		{"an admin", map[string]any{"acme": true, "acme/ops": true}, "", false, admin, ""},
		{"one does not answer", map[string]any{"acme": down(), "octo": true, "acme/admins": down(), "acme/ops": true}, "", false, admin, ""},
		{"a team does not answer", map[string]any{"acme": true, "acme/admins": down()}, "", false, look, fault.CodeAdminUnknown},
		{"a team is closed", map[string]any{"acme": true, "acme/admins": sso}, "", false, look, fault.CodeAdminUnknown},
		{"the only one does not answer", map[string]any{"acme": down()}, fault.CodeAccessUnknown, false, look, ""},
		{"it takes too long", map[string]any{"acme": fail(fault.Timeout, fault.CodeTimeout)}, fault.CodeAccessUnknown, false, look, ""},
		{"a limit", map[string]any{"acme": fail(fault.RateLimited, fault.CodeRateLimited)}, fault.CodeAccessUnknown, false, look, ""},
		{"an error that nobody classified", map[string]any{"acme": fmt.Errorf("?")}, fault.CodeAccessUnknown, false, look, ""},
		{"a closed organization", map[string]any{"acme": sso}, fault.CodeSSO, true, look, ""},
		{"closed, and another does not answer", map[string]any{"acme": sso, "octo": down()}, fault.CodeAccessUnknown, false, look, ""},
		{"a plain 403", map[string]any{"acme": fail(fault.Forbidden, fault.CodeForbidden)}, fault.CodeNotAllowed, true, look, ""},
		{"a dead token", map[string]any{"acme": revoked}, fault.CodeTokenRevoked, false, look, ""},
		{"a token that dies in between", map[string]any{"acme": true, "acme/ops": revoked}, fault.CodeTokenRevoked, false, look, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPortal([]string{"acme", "octo"}, admins, ops)
			for name, answer := range tt.is {
				p.github.set(name, answer)
			}
			got := p.check(t, "first", tt.code, tt.want)
			if tt.why != "" && (got.Why == nil || got.Why.Code != tt.why || got.Why.Args["Value"] != "acme/admins, acme/ops") {
				t.Errorf("because of %v, want %q", got.Why, tt.why)
			}
			if err := p.Admit(t.Context(), mona("another")); access.Refused(err) != tt.refused || (err == nil) != (tt.code == "") {
				t.Errorf("at the sign-in: %v", err)
			}
		})
	}
}

// TestTheWayOutIsOffered: where GitHub says how to open what it keeps closed, so
// does the reason for which somebody may only look.
func TestTheWayOutIsOffered(t *testing.T) {
	t.Parallel()
	p := newPortal(nil, admins)
	fix := &fault.Fix{Kind: fault.FixAuthorizeSSO, URL: "https://github.example.com/orgs/acme/sso"}
	p.github.set("acme/admins", &fault.Error{Kind: fault.SSORequired, Code: fault.CodeSSO, Fix: fix})
	if got := p.check(t, "closed", "", look); got.Why.Fix != fix {
		t.Errorf("the way out is %+v, want %+v", got.Why.Fix, fix)
	}
}

// TestTenMinutes: an answer is believed for ten minutes, and each session has its own.
func TestTenMinutes(t *testing.T) {
	t.Parallel()
	p := newPortal([]string{"acme"}, admins)
	p.github.set("acme", true)
	p.github.set("acme/admins", true)
	p.check(t, "first", "", admin)
	p.github.set("acme/admins", false)
	p.wait(access.Fresh - time.Second)
	p.check(t, "just before", "", admin)
	if n := p.github.questions(); n != 2 {
		t.Errorf("%d questions, want 2", n)
	}
	if got, err := p.Check(t.Context(), mona("other")); err != nil || got.Change {
		t.Errorf("another session: %+v, %v", got, err)
	}
	p.wait(2 * time.Second)
	p.check(t, "out of the team", "", look)
	p.github.set("acme", false)
	p.github.questions()
	p.wait(access.Fresh)
	p.check(t, "out of the organization", fault.CodeNotAllowed, look)
	p.check(t, "and again", fault.CodeNotAllowed, look)
	if n := p.github.questions(); n != 2 {
		t.Errorf("a no was believed without asking: %d questions, want 2", n)
	}
}

// TestGitHubDown: who was let in may stay for an hour, and only look; nobody is
// let in anew; and GitHub is not asked for every request.
func TestGitHubDown(t *testing.T) {
	t.Parallel()
	p := newPortal([]string{"acme"}, admins)
	p.github.set("acme", true)
	p.github.set("acme/admins", true)
	p.check(t, "first", "", admin)
	p.github.set("acme", down())
	p.github.set("acme/admins", down())
	p.wait(access.Fresh)
	p.github.questions()
	got := p.check(t, "down", "", look)
	p.check(t, "down, a moment later", "", look)
	if n := p.github.questions(); n != 2 {
		t.Errorf("%d questions, want 2", n)
	}
	if got.Why.Code != fault.CodeAdminUnknown || got.Why.Said != "unicorn" || got.Why.Kind != fault.Forbidden {
		t.Errorf("why not: %+v", got.Why)
	}
	if _, err := p.Check(t.Context(), mona("new")); fault.CodeOf(err) != fault.CodeAccessUnknown || fault.KindOf(err) != fault.Upstream {
		t.Errorf("a new session: %v", err)
	}
	p.wait(access.Held - access.Fresh - time.Second)
	p.check(t, "nearly an hour", "", look)
	p.wait(time.Second)
	p.check(t, "an hour", fault.CodeAccessUnknown, look)
	p.github.set("acme", true)
	p.github.set("acme/admins", true)
	p.check(t, "up again", "", admin)
	p.github.set("acme", down())
	p.wait(access.Fresh)
	p.check(t, "only the team answers", "", look)
	p.github.set("acme", false)
	p.wait(time.Minute)
	p.check(t, "a no after no answer", fault.CodeNotAllowed, look)
	p.github.set("acme", down())
	p.check(t, "no answer after that no", fault.CodeAccessUnknown, look)
}

// TestTeamAnswersAgain: whoever may only look because the team did not answer
// is not kept waiting until the ten minutes are over.
func TestTeamAnswersAgain(t *testing.T) {
	t.Parallel()
	p := newPortal([]string{"acme"}, admins)
	p.github.set("acme", true)
	p.github.set("acme/admins", down())
	p.check(t, "the team does not answer", "", look)
	p.github.set("acme/admins", true)
	p.wait(time.Minute)
	p.check(t, "a minute later", "", admin)
}

// TestOnlyTheTeamAnswers: whoever may have left the organizations may only look,
// whatever their teams are, and is told that this is why.
func TestOnlyTheTeamAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		teams  []access.Team
		before access.Rights
		team   any
		why    fault.Code
	}{
		{"no teams", nil, all, nil, fault.CodeAccessUnknown},
		{"in the team", []access.Team{admins}, admin, true, fault.CodeAccessUnknown},
		{"out of the team", []access.Team{admins}, admin, false, fault.CodeNotAdmin},
		{"nothing answers", []access.Team{admins}, admin, down(), fault.CodeAdminUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPortal([]string{"acme", "octo"}, tt.teams...)
			p.github.set("acme", true)
			p.github.set("acme/admins", true)
			p.check(t, "first", "", tt.before)
			p.github.set("acme", down())
			p.github.set("acme/admins", tt.team)
			p.wait(access.Fresh)
			for _, when := range []string{"at once", "a moment later"} {
				got := p.check(t, when, "", look)
				if got.Why == nil || got.Why.Code != tt.why {
					t.Errorf("%s: because of %v, want %s", when, got.Why, tt.why)
				}
				if tt.why == fault.CodeAccessUnknown && (got.Why.Args["Value"] != "acme, octo" || got.Why.Said != "unicorn" || got.Why.RetryAfter <= 0) {
					t.Errorf("%s: because of %+v", when, got.Why)
				}
			}
			p.github.set("acme", true)
			p.github.set("acme/admins", true)
			p.wait(time.Minute)
			p.check(t, "up again", "", tt.before)
		})
	}
}

// TestManySessions: what is remembered is bounded, and forgetting lets nobody in.
func TestManySessions(t *testing.T) {
	t.Parallel()
	p := newPortal([]string{"acme"})
	p.github.set("acme", true)
	for i := range 10_001 {
		if _, err := p.Check(t.Context(), mona(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	p.github.set("acme", false)
	if _, err := p.Check(t.Context(), mona("0")); !access.Refused(err) {
		t.Errorf("a forgotten session: %v", err)
	}
	if _, err := p.Check(t.Context(), mona("10000")); err != nil {
		t.Errorf("the last session: %v", err)
	}
}

// TestTogether: the requests of one page ask once, and one that is cancelled
// does not fail the others.
func TestTogether(t *testing.T) {
	t.Parallel()
	p := newPortal([]string{"acme"})
	p.github.set("acme", true)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := p.Check(cancelled, mona("s")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := p.github.questions(); n != 1 {
		t.Errorf("%d questions, want 1", n)
	}
}
