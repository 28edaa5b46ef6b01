package main

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
)

// noticeTakes is how long one waits for a notice whose sender was killed: as
// long as it was the sender's, and until somebody looks again, on a slow machine.
const noticeTakes = 2 * time.Minute

// TestNoticesOutliveKills: what a program was sending when it was killed arrives
// all the same, as the same delivery; and what never arrived is there to be seen,
// and to be sent again.
func TestNoticesOutliveKills(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Parallel()
	t.Run("sqlite, by the next process", func(t *testing.T) {
		t.Parallel()
		told(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"), func(s *site, sender *replica) {
			sender.kill()
			s.launch()
		})
	})
	t.Run("postgres, by the other replica", func(t *testing.T) {
		t.Parallel()
		told(t, pgtest.Schema(t), func(s *site, sender *replica) {
			s.launch()
			sender.kill()
		})
	})
}

// told kills whoever sends a notice, twice; takeOver makes another go on.
func told(t *testing.T, databaseURL string, takeOver func(s *site, sender *replica)) {
	s := newSite(t, databaseURL, func(gh *ghfake.Server) {
		gh.AddUser(ghfake.User{Login: "olivia"})
		gh.AddOrg(ghfake.Org{Login: "acme"})
		gh.AddMember("acme", "olivia", ghpkg.RoleAdmin)
		gh.AddTeamMember("acme", "admins", "olivia", "member")
		for n := range 2 {
			publish(gh, n)
		}
	})
	s.env = append(s.env, "STOCKROOM_ADMIN_TEAMS=acme/admins", "STOCKROOM_NOTICE_NETWORKS=127.0.0.1")
	ear := newEar(t)
	first := s.launch()
	s.must(http.MethodGet, "/login?return_to=/settings&scope=delete:packages&scope=write:packages&scope=repo", nil, nil)
	s.must(http.MethodPost, "/settings/notices?format=json", url.Values{
		"kind": {"webhook"}, "url": {ear.url + "/hook"}, "event": {"deleted"},
	}, nil)

	ear.hang(true)
	s.remove(0)
	begun := ear.next(t)
	takeOver(s, first)
	ear.hang(false)
	killed := time.Now()
	if came := ear.next(t); came != begun || !strings.Contains(came.body, "package-0") {
		t.Errorf("begun was %+v,\nand then came %+v", begun, came)
	}
	t.Logf("it arrived %v after the kill", time.Since(killed).Round(time.Second))
	s.until("it is known to have arrived", func(d shownDestination) bool { return d.Deliveries[0].State == "done" && d.Deliveries[0].Tries == 2 })

	ear.hang(true)
	s.remove(1)
	begun = ear.next(t)
	s.alive.Load().kill()
	ear.close()
	lastTry(t, databaseURL)
	s.launch()
	s.until("it is shown as not delivered", func(d shownDestination) bool {
		return d.Dead == 1 && d.Deliveries[0].State == "dead" && d.Deliveries[0].ID == begun.delivery && d.Deliveries[0].Tries == 8
	})
	ear.open()
	s.must(http.MethodPost, "/settings/notices/"+s.destination().ID+"/resend?format=json", url.Values{"delivery": {begun.delivery}}, nil)
	if came := ear.next(t); came != begun {
		t.Errorf("begun was %+v,\nand again came %+v", begun, came)
	}
}

// remove deletes a package by its button.
func (s *site) remove(n int) {
	s.t.Helper()
	name := fmt.Sprintf("package-%d", n)
	s.must(http.MethodPost, "/orgs/acme/packages/npm/"+name+"/-/delete?format=json", url.Values{"confirm": {name}}, nil)
}

// shownDestination is the destination as the page says it to programs.
type shownDestination struct {
	ID         string
	Dead       int
	Deliveries []struct {
		ID, State string
		Tries     int
	}
}

func (s *site) destination() shownDestination {
	s.t.Helper()
	var all struct{ Items []shownDestination }
	s.must(http.MethodGet, "/settings/notices?format=json", nil, &all)
	if len(all.Items) != 1 || len(all.Items[0].Deliveries) == 0 {
		s.t.Fatalf("there is %+v", all)
	}
	return all.Items[0]
}

func (s *site) until(what string, so func(shownDestination) bool) {
	s.t.Helper()
	for began := time.Now(); !so(s.destination()); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > noticeTakes {
			s.t.Fatalf("not so: %s: %+v", what, s.destination())
		}
	}
}

// lastTry makes the next try of what is pending the last one, and due: the day
// until then would be too long for a test.
func lastTry(t *testing.T, databaseURL string) {
	t.Helper()
	driver, source := "pgx", databaseURL
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	changed, err := db.ExecContext(t.Context(), `UPDATE notice_deliveries SET tries = 7, due_at = 0 WHERE state = 'pending'`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := changed.RowsAffected(); n != 1 || err != nil {
		t.Fatalf("%d are pending, %v", n, err)
	}
}

// heard is a notice as it arrived.
type heard struct{ delivery, signature, body string }

// ear is a receiver that can hang, and be down.
type ear struct {
	t       *testing.T
	address string
	url     string
	server  *httptest.Server
	heard   chan heard
	hanging chan bool // holds whether it gives no answer
}

func newEar(t *testing.T) *ear {
	e := &ear{t: t, address: "127.0.0.1:0", heard: make(chan heard, 99), hanging: make(chan bool, 1)}
	e.hanging <- false
	e.open()
	t.Cleanup(e.close)
	e.address = e.server.Listener.Addr().String()
	e.url = e.server.URL
	return e
}

// open listens, where it did before.
func (e *ear) open() {
	listener, err := (&net.ListenConfig{}).Listen(e.t.Context(), "tcp", e.address)
	if err != nil {
		e.t.Fatal(err)
	}
	e.server = httptest.NewUnstartedServer(e)
	e.server.Listener.Close()
	e.server.Listener = listener
	e.server.Start()
	e.hang(false)
}

func (e *ear) close() {
	e.server.CloseClientConnections()
	e.server.Close()
}

func (e *ear) hang(yes bool) {
	<-e.hanging
	e.hanging <- yes
}

func (e *ear) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	e.heard <- heard{r.Header.Get("X-Stockroom-Delivery"), r.Header.Get("X-Hub-Signature-256"), string(body)}
	hang := <-e.hanging
	e.hanging <- hang
	if hang {
		<-r.Context().Done() // whoever asked is dead
	}
}

// next is the next notice that comes.
func (e *ear) next(t *testing.T) heard {
	t.Helper()
	select {
	case h := <-e.heard:
		return h
	case <-time.After(noticeTakes):
		t.Fatal("no notice comes")
	}
	panic("unreachable")
}
