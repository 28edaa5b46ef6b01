package app_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// person is somebody of the matrix. Everybody was an admin once, and has begun
// operations then; what they are comes after.
type person struct {
	name, login string
	role        ghpkg.Role // in acme; empty: not a member
	team        bool       // in acme/package-admins
	readOnly    bool       // the portal
}

func people() []person {
	return []person{
		{name: "signed out"},
		{name: "not in the org", login: apptest.Stranger},
		{name: "viewer", login: maria, role: ghpkg.RoleMember},
		{name: "no GitHub rights", login: apptest.Member, role: ghpkg.RoleMember, team: true},
		{name: "outside the team", login: oscar, role: ghpkg.RoleAdmin},
		{name: "admin", login: apptest.Owner, role: ghpkg.RoleAdmin, team: true},
		{name: "read-only mode", login: apptest.Owner, role: ghpkg.RoleAdmin, team: true, readOnly: true},
	}
}

// stage is a portal that one person looks at.
type stage struct {
	t       *testing.T
	who     person
	p       *apptest.Portal
	clock   *apptest.Clock
	b       *apptest.Browser
	replace map[string]string // what stands for {words} in addresses
	over    bool              // the session has ended
	seq     int               // of the last version that is in an operation
}

// newStage starts the portal with what the person left behind when they were an
// admin, and makes them what they are.
func newStage(t *testing.T, who person) *stage {
	t.Helper()
	s := &stage{t: t, who: who, clock: apptest.NewClock(time.Now()), replace: map[string]string{}}
	s.p = apptest.Start(t, apptest.Options{Clock: s.clock, Seed: seedMatrix, Config: map[string]string{
		"ALLOWED_ORGS": apptest.Org, "ADMIN_TEAMS": "acme/package-admins",
	}})
	then := who.login
	if then == "" {
		then = apptest.Owner
	}
	for _, login := range []string{apptest.Owner, then} {
		s.p.GitHub.AddMember(apptest.Org, login, ghpkg.RoleAdmin)
		s.p.GitHub.AddTeamMember(apptest.Org, "package-admins", login, "member")
	}
	owner := s.p.SignIn(t, apptest.Owner)
	s.replace["entry"] = entries(t, owner, nil)[0].ID
	owner.SignIn(apptest.Owner, allScopes...)
	s.b = s.p.SignIn(t, then, allScopes...)
	own := who.team && !who.readOnly // who may not change anything leaves it to be asked for again
	s.each("olivias", own && then == apptest.Owner, func() string { return owner.Freeze("delete", s.two()...).ID })
	s.each("hers", then == apptest.Owner, func() string { return s.keep(owner) })
	s.each("kept", true, func() string { return s.keep(s.b) })
	for _, word := range []string{"destination", "unwanted"} {
		s.each(word, who.team && word == "unwanted", func() string {
			var added struct{ ID string }
			owner.PostJSON("/settings/notices", destinationForm(), 200, &added)
			return added.ID
		})
	}
	s.operate(own)
	if who.readOnly {
		s.p.Stop()
		s.p = apptest.Start(t, apptest.Options{Beside: s.p, Config: map[string]string{"READ_ONLY": "true"}})
		s.b = s.b.At(s.p)
	}
	s.demote()
	if who.login == "" {
		s.b = s.p.Browser(t)
	}
	return s
}

// keep returns the id of a view that it saves, to be forgotten.
func (s *stage) keep(b *apptest.Browser) string {
	s.t.Helper()
	s.seq++
	name := fmt.Sprintf("view-%d", s.seq)
	page := b.PostForm("/settings/views", url.Values{"name": {name}, "path": {"/orgs/acme/packages?q=" + name}})
	forget := page.Doc.Find("form[action^='/settings/views/']").FilterFunction(func(_ int, f *goquery.Selection) bool {
		return f.Closest("li").Find("a[href$='"+name+"']").Length() > 0
	})
	id := strings.Split(forget.AttrOr("action", "////"), "/")[3]
	if id == "" {
		s.t.Fatalf("no view was saved: %s", page)
	}
	return id
}

// two are the paths of two versions that are in no operation yet.
func (s *stage) two() []string {
	s.seq += 2
	path := func(n int) string { return fmt.Sprintf("%s/-/versions/%d", bulk, apptest.VersionOf(bulkID, n)) }
	return []string{path(s.seq - 1), path(s.seq)}
}

// each fills in word for all ways of asking. Where own is true, POST, htmx and
// JSON get one each, for the one before has changed its own.
func (s *stage) each(word string, own bool, one func() string) {
	shared := one()
	for n, w := range waysToAsk() {
		id := shared
		if own && (w.name == "htmx" || w.name == "JSON") {
			id = one()
		}
		s.replace[fmt.Sprint(word, n)] = id
	}
}

// operate begins operations: drafts, paused and stopped ones, and one that is done.
func (s *stage) operate(own bool) {
	s.t.Helper()
	done := s.b.Freeze("delete", s.two()...)
	s.b.Start(done, "clean-up")
	s.b.Await(done.ID, "done")
	held := make(chan struct{})
	s.p.GitHub.Inject(ghfake.Fault{Method: "DELETE", PathPattern: "/bulk/versions/", Times: -1, Until: held})
	var paused, stopped []string
	for _, verb := range matrixVerbs() {
		s.each(verb, own, func() string {
			if verb == "undo" {
				return done.ID
			}
			op := s.b.Freeze("delete", s.two()...)
			if verb == "pause" || verb == "resume" || verb == "stop" || verb == "retry" || verb == "continue" {
				s.b.Start(op, "clean-up")
				s.b.Steer(op.ID, "pause")
				paused = append(paused, op.ID)
			}
			if verb == "continue" {
				stopped = append(stopped, op.ID)
			}
			return op.ID
		})
	}
	close(held)
	s.p.GitHub.ClearFaults()
	for _, id := range paused {
		s.b.AwaitOperation(id, func(o apptest.Operation) bool { return o.State == "paused" && o.Counts["running"] == 0 })
	}
	for _, id := range stopped {
		s.b.Steer(id, "stop")
	}
}

// demote makes the person what they are, of which the portal hears in ten
// minutes at the latest.
func (s *stage) demote() {
	if s.who.login == "" {
		return
	}
	s.p.GitHub.AddMember(apptest.Org, s.who.login, s.who.role)
	if s.who.role == "" {
		s.p.GitHub.RemoveMember(apptest.Org, s.who.login)
	}
	if !s.who.team {
		s.p.GitHub.RemoveTeamMember(apptest.Org, "package-admins", s.who.login)
	}
	s.clock.Advance(10 * time.Minute)
}

// ready sees to it that the person has a session: who is thrown out of the
// portal had to be let in first.
func (s *stage) ready() {
	s.t.Helper()
	if s.who.login == "" || !s.over {
		return
	}
	if s.who.role == "" {
		s.p.GitHub.AddMember(apptest.Org, s.who.login, ghpkg.RoleMember)
	}
	s.b.Approve(s.who.login)
	if page := s.b.Get("/login?return_to=/healthz"); page.Body != "ok\n" {
		s.t.Fatalf("%s could not sign in: %s", s.who.login, page)
	}
	s.over = false
	if s.who.role == "" {
		s.demote()
	}
}

// fill returns text with what stands for its {words}.
func (s *stage) fill(text string, way int) string {
	pairs := []string{"{n}", fmt.Sprint(way), "{entry}", s.replace["entry"]}
	for word, v := range map[string]int64{
		"live": apptest.VersionOf(thinID+int64(way), 1), "dead": apptest.VersionOf(thinID+int64(way), 3),
		"own-live": apptest.VersionOf(ownThinID+int64(way), 1), "own-dead": apptest.VersionOf(ownThinID+int64(way), 3),
	} {
		pairs = append(pairs, "{"+word+"}", fmt.Sprint(v))
	}
	for _, word := range append(matrixVerbs(), "olivias", "kept", "hers", "destination", "unwanted") {
		pairs = append(pairs, "{"+word+"}", s.replace[fmt.Sprint(word, way)])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
