package notices_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/notices"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// world is one portal's notices, with a clock that only tests move.
type world struct {
	*notices.Notices
	db    *store.Store
	clock *clock
	log   *ledger.Ledger
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// onBoth runs a test in a fresh world on either database.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, pgtest.Schema(t)))
	})
}

func newWorld(t *testing.T, databaseURL string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{db: db, clock: &clock{now: time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)}}
	w.log = ledger.New(db, w.clock.Now, slog.New(slog.DiscardHandler))
	w.Notices = w.portal(t, here(), "a")
	return w
}

// here is where tests listen.
func here() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

// portal is a replica, whose secret keys begin with the letters.
func (w *world) portal(t *testing.T, own []netip.Prefix, letters ...string) *notices.Notices {
	t.Helper()
	var secrets [][]byte
	for _, letter := range letters {
		secrets = append(secrets, bytes.Repeat([]byte(letter), 32))
	}
	keys, err := auth.NewKeys(secrets)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	return notices.New(notices.Options{
		Catalogue: catalogue, Store: w.db, Keys: keys, BaseURL: &url.URL{Scheme: "https", Host: "stockroom.acme.example"},
		Ledger: w.log, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Sent: func(int) {}, Networks: own,
	})
}

// olivia is an admin of the portal.
func olivia() notices.By {
	return notices.By{Actor: ghpkg.Actor{ID: 7, Login: "olivia"}, From: "192.0.2.7"}
}

// work lets it do all that there is to do.
func (w *world) work(t *testing.T) {
	t.Helper()
	if again, err := w.Work(t.Context()); err != nil || again >= 0 {
		t.Fatalf("Work = %v, %v", again, err)
	}
	if due, err := w.Due(t.Context()); due || err != nil {
		t.Errorf("there is something to do after all was done: %v, %v", due, err)
	}
}

// add adds a destination, and returns it with its secret.
func (w *world) add(t *testing.T, to *receiver, change func(*notices.Wanted)) (ghpkg.Destination, string) {
	t.Helper()
	wanted := notices.Wanted{Kind: ghpkg.DestinationWebhook, URL: to.URL + "/hook?token=hush", Events: ghpkg.NoticeEvents()}
	if change != nil {
		change(&wanted)
	}
	d, secret, err := w.Add(t.Context(), olivia(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	return d, secret
}

// done writes into the ledger that something was done.
func (w *world) done(t *testing.T, change func(*ghpkg.Entry)) ghpkg.Entry {
	t.Helper()
	acme, err := ghpkg.NewOwner(ghpkg.Organization, "Acme")
	if err != nil {
		t.Fatal(err)
	}
	e := ghpkg.Entry{
		ID: w.log.NewID(), At: w.clock.Now(), Actor: ghpkg.Actor{ID: 7, Login: "olivia"}, Action: ghpkg.ActionDelete, Reason: "too old", Outcome: ghpkg.OutcomeDone,
		Target: ghpkg.Target{Owner: acme, Type: ghpkg.Container, Name: "team/web", PackageID: 100, VersionID: 200, VersionName: "sha256:1", Tags: []string{"v1"}},
	}
	if change != nil {
		change(&e)
	}
	if err := w.db.Begin(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := w.db.Settle(t.Context(), e.ID, ghpkg.Settlement{At: w.clock.Now(), Outcome: e.Outcome}); err != nil {
		t.Fatal(err)
	}
	return e
}

// deliveries are those to a destination, the newest first.
func (w *world) deliveries(t *testing.T, d ghpkg.Destination) []ghpkg.Delivery {
	t.Helper()
	all, err := w.Deliveries(t.Context(), d.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// receiver is somebody's server, which notes what it is sent.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	got  []received
	next []int // statuses of the answers to come; then 200
	say  string
}

type received struct {
	event, delivery, signature, body string
	news                             notices.News
}

func listen(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{say: "thanks"}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	one := received{
		request.Header.Get("X-Stockroom-Event"), request.Header.Get("X-Stockroom-Delivery"), request.Header.Get("X-Hub-Signature-256"), string(body), notices.News{},
	}
	if err != nil || json.Unmarshal(body, &one.news) != nil || request.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, one)
	status := http.StatusOK
	if len(r.next) > 0 {
		status, r.next = r.next[0], r.next[1:]
	}
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(status)
	fmt.Fprint(w, r.say)
}

// answer says what is answered next.
func (r *receiver) answer(statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = statuses
}

// all takes what has arrived.
func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// events are the kinds of what has arrived, each with the package or owner.
func (r *receiver) events() string {
	var all []string
	for _, one := range r.all() {
		s := one.event
		switch n := one.news; {
		case n.Target != nil:
			s += " " + n.Target.Name
		case n.Operation != nil:
			s += fmt.Sprintf(" %s %d of %s", n.Operation.State, n.Operation.Total, strings.Join(n.Operation.Owners, ","))
		case n.Owner != "":
			s += fmt.Sprintf(" %s %d", n.Owner, n.Total)
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// signed reports whether a receiver who holds the secret believes the notice.
func (one received) signed(secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(one.body))
	hexed, ok := strings.CutPrefix(one.signature, "sha256=")
	given, err := hex.DecodeString(hexed)
	return ok && err == nil && hmac.Equal(given, mac.Sum(nil))
}

// cancelled is the context of a program that is ending.
func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
