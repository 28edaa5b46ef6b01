package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestLifetimes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		pause time.Duration // between requests
		times int
		want  string
	}{
		{"used after a while", auth.IdleLifetime - time.Minute, 1, "olivia"},
		{"idle for too long", auth.IdleLifetime, 1, "nobody"},
		{"used again and again", auth.IdleLifetime - time.Minute, 10, "olivia"},
		{"until the absolute end", auth.IdleLifetime - time.Minute, 15, "nobody"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newWorld(t).browser()
			b.signIn("")
			var got string
			for range tt.times {
				b.clock.advance(tt.pause)
				got = b.who().login
			}
			if got != tt.want {
				t.Errorf("after %d × %v: %q, want %q", tt.times, tt.pause, got, tt.want)
			}
		})
	}
}

// TestLifetimeEndsOnTheSecond: that a session was read a moment ago does not
// prolong it.
func TestLifetimeEndsOnTheSecond(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	const step = 11 * time.Hour // shorter than the idle lifetime
	left := auth.AbsoluteLifetime - time.Second
	for ; left > step; left -= step {
		b.clock.advance(step)
		b.who()
	}
	b.clock.advance(left)
	for range 2 { // the first notes the use, the second is remembered
		if got := b.who().login; got != "olivia" {
			t.Fatalf("a second before the end: %q", got)
		}
	}
	b.clock.advance(time.Second)
	if got := b.who().login; got != "nobody" {
		t.Errorf("at the end: %q", got)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	token, cookie := b.who().token, b.cookie("stockroom")
	if answer, body := b.do(http.MethodPost, "/logout"); answer.StatusCode != http.StatusOK {
		t.Fatalf("logout: %s %s", answer.Status, body)
	}
	if b.alive(token) {
		t.Error("the token lives on at GitHub")
	}
	if got := b.cookie("stockroom"); got != "" {
		t.Errorf("the cookie is still there: %q", got)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "stockroom", Value: cookie})
	if got := serve(b.auth, r); got != "nobody" {
		t.Errorf("the old cookie still opens: %q", got)
	}
	if answer, _ := b.do(http.MethodPost, "/logout"); answer.StatusCode != http.StatusOK {
		t.Errorf("logging out twice: %s", answer.Status)
	}
}

// serve answers one request, without a browser.
func serve(a *auth.Auth, r *http.Request) string {
	recorder := httptest.NewRecorder()
	application(a).ServeHTTP(recorder, r)
	return recorder.Body.String()
}

func TestLogoutWithoutGitHub(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	b.gh.Inject(ghfake.Fault{PathPattern: "/applications/", Status: http.StatusBadGateway, Times: -1})
	if answer, body := b.do(http.MethodPost, "/logout"); answer.StatusCode != http.StatusOK {
		t.Errorf("logout: %s %s", answer.Status, body)
	}
	if got := b.who().login; got != "nobody" {
		t.Errorf("still signed in as %q", got)
	}
	if !strings.Contains(b.logs.String(), "could not be revoked") {
		t.Error("the log does not say that the token lives on")
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	token := b.who().token
	b.do(http.MethodPost, "/end")
	if got := b.who().login; got != "nobody" {
		t.Errorf("still signed in as %q", got)
	}
	if !b.alive(token) {
		t.Error("End asked GitHub to revoke")
	}
}

func TestEndSparesANewerSession(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	old := b.cookie("stockroom")
	// A request of the old session is on its way when a sign-in in another tab replaces it.
	recorder := httptest.NewRecorder()
	b.auth.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.signIn("")
		b.auth.End(w, r)
	})).ServeHTTP(recorder, withCookie(old))
	if cookies := recorder.Result().Cookies(); len(cookies) != 0 {
		t.Errorf("the new session's cookie is overwritten: %v", cookies)
	}
	if got := b.who().login; got != "olivia" {
		t.Errorf("signed in as %q", got)
	}
}

// TestEndSparesARefreshedSession: GitHub's no was to a token that another request
// has replaced meanwhile.
func TestEndSparesARefreshedSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gh.ExpireAfter(8 * time.Hour)
	b := w.browser()
	b.signIn("")
	recorder := httptest.NewRecorder()
	b.auth.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.clock.advance(8*time.Hour - time.Minute)
		b.who()
		b.auth.End(w, r)
	})).ServeHTTP(recorder, withCookie(b.cookie("stockroom")))
	if cookies := recorder.Result().Cookies(); len(cookies) != 0 {
		t.Errorf("the session's cookie is taken away: %v", cookies)
	}
	if got := b.who().login; got != "olivia" {
		t.Errorf("signed in as %q", got)
	}
}

func withCookie(value string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "stockroom", Value: value})
	return r
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there, elsewhere := w.browser(), w.browser(), w.browser()
	here.signIn("")
	w.clock.advance(time.Hour)
	there.signIn("")
	w.gh.Authorize("miguel")
	elsewhere.signIn("")
	list, err := w.auth.Sessions(t.Context(), 101)
	if err != nil || len(list) != 2 {
		t.Fatalf("Sessions = %v, %v; want 2", list, err)
	}
	if list[0].ID != there.who().id || list[1].ID != here.who().id || list[0].UserAgent != "Firefox" {
		t.Errorf("Sessions = %+v", list)
	}
	token := there.who().token
	if found, err := w.auth.RevokeSession(t.Context(), 102, list[0].ID); found || err != nil || there.who().login != "olivia" {
		t.Errorf("somebody else ended the session (%v)", err)
	}
	if found, err := w.auth.RevokeSession(t.Context(), 101, list[0].ID); !found || err != nil {
		t.Fatal(found, err)
	}
	if there.who().login != "nobody" || w.alive(token) || here.who().login != "olivia" {
		t.Errorf("there %q, its token alive: %v, here %q", there.who().login, w.alive(token), here.who().login)
	}
	token = here.who().token
	if err := w.auth.RevokeAll(t.Context(), 101); err != nil {
		t.Fatal(err)
	}
	if here.who().login != "nobody" || w.alive(token) || elsewhere.who().login != "miguel" {
		t.Errorf("here %q, its token alive: %v, elsewhere %q", here.who().login, w.alive(token), elsewhere.who().login)
	}
}

func TestRevocationReachesOtherReplicas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.signIn("")
	other, _ := w.serve(w.config)
	request := withCookie(b.cookie("stockroom"))
	if got := serve(other, request); !strings.HasPrefix(got, "olivia|") {
		t.Fatalf("the other replica sees %q", got)
	}
	b.do(http.MethodPost, "/logout")
	w.clock.advance(5 * time.Second)
	if got := serve(other, request); got != "nobody" {
		t.Errorf("5 s later the other replica sees %q", got)
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.signIn("")
	request := withCookie(b.cookie("stockroom"))
	for _, tt := range []struct {
		name    string
		secrets [][]byte
		want    string
	}{
		{"a new key before the old one", secrets(2, 1), "olivia"},
		{"the old key withdrawn", secrets(2), "nobody"},
		{"another order", secrets(1, 2), "olivia"},
	} {
		c := w.config
		c.Keys = newKeys(t, tt.secrets)
		replica, _ := w.serve(c)
		if got, _, _ := strings.Cut(serve(replica, request), "|"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDatabaseFailureIsNotSignedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.signIn("")
	w.clock.advance(time.Minute)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if answer, _ := b.do(http.MethodGet, "/"); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", answer.StatusCode)
	}
}

func TestWithoutSignsOut(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	b.auth.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if s, ok := auth.From(r.Context()); !ok || s == nil {
			t.Fatal("nobody is signed in")
		}
		if s, ok := auth.From(auth.Without(r.Context())); ok {
			t.Errorf("%v is still signed in", s)
		}
	})).ServeHTTP(httptest.NewRecorder(), withCookie(b.cookie("stockroom")))
}

func TestSessionHidesItsToken(t *testing.T) {
	t.Parallel()
	s := &auth.Session{ID: "id", Token: "gho_secret", Viewer: ghpkg.Viewer{Login: "olivia"}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, s); strings.Contains(got, "gho_secret") {
			t.Errorf("%s prints %s", format, got)
		}
	}
	if got := s.LogValue().String(); strings.Contains(got, "gho_secret") {
		t.Errorf("the log shows %s", got)
	}
}

func BenchmarkMiddleware(b *testing.B) {
	store := &oneSession{}
	a := auth.New(auth.Config{
		BaseURL: mustURL(b, "http://stockroom.example"), GitHubURL: mustURL(b, "https://github.com"),
		Keys: newKeys(b, secrets(1)), Store: store,
	})
	request := withCookie("COOKIE")
	store.record = auth.SealForTest(a, "COOKIE", ghpkg.Viewer{ID: 1, Login: "olivia", Scopes: ghpkg.SignInScopes()}, "gho_token")
	next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, ok := auth.From(r.Context()); !ok {
			b.Fatal("nobody")
		}
	})
	handler := a.Middleware(next)
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(nil, request)
	}
}

// oneSession is a database with one session.
type oneSession struct {
	auth.Store
	record ghpkg.SessionRecord
}

func (s *oneSession) Session(context.Context, string, time.Time) (ghpkg.SessionRecord, bool, error) {
	return s.record, true, nil
}
