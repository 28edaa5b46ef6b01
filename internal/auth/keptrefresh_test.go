package auth_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestAKeptTokenIsRefreshed as long as the operation needs it, and stays sealed.
func TestAKeptTokenIsRefreshed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.gh.ExpireAfter(8 * time.Hour)
		b := w.browser()
		b.signIn("")
		was := b.who()
		w.run(was.id)
		b.do(http.MethodPost, "/logout")
		last := was.token
		for range 3 { // well beyond the session's own life
			w.clock.advance(8*time.Hour - time.Minute)
			s, err := w.auth.Held(t.Context(), was.id)
			if err != nil || s.Token == last || !w.alive(s.Token) {
				t.Fatalf("Held = %v, %v; the old token: %t", s, err, err == nil && s.Token == last)
			}
			last = s.Token
		}
		w.held(was.id, last)
		if err := w.auth.RevokeAll(t.Context(), 101); err != nil {
			t.Fatal(err)
		}
		w.gone(was.id, last)
	})
}

// between does something between GitHub's answer to an exchange and its arrival.
type between struct{ do func() }

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if b.do != nil && strings.HasSuffix(r.URL.Path, "/access_token") {
		b.do()
	}
	return answer, err
}

// TestSigningOutDuringARefresh: the refresh token is used up, so the new one
// must find the session where it was moved to.
func TestSigningOutDuringARefresh(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.gh.ExpireAfter(8 * time.Hour)
		b := w.browser()
		b.signIn("")
		was, cookie := b.who(), b.cookie("stockroom")
		w.run(was.id)
		c, hook := w.config, &between{}
		c.Transport = hook
		replica, _ := w.serve(c)
		hook.do = func() {
			hook.do = nil
			if err := w.auth.Logout(httptest.NewRecorder(), withCookie(cookie)); err != nil {
				t.Error(err)
			}
		}
		w.clock.advance(8*time.Hour - time.Minute)
		if got := serve(replica, withCookie(cookie)); got != "nobody" {
			t.Errorf("the request of whoever signed out meanwhile is %q's", got)
		}
		s, err := w.auth.Held(t.Context(), was.id)
		if err != nil {
			t.Fatal(err)
		}
		if s.Token == was.token {
			t.Error("the token is the old one")
		}
		w.held(was.id, s.Token)
	})
}

// TestAKeptTokenIsSealed: the database's files hold none in the clear.
func TestAKeptTokenIsSealed(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	was := b.who()
	b.run(was.id)
	b.do(http.MethodPost, "/logout")
	b.held(was.id, was.token)
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(b.dbPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(was.id)) {
		t.Fatal("the session is not in the file that was looked at")
	}
	if bytes.Contains(content, []byte(was.token)) {
		t.Error("the token can be read in the database")
	}
}
