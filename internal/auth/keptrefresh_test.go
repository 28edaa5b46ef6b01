package auth_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
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

// between does something between GitHub's answer to an exchange and its arrival,
// and keeps the token in it.
type between struct {
	do    func()
	token string
}

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || b.do == nil || !strings.HasSuffix(r.URL.Path, "/access_token") {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	b.token = regexp.MustCompile(`gh[ou]_\w+`).FindString(string(body))
	b.do()
	return answer, err
}

// TestSigningOutEverywhereDuringARefresh: the new token, which nobody will use,
// is revoked like the one before.
func TestSigningOutEverywhereDuringARefresh(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.gh.ExpireAfter(8 * time.Hour)
		b := w.browser()
		b.signIn("")
		was, cookie := b.who(), b.cookie("stockroom")
		c, hook := w.config, &between{}
		c.Transport = hook
		replica, _ := w.serve(c)
		hook.do = func() {
			hook.do = nil
			if err := w.auth.RevokeAll(t.Context(), 101); err != nil {
				t.Error(err)
			}
		}
		w.clock.advance(8*time.Hour - time.Minute)
		if got := serve(replica, withCookie(cookie)); got != "nobody" {
			t.Errorf("the request of whoever signed out meanwhile is %q's", got)
		}
		if hook.token == "" || hook.token == was.token {
			t.Fatalf("the new token is %q", hook.token)
		}
		w.gone(was.id, hook.token)
		w.gone(was.id, was.token)
	})
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

// overtaken is a store in which something happens just before a session moves.
type overtaken struct {
	*store.Store
	by func()
}

func (o *overtaken) MoveSession(ctx context.Context, read ghpkg.SessionRecord, key string, sealed []byte) (bool, error) {
	if by := o.by; by != nil {
		o.by = nil
		by()
	}
	return o.Store.MoveSession(ctx, read, key, sealed)
}

// TestARefreshDuringSigningOut: the session that was written anew meanwhile is
// signed out of all the same.
func TestARefreshDuringSigningOut(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.gh.ExpireAfter(8 * time.Hour)
		b := w.browser()
		b.signIn("")
		was, cookie := b.who(), b.cookie("stockroom")
		w.run(was.id)
		w.clock.advance(8*time.Hour - time.Minute)
		c, refreshed := w.config, was
		c.Store = &overtaken{w.store, func() { refreshed = b.who() }}
		replica, _ := w.serve(c)
		if err := replica.Logout(httptest.NewRecorder(), withCookie(cookie)); err != nil {
			t.Fatal(err)
		}
		if refreshed.token == was.token {
			t.Fatal("nothing was refreshed meanwhile")
		}
		if got := serve(replica, withCookie(cookie)); got != "nobody" {
			t.Errorf("the cookie of whoever signed out opens %q", got)
		}
		w.held(was.id, refreshed.token)
	})
}
