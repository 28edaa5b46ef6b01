package ghclient

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	var leaked []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		leaked = append(leaked, r.Method+" "+r.Header.Get("Authorization"))
	}))
	t.Cleanup(other.Close)
	var moved []string
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/moved"):
			moved = append(moved, r.Method+" "+r.Header.Get("Authorization"))
			writeJSON(w, 200, map[string]any{"id": 1})
		case strings.HasSuffix(r.URL.Path, "/npm/here"):
			http.Redirect(w, r, "/api/v3/moved", http.StatusMovedPermanently)
		case strings.HasSuffix(r.URL.Path, "/npm/loop"):
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		default:
			http.Redirect(w, r, other.URL+"/moved", http.StatusTemporaryRedirect)
		}
	})
	c := gh.For("secret", "")
	ref := func(name string) ghpkg.Ref { return mustRef(t, acme(t), ghpkg.NPM, name) }

	if _, err := c.Package(t.Context(), ref("here")); err != nil {
		t.Errorf("a redirect on the same host was not followed: %v", err)
	}
	if len(moved) != 1 || moved[0] != "GET Bearer secret" {
		t.Errorf("the new place was asked %q", moved)
	}
	for _, name := range []string{"loop", "elsewhere"} {
		_, err := c.Package(t.Context(), ref(name))
		wantFault(t, err, fault.Upstream, fault.CodeUpstream)
	}
	moved = nil
	err := c.DeletePackage(t.Context(), ref("here"), 1)
	wantFault(t, err, fault.Upstream, fault.CodeNotDone)
	for _, call := range moved {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("a mutation was redirected: %s", call)
		}
	}
	if len(leaked) > 0 {
		t.Errorf("another host was asked: %q", leaked)
	}
}

func TestTokenStaysAtItsHost(t *testing.T) {
	t.Parallel()
	var got http.Header
	o := options(t, "https://github.com", "https://api.github.com")
	o.Transport = transport(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return reply(200, `{}`), nil
	})
	gh := New(o)
	layer := headed{gh, gh.For("secret", "").session}
	for _, to := range []string{"https://evil.example/", "http://api.github.com/", "https://api.github.com:444/"} {
		r := httptest.NewRequest(http.MethodGet, to, nil)
		r.Header.Set("Authorization", "Bearer secret")
		if _, err := layer.RoundTrip(r); err != nil {
			t.Fatal(err)
		}
		if got.Get("Authorization") != "" {
			t.Errorf("the token went to %s", to)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 20 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	_, err := gh.For("t", "").Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
	e := wantFault(t, err, fault.Upstream, fault.CodeUpstream)
	if _, ok := errors.AsType[*http.MaxBytesError](e); !ok {
		t.Errorf("the cause is %v", e.Err)
	}
}

func TestSlowAnswerTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gh := New(silent(t))
		start := time.Now()
		_, err := gh.For("t", "").Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
		wantFault(t, err, fault.Timeout, fault.CodeTimeout)
		if took := time.Since(start); took != callTime {
			t.Errorf("it took %s", took)
		}
	})
}

func TestLeavingEndsTheCall(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(silent(t)).For("t", "").Package(ctx, mustRef(t, acme(t), ghpkg.NPM, "x"))
	wantFault(t, err, fault.Timeout, fault.CodeTimeout)
}

// silent is a GitHub that never answers.
func silent(t *testing.T) Options {
	t.Helper()
	o := options(t, "https://github.com", "https://api.github.com")
	o.Transport = transport(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	return o
}

func TestObserve(t *testing.T) {
	t.Parallel()
	var seen []Call
	o := options(t, "https://github.com", "https://api.github.com")
	o.Observe = func(c Call) { seen = append(seen, c) }
	statuses := []int{200, 304, 404, 429}
	o.Transport = transport(func(*http.Request) (*http.Response, error) {
		resp := reply(statuses[0], `{"id":1}`)
		resp.Header.Set("ETag", `"1"`)
		statuses = statuses[1:]
		return resp, nil
	})
	c := New(o).For("t", "")
	for range 5 { // the fifth stays here: GitHub said wait
		c.Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "secret-name"))
	}
	want := []Call{{Status: 200}, {Status: 200, FromCache: true}, {Status: 404}, {Status: 429, Limit: "secondary"}}
	if len(seen) != len(want) {
		t.Fatalf("saw %d calls, want %d", len(seen), len(want))
	}
	for i, c := range seen {
		if c.Status != want[i].Status || c.FromCache != want[i].FromCache || c.Limit != want[i].Limit || c.Method != "GET" || c.Route != "/orgs/{org}/packages/{package_type}/{package_name}" {
			t.Errorf("call %d: %+v", i, c)
		}
	}
}
