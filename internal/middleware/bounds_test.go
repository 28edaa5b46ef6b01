package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// observed is what a stack counted.
type observed struct {
	mu  sync.Mutex
	all []Request
}

func (o *observed) add(r Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r.Took = 0
	o.all = append(o.all, r)
}

// bounded returns the whole stack around h by that clock, and what it counts.
// What is turned away says how long to wait.
func bounded(t *testing.T, now func() time.Time, h http.HandlerFunc) (http.Handler, *observed) {
	t.Helper()
	seen := &observed{}
	all, err := New(Options{
		Log: slog.New(slog.DiscardHandler), BaseURL: &url.URL{Scheme: "https", Host: "stock.example.com"}, Now: now,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Quiet:          func(path string) bool { return path == "/healthz" },
		SignIn:         func(path string) bool { return path == "/login" },
		Observe:        seen.add,
		Answer: func(w http.ResponseWriter, _ *http.Request, err error) {
			e, ok := errors.AsType[*fault.Error](err)
			if !ok {
				t.Errorf("no fault: %v", err)
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, e.Code, e.RetryAfter)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return all(h), seen
}

// TestAtOnce fills the house: then only the probes get in, until somebody
// leaves, be it by a panic.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan bool), make(chan bool)
	h, seen := bounded(t, time.Now, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- true
			if <-leave {
				panic("oops")
			}
		}
	})
	var inside sync.WaitGroup
	for range MaxAtOnce {
		inside.Go(func() { serve(h, request(http.MethodGet, "/slow")) })
	}
	for range MaxAtOnce {
		<-entered
	}
	for range 2 {
		if w := serve(h, request(http.MethodGet, "/")); w.Code != http.StatusServiceUnavailable || w.Body.String() != "overloaded1s" {
			t.Errorf("in a full house: %d %s", w.Code, w.Body)
		}
	}
	if w := serve(h, request(http.MethodGet, "/healthz")); w.Code != http.StatusOK {
		t.Errorf("the probe: %d", w.Code)
	}
	for i := range MaxAtOnce {
		leave <- i%2 == 0
	}
	inside.Wait()
	if w := serve(h, request(http.MethodGet, "/")); w.Code != http.StatusOK {
		t.Errorf("after they left: %d %s", w.Code, w.Body)
	}
	counted := map[string]int{}
	for _, r := range seen.all {
		counted[r.Bound]++
	}
	if diff := cmp.Diff(map[string]int{"": MaxAtOnce + 2, "overloaded": 2}, counted); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

// TestSignInPace: one client signs in at a pace, whatever others do, and
// nothing else is held up.
func TestSignInPace(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	h, _ := bounded(t, func() time.Time { return now }, func(http.ResponseWriter, *http.Request) {})
	from := func(client, path string) string {
		w := serve(h, request(http.MethodGet, path, "X-Forwarded-For", client))
		if w.Code == http.StatusOK {
			return "ok"
		}
		return w.Body.String()
	}
	expect := func(when, client, path, want string) {
		t.Helper()
		if got := from(client, path); got != want {
			t.Errorf("%s: %s of %s: %s, want %s", when, path, client, got, want)
		}
	}
	for i := range signInBurst {
		expect(fmt.Sprint("number ", i), "203.0.113.9", "/login", "ok")
		expect(fmt.Sprint("number ", i), "2001:db8::1", "/login", "ok")
	}
	expect("one more", "203.0.113.9", "/login", "too_fast2s")
	expect("again", "203.0.113.9", "/login", "too_fast2s")
	expect("another page", "203.0.113.9", "/", "ok")
	expect("a neighbour", "203.0.113.10", "/login", "ok")
	expect("the same host by another address", "2001:db8::2", "/login", "too_fast2s")
	expect("another network", "2001:db8:0:1::1", "/login", "ok")
	now = now.Add(500 * time.Millisecond)
	expect("too soon", "203.0.113.9", "/login", "too_fast1.5s")
	now = now.Add(signInEvery)
	expect("after a while", "203.0.113.9", "/login", "ok")
	expect("at once again", "203.0.113.9", "/login", "too_fast1.5s")
	now = now.Add(signInBurst * signInEvery)
	for i := range signInBurst {
		expect(fmt.Sprint("rested, number ", i), "203.0.113.9", "/login", "ok")
	}
	expect("rested, and one more", "203.0.113.9", "/login", "too_fast2s")
}

// TestPacesAreBounded: however many clients come, memory stays as it is, and
// who has rested makes room first.
func TestPacesAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	p := newPaces(time.Second, 2, func() time.Time { return now })
	address := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range maxClients - 1 {
		p.take(address(i))
	}
	now = now.Add(time.Second) // all have rested
	busy := address(1 << 20)
	p.take(busy)
	p.take(busy)
	p.take(address(1 << 21))
	if len(p.rested) != 2 || p.take(busy) != time.Second {
		t.Errorf("%d are remembered, want the two that have not rested", len(p.rested))
	}
	for i := range 3 * maxClients {
		if wait := p.take(address(i)); wait != 0 {
			t.Fatalf("client %d waits %s for others", i, wait)
		}
		if len(p.rested) > maxClients {
			t.Fatalf("%d clients are remembered", len(p.rested))
		}
	}
}

// TestObserve: what is counted is the route, and never the path; what was broken
// off has no status, whatever its head said.
func TestObserve(t *testing.T) {
	t.Parallel()
	h, seen := bounded(t, time.Now, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/orgs/acme":
			SetRoute(r.Context(), "/orgs/:login")
			w.WriteHeader(http.StatusNotFound)
		case "/half":
			w.WriteHeader(http.StatusOK)
			panic(http.ErrAbortHandler)
		case "/cut":
			panic(http.ErrAbortHandler)
		}
	})
	serve(h, request(http.MethodGet, "/orgs/acme"))
	serve(h, request(http.MethodPost, "/"))
	for _, path := range []string{"/cut", "/half"} {
		func() {
			defer func() { _ = recover() }() // as net/http does
			serve(h, request(http.MethodGet, path))
		}()
	}
	want := []Request{{Method: "GET", Route: "/orgs/:login", Status: 404}, {Method: "POST", Status: 200}, {Method: "GET"}, {Method: "GET"}}
	if diff := cmp.Diff(want, seen.all); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}
