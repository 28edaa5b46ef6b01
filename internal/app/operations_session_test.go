package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// manyVersions is the table of team/many's versions whose tags begin with "old".
const manyVersions = "/orgs/acme/packages/container/team/many?q=old"

// onBothEngines runs test on either database.
func onBothEngines(t *testing.T, test func(*testing.T, apptest.Options)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, apptest.Options{})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, apptest.Options{DatabaseURL: apptest.Postgres(t)})
	})
}

// leaving is a portal in which olivia has begun to delete sixteen versions,
// the first of which is held at GitHub until let is called.
type leaving struct {
	*apptest.Portal
	t      *testing.T
	desk   *apptest.Browser // began it
	op     apptest.Operation
	tokens []string // desk's
	let    func()
}

func leave(t *testing.T, o apptest.Options) *leaving {
	t.Helper()
	watch := &spy{RoundTripper: &http.Transport{}}
	o.Transport, o.Seed = watch, apptest.Versions(20)
	l := &leaving{Portal: apptest.Start(t, o), t: t}
	l.desk = l.SignIn(t, apptest.Owner, allScopes...)
	l.op = l.desk.FreezeAll("delete", manyVersions)
	watch.mu.Lock()
	l.tokens = slices.DeleteFunc(slices.Clone(watch.secrets), func(s string) bool { return !strings.HasPrefix(s, "gho_") })
	watch.mu.Unlock()
	held := make(chan struct{})
	l.let = func() { close(held) }
	l.GitHub.ResetRequests()
	l.GitHub.Inject(ghfake.Fault{Method: "DELETE", PathPattern: "/versions/", Until: held})
	l.desk.Start(l.op, "not used any more")
	l.until("the first item is on its way", func() bool { return l.desk.Operation(l.op.ID).Counts["running"] == 1 })
	if l.op.Sum() != 16 || !l.alive() {
		t.Fatalf("%d items, and desk's token is alive: %t", l.op.Sum(), l.alive())
	}
	return l
}

// alive reports whether GitHub takes one of desk's tokens.
func (l *leaving) alive() bool { return slices.ContainsFunc(l.tokens, l.GitHub.TokenAlive) }

// until waits for what happens beside the requests.
func (l *leaving) until(what string, so func() bool) {
	l.t.Helper()
	if !apptest.Eventually(so) {
		l.t.Fatalf("never: %s", what)
	}
}

// finished looks at the operation from another browser until it is over, and
// checks that all of it was done, and nothing twice.
func (l *leaving) finished(b *apptest.Browser) {
	l.t.Helper()
	if o := b.Await(l.op.ID, "done", "stopped", "paused"); o.State != "done" || o.Counts["done"] != 16 {
		l.t.Errorf("the operation is %s (%s): %v", o.State, o.Code, o.Counts)
	}
	confirmed := map[string]int{}
	for _, r := range l.GitHub.Requests() {
		if r.Method == http.MethodDelete && r.Status == http.StatusNoContent && strings.Contains(r.String(), "/versions/") {
			confirmed[r.String()]++
		}
	}
	for request, n := range confirmed {
		if n != 1 {
			l.t.Errorf("%s was confirmed %d times", request, n)
		}
	}
	done := entries(l.t, b, url.Values{"action": {"delete"}, "outcome": {"done"}, "per_page": {"100"}})
	for _, e := range done {
		if e.Reason != "not used any more" || e.Actor.Login != apptest.Owner {
			l.t.Errorf("the ledger says %+v", e)
		}
	}
	if len(confirmed) != 16 || len(done) != 16 {
		l.t.Errorf("GitHub confirmed %d deletions, and the ledger has %d, want 16", len(confirmed), len(done))
	}
}

// signedIn reports whether the browser opens pages that need a session.
func signedIn(b *apptest.Browser) bool {
	return b.Send("GET", "/settings", nil, nil).Status == http.StatusOK
}

// TestSigningOutDoesNotStopAnOperation: the cookie is dead at once, the token
// only after the last item.
func TestSigningOutDoesNotStopAnOperation(t *testing.T) {
	onBothEngines(t, func(t *testing.T, o apptest.Options) {
		l := leave(t, o)
		cookies := l.desk.Cookies()
		l.desk.PostForm("/logout", nil)
		for _, c := range cookies { // somebody has kept it
			page := l.desk.Send("GET", "/settings", nil, http.Header{"Cookie": {c.String()}})
			if page.Status == http.StatusOK {
				t.Errorf("the cookie %s still opens: %s", c.Name, page)
			}
		}
		if !l.alive() {
			t.Error("the token was revoked under the operation")
		}
		elsewhere := l.SignIn(t, apptest.Owner)
		if page := elsewhere.Get("/settings"); !page.HasText("Signed out") {
			t.Errorf("the settings do not tell that a session is kept: %s", page)
		}
		l.let()
		l.finished(elsewhere)
		l.until("the token is revoked after the operation", func() bool { return !l.alive() })
		if page := elsewhere.Get("/settings"); page.HasText("Signed out") {
			t.Errorf("the settings still tell of the session: %s", page)
		}
		if !signedIn(elsewhere) {
			t.Error("the other browser was signed out, too")
		}
	})
}

// TestAnExpiredSessionDoesNotStopAnOperation: who starts a long one in the
// evening is not at the desk at its end.
func TestAnExpiredSessionDoesNotStopAnOperation(t *testing.T) {
	onBothEngines(t, func(t *testing.T, o apptest.Options) {
		clock := apptest.NewClock(time.Now())
		o.Clock = clock
		l := leave(t, o)
		clock.Advance(auth.IdleLifetime)
		if signedIn(l.desk) {
			t.Error("the session has not expired")
		}
		elsewhere := l.SignIn(t, apptest.Owner)
		l.let()
		l.finished(elsewhere)
		l.until("the token is revoked after the operation", func() bool { return !l.alive() })
	})
}

// TestSigningOutEverywhereStopsAnOperation at once: it is for when somebody
// else may be at work. The person can go on with it from a new session.
func TestSigningOutEverywhereStopsAnOperation(t *testing.T) {
	onBothEngines(t, func(t *testing.T, o apptest.Options) {
		l := leave(t, o)
		l.desk.Send("POST", "/settings/sessions/revoke", url.Values{"all": {"1"}}, nil)
		if l.alive() {
			t.Error("the token is alive after signing out everywhere")
		}
		l.let()
		b := l.SignIn(t, apptest.Owner, allScopes...)
		paused := b.Await(l.op.ID, "paused", "done")
		if paused.State != "paused" || paused.Code == "" || paused.Counts["running"] != 0 || paused.Counts["pending"] == 0 {
			t.Fatalf("the operation is %s (%q): %v", paused.State, paused.Code, paused.Counts)
		}
		b.Steer(l.op.ID, "resume")
		l.finished(b)
	})
}

// TestAnOperationOutlivesItsProcess: what is on its way is finished and written
// down before the program ends, and the next one goes on by itself.
func TestAnOperationOutlivesItsProcess(t *testing.T) {
	onBothEngines(t, func(t *testing.T, o apptest.Options) {
		l := leave(t, o)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			l.Stop()
		}()
		l.let()
		<-stopped
		sent := changes(l.GitHub.Requests())
		next := apptest.Start(t, apptest.Options{Beside: l.Portal})
		desk := l.desk.At(next)
		if got := desk.Operation(l.op.ID); got.Counts["done"] < len(sent) {
			t.Errorf("%d deletions were sent, but %d are written down", len(sent), got.Counts["done"])
		}
		if len(sent) == 16 {
			t.Error("all was done before the program ended: this shows nothing")
		}
		l.finished(desk)
	})
}

// TestAnotherReplicaGoesOn when the one that works is told to end.
func TestAnotherReplicaGoesOn(t *testing.T) {
	t.Parallel()
	l := leave(t, apptest.Options{DatabaseURL: apptest.Postgres(t)})
	other := apptest.Start(t, apptest.Options{Beside: l.Portal})
	desk := l.desk.At(other)
	if o := desk.Operation(l.op.ID); o.State != "running" || o.Counts["running"] != 1 {
		t.Errorf("the other replica shows it %s: %v", o.State, o.Counts)
	}
	go l.let()
	l.Stop()
	l.finished(desk)
}

// TestThePortalsOwnRulesPauseAnOperation: what may not be done by a button may
// not be done by an operation that was started before either.
func TestThePortalsOwnRulesPauseAnOperation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, code string
		config     map[string]string
	}{
		{"read-only", "read_only", map[string]string{"READ_ONLY": "true"}},
		{"teams", "not_admin", map[string]string{"ADMIN_TEAMS": "acme/others"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := leave(t, apptest.Options{})
			go l.let()
			l.Stop()
			sent := len(changes(l.GitHub.Requests()))
			strict := apptest.Start(t, apptest.Options{Beside: l.Portal, Config: tt.config})
			o := l.desk.At(strict).Await(l.op.ID, "paused", "done")
			if o.State != "paused" || o.Code != tt.code {
				t.Errorf("the operation is %s (%q): %v", o.State, o.Code, o.Counts)
			}
			if now := len(changes(l.GitHub.Requests())); now != sent {
				t.Errorf("%d changes more were sent", now-sent)
			}
			if page := l.desk.At(strict).Send("POST", "/operations/"+l.op.ID+"/resume", nil, nil); page.Status != http.StatusForbidden {
				t.Errorf("going on with it: %s", page)
			}
			strict.Stop()
			desk := l.desk.At(apptest.Start(t, apptest.Options{Beside: l.Portal}))
			desk.Steer(l.op.ID, "resume")
			l.finished(desk)
		})
	}
}
