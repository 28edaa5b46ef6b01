package auth_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gh.ExpireAfter(8 * time.Hour)
	b := w.browser()
	b.signIn("")
	first := b.who()
	w.clock.advance(8*time.Hour - time.Minute)

	// Many requests at once, at two replicas, make one session with one new token.
	other, _ := w.serve(w.config)
	var wg sync.WaitGroup
	answers := make([]string, 16)
	for i := range answers {
		wg.Go(func() {
			a := w.auth
			if i%2 == 1 {
				a = other
			}
			answers[i] = serve(a, withCookie(b.cookie("stockroom")))
		})
	}
	wg.Wait()
	now := b.who()
	for _, got := range answers {
		if want := fmt.Sprintf("olivia|read:org read:packages|%s|%s", now.token, first.id); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if now.token == first.token || !w.alive(now.token) {
		t.Errorf("the token is the old one: %v, alive: %v", now.token == first.token, w.alive(now.token))
	}
}

func TestRefreshRefusedEndsTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gh.ExpireAfter(8 * time.Hour)
	b := w.browser()
	b.signIn("")
	w.gh.RevokeUser("olivia")
	w.clock.advance(8 * time.Hour)
	if got := b.who().login; got != "nobody" {
		t.Errorf("still signed in as %q", got)
	}
	if list, err := w.auth.Sessions(t.Context(), 101); err != nil || len(list) != 0 {
		t.Errorf("the session is still there: %v, %v", list, err)
	}
}

// broken is a transport to a GitHub that does not answer.
type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no route to host")
}

func TestRefreshWithoutGitHub(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gh.ExpireAfter(8 * time.Hour)
	b := w.browser()
	b.signIn("")
	c := w.config
	c.Transport = broken{}
	var failed error
	c.Fail = func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err }
	replica, _ := w.serve(c)
	w.clock.advance(8*time.Hour - time.Minute)
	if got := serve(replica, withCookie(b.cookie("stockroom"))); !strings.HasPrefix(got, "olivia|") || failed != nil {
		t.Errorf("while the token still works: %q, %v", got, failed)
	}
	w.clock.advance(time.Minute)
	serve(replica, withCookie(b.cookie("stockroom")))
	if fault.KindOf(failed) != fault.Upstream {
		t.Errorf("failure %v, want an upstream one: the session is not over", failed)
	}
	if got := b.who().login; got != "olivia" {
		t.Errorf("once GitHub is back: %q", got)
	}
}
