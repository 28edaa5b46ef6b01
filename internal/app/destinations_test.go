package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// listener is a server that is told what happens in a portal.
type listener struct {
	*httptest.Server
	mu   sync.Mutex
	got  []toldOf
	deaf bool
}

type toldOf struct {
	event, delivery, signature, body string
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		h := r.Header
		l.got = append(l.got, toldOf{h.Get("X-Stockroom-Event"), h.Get("X-Stockroom-Delivery"), h.Get("X-Hub-Signature-256"), string(body)})
		if l.deaf {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) hears(yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaf = !yes
}

// first waits for the first notice of an event.
func (l *listener) first(t *testing.T, event string) toldOf {
	t.Helper()
	var found toldOf
	if !apptest.Eventually(func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, one := range l.got {
			if one.event == event {
				found = one
				return true
			}
		}
		return false
	}) {
		t.Fatalf("nothing was told of %s", event)
	}
	return found
}

// where is the form that adds a destination, filled in.
func (l *listener) where() url.Values {
	return url.Values{
		"kind": {"webhook"}, "url": {l.URL + "/hooks/hush-hush"}, "name": {"the archive"}, "owners": {"acme, octo"},
		"event": {"deleted", "operation_finished"},
	}
}

// destinations is what the page says to programs.
type destinations struct {
	Items []struct {
		ID, Name   string
		Paused     bool
		Deliveries []struct {
			ID, Event, State, Answer string
			Status                   int
		}
	}
}

// destinationVerbs are what can be done with a destination.
func destinationVerbs() []string {
	return []string{"test", "pause", "resume", "language", "remove", "resend"}
}

// TestNoticesAreForAdmins of the portal alone: where no teams are named, for nobody.
func TestNoticesAreForAdmins(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	p, _ := startGated(t, nil)
	open, _ := startGated(t, map[string]string{"ALLOWED_ORGS": "acme"})
	for _, tt := range []struct {
		name, login string
		portal      *apptest.Portal
		code        fault.Code
	}{
		{"an owner outside the team", oscar, p, fault.CodeNotAdmin},
		{"a member outside the team", maria, p, fault.CodeNotAdmin},
		{"an owner where there are no teams", apptest.Owner, open, fault.CodeNoTeams},
	} {
		b := tt.portal.SignIn(t, tt.login, allScopes...)
		routes := []string{"GET " + link.Notices, "POST " + link.Notices}
		for _, verb := range destinationVerbs() {
			routes = append(routes, "POST "+link.Destination("x", verb))
		}
		for _, route := range routes {
			method, path, _ := strings.Cut(route, " ")
			page := b.Send(method, apptest.WithFormat(path, "json"), to.where(), nil)
			if page.Status != http.StatusForbidden || !strings.Contains(page.Body, string(tt.code)) {
				t.Errorf("%s, %s %s: %s", tt.name, method, path, page)
			}
		}
		if page := b.Get(link.Settings); strings.Contains(page.Body, link.Notices) {
			t.Errorf("%s is led there", tt.name)
		}
	}
	admin := p.SignIn(t, apptest.Owner, allScopes...)
	if page := admin.Get(link.Notices); page.Status != 200 {
		t.Errorf("an admin: %s", page)
	}
	if page := admin.Get(link.Settings); !strings.Contains(page.Body, link.Notices) {
		t.Error("an admin is not led there")
	}
	for _, verb := range destinationVerbs() {
		if page := admin.Send("POST", apptest.WithFormat(link.Destination("x", verb), "json"), url.Values{"language": {"ko"}}, nil); page.Status != http.StatusNotFound {
			t.Errorf("%s of what is not there: %s", verb, page)
		}
	}
}

// TestADeletionIsTold: from the form to the receiver, with a secret that is
// shown once.
func TestADeletionIsTold(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	b := p.SignIn(t, apptest.Owner, allScopes...)
	page := b.Send("POST", link.Notices, to.where(), nil)
	secret := page.Within("pre code")
	if page.Status != 200 || len(secret) < 20 {
		t.Fatalf("the secret is %q: %s", secret, page)
	}
	b.PostJSON("/orgs/acme/packages/nuget/Acme.Core/-/delete", url.Values{"confirm": {"Acme.Core"}, "reason": {"superseded"}}, 200, nil)
	one := to.first(t, "deleted")
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(one.body))
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); one.signature != want {
		t.Errorf("signed %s, want %s", one.signature, want)
	}
	var body struct {
		Event, Delivery, Reason, Ledger string
		Actor                           struct{ Login string }
		Target                          struct{ URL, Name string }
	}
	if err := json.Unmarshal([]byte(one.body), &body); err != nil {
		t.Fatal(err)
	}
	if body.Actor.Login != apptest.Owner || body.Target.Name != "Acme.Core" || body.Reason != "superseded" || body.Delivery != one.delivery {
		t.Errorf("told: %s", one.body)
	}
	if entry := b.Get(strings.TrimPrefix(body.Ledger, p.URL)); entry.Status != 200 || !entry.HasText("superseded") {
		t.Errorf("%s leads to %s", body.Ledger, entry)
	}

	draft := b.Freeze("delete", app+"/-/versions/101", app+"/-/versions/102")
	b.Start(draft, "old")
	b.Await(draft.ID, "done")
	if told := to.first(t, "operation_finished"); !strings.Contains(told.body, draft.ID) || strings.Contains(told.body, "left-pad") {
		t.Errorf("told of the operation: %s", told.body)
	}
	page = b.Get(link.Notices)
	if !page.HasText("the archive") || !page.HasText("Delivered") {
		t.Errorf("the page does not show it: %s", page)
	}
	for where, text := range map[string]string{"the page": page.Body, "the JSON": b.Get(apptest.WithFormat(link.Notices, "json")).Body, "the log": p.Log.String()} {
		for _, hidden := range []string{secret, "hush-hush"} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s tells %q", where, hidden)
			}
		}
	}
}

// TestADestinationIsSteered: tried, paused, and removed, by plain forms.
func TestADestinationIsSteered(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	b := p.SignIn(t, apptest.Owner, allScopes...)
	b.PostJSON(link.Notices, to.where(), 200, nil)
	state := func() destinations {
		var all destinations
		b.JSON(link.Notices, 200, &all)
		return all
	}
	press := func(button, see string) {
		t.Helper()
		page := b.Submit(b.Get(link.Notices), button, nil)
		if page.Status != 200 || !page.HasText(see) {
			t.Errorf("after %q: %s", button, page)
		}
	}
	press("Send a test the archive", "The test arrived.")
	if !strings.Contains(to.first(t, "ping").body, `"event":"ping"`) {
		t.Error("no test arrived")
	}
	to.hears(false)
	press("Send a test the archive", "The test did not arrive.")
	if d := state().Items[0].Deliveries[0]; d.Status != 503 || d.State != "dead" {
		t.Errorf("shown: %+v", d)
	}
	press("Pause the archive", "Paused")
	press("Resume the archive", "Saved.")
	press("Remove the archive", "Saved.")
	if all := state(); len(all.Items) != 0 {
		t.Errorf("left: %+v", all)
	}
	refused := to.where()
	refused.Set("url", "http://169.254.169.254/latest/meta-data")
	if page := b.Send("POST", link.Notices, refused, nil); page.Status != http.StatusBadRequest {
		t.Errorf("an inner address: %s", page)
	}
}

// TestNoticesGoOnAfterARestart: what did not arrive is sent by the next process.
func TestNoticesGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	clock := apptest.NewClock(time.Now())
	p := apptest.Start(t, apptest.Options{Clock: clock, Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	b := p.SignIn(t, apptest.Owner, allScopes...)
	b.PostJSON(link.Notices, to.where(), 200, nil)
	to.hears(false)
	b.PostJSON("/orgs/acme/packages/nuget/Acme.Core/-/delete", url.Values{"confirm": {"Acme.Core"}}, 200, nil)
	first := to.first(t, "deleted")
	p.Stop()
	to.hears(true)
	to.mu.Lock()
	to.got = nil
	to.mu.Unlock()
	clock.Advance(time.Minute)
	apptest.Start(t, apptest.Options{Beside: p})
	if again := to.first(t, "deleted"); again.delivery != first.delivery || again.body != first.body {
		t.Errorf("first %+v, then %+v", first, again)
	}
}
