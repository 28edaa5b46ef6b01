package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	if got := b.signIn("?return_to=" + url.QueryEscape("/orgs/acme/packages?type=npm&q=a b")); got != "/orgs/acme/packages?type=npm&q=a%20b" &&
		got != "/orgs/acme/packages?type=npm&q=a b" {
		t.Errorf("came back to %q", got)
	}
	got := b.who()
	if got.login != "olivia" || got.scopes != "read:org read:packages" {
		t.Errorf("signed in as %+v", got)
	}
	if !b.alive(got.token) {
		t.Error("the token does not work")
	}
	if b.cookie("stockroom") == got.id || got.id == "" {
		t.Error("the session's id opens the session")
	}
}

func TestAuthorizationRequest(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	u, err := url.Parse(b.leave("?return_to=/x"))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	for key, want := range map[string]string{
		"client_id": b.gh.ClientID(), "response_type": "code", "code_challenge_method": "S256",
		"scope": "read:packages read:org", "redirect_uri": b.url + "/login/callback", "login": "",
	} {
		if got := query.Get(key); got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	if len(query.Get("state")) < 20 || len(query.Get("code_challenge")) != 43 {
		t.Errorf("state %q, challenge %q", query.Get("state"), query.Get("code_challenge"))
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, tt := range map[string]struct {
		base, prefix, path string
		secure             bool
	}{
		"http":                 {"http://stockroom.example", "stockroom-signin-", "/", false},
		"https":                {"https://stockroom.example", "__Host-stockroom-signin-", "/", true},
		"https, a shared host": {"https://tools.example/stockroom", "__Secure-stockroom-signin-", "/stockroom/", true},
	} {
		c := w.config
		var err error
		if c.BaseURL, err = url.Parse(tt.base); err != nil {
			t.Fatal(err)
		}
		recorder := httptest.NewRecorder()
		_, err = auth.New(c).Begin(recorder, httptest.NewRequest(http.MethodGet, "/login", nil), "/", ghpkg.SignInScopes())
		if err != nil {
			t.Fatal(err)
		}
		cookies := recorder.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: %d cookies, want 1", name, len(cookies))
		}
		got := cookies[0]
		if !strings.HasPrefix(got.Name, tt.prefix) || got.Secure != tt.secure || !got.HttpOnly ||
			got.SameSite != http.SameSiteLaxMode || got.Path != tt.path || got.Domain != "" || got.MaxAge != 600 {
			t.Errorf("%s: cookie %+v", name, got)
		}
	}
}

func TestTabsDoNotBreakOneAnother(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	first := b.approve(b.leave("?return_to=/first"))
	second := b.approve(b.leave("?return_to=/second"))
	for _, tt := range []struct{ callback, want string }{{second, "/second"}, {first, "/first"}} {
		answer, body := b.do(http.MethodGet, tt.callback)
		if got := answer.Header.Get("Location"); got != tt.want {
			t.Errorf("came back to %q (%s), want %q", got, body, tt.want)
		}
	}
	if got := b.who().login; got != "olivia" {
		t.Errorf("signed in as %q", got)
	}
}

func TestSignInsOnTheirWayAreBounded(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	oldest := b.approve(b.leave(""))
	var newest string
	for range 12 {
		newest = b.approve(b.leave(""))
	}
	u, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.client.Jar.Cookies(u)); n > 8 {
		t.Errorf("%d cookies, want at most 8", n)
	}
	if _, body := b.do(http.MethodGet, oldest); body != "sign_in_failed|" {
		t.Errorf("the oldest: %q", body)
	}
	if answer, body := b.do(http.MethodGet, newest); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("the newest: %q", body)
	}
}

func TestCallbackRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		callback func(b *browser) string
		want     string
	}{
		{"nothing", func(*browser) string { return "/login/callback" }, "sign_in_failed|"},
		{"empty state", func(b *browser) string { return withQuery(b, "state", "") }, "sign_in_failed|"},
		{"another state", func(b *browser) string { return withQuery(b, "state", "ABCDEFGHIJKLMNOPQRSTUVWXYZ") }, "sign_in_failed|"},
		{"a state with the same beginning", func(b *browser) string {
			u, _ := url.Parse(b.approve(b.leave("")))
			return setQuery(u, "state", u.Query().Get("state")[:8]+strings.Repeat("A", 18))
		}, "sign_in_failed|"},
		{"another browser's", func(b *browser) string {
			other := b.world.browser()
			return other.approve(other.leave(""))
		}, "sign_in_failed|"},
		{"no code", func(b *browser) string { return withQuery(b, "code", "") }, "sign_in_failed|"},
		{"a wrong code", func(b *browser) string { return withQuery(b, "code", "nonsense") },
			"sign_in_failed|The code passed is incorrect or expired."},
		{"another sign-in's code, which PKCE tells", func(b *browser) string {
			other := b.world.browser()
			stolen, _ := url.Parse(other.approve(other.leave("")))
			return withQuery(b, "code", stolen.Query().Get("code"))
		}, "sign_in_failed|The code passed is incorrect or expired."},
		{"twice", func(b *browser) string {
			callback := b.approve(b.leave(""))
			b.do(http.MethodGet, callback)
			b.do(http.MethodPost, "/logout")
			return callback
		}, "sign_in_failed|"},
		{"too late", func(b *browser) string {
			callback := b.approve(b.leave(""))
			b.clock.advance(auth.SignInLifetime)
			return callback
		}, "sign_in_failed|"},
		{"cancelled", func(b *browser) string {
			u, _ := url.Parse(b.leave("?return_to=/there"))
			return "/login/callback?error=access_denied&error_description=No.&state=" + u.Query().Get("state")
		}, "sign_in_denied|No."},
		{"another error", func(b *browser) string {
			u, _ := url.Parse(b.leave("?return_to=/there"))
			return "/login/callback?error=application_suspended&error_description=Your+app.&state=" + u.Query().Get("state")
		}, "oauth_app|Your app."},
		{"an error of the person's", func(b *browser) string {
			u, _ := url.Parse(b.leave("?return_to=/there"))
			return "/login/callback?error=unverified_user_email&error_description=Your+mail.&state=" + u.Query().Get("state")
		}, "sign_in_failed|Your mail."},
		{"cancelled, but not ours", func(*browser) string { return "/login/callback?error=access_denied&state=x" }, "sign_in_failed|"},
		{"GitHub fails", func(b *browser) string {
			callback := b.approve(b.leave("?return_to=/there"))
			b.gh.Inject(ghfake.Fault{PathPattern: "/user$", Status: http.StatusBadGateway})
			return callback
		}, "upstream|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newWorld(t).browser()
			answer, body := b.do(http.MethodGet, tt.callback(b))
			if body != tt.want || answer.StatusCode != http.StatusTeapot {
				t.Errorf("%d %q, want %q", answer.StatusCode, body, tt.want)
			}
			if got := b.who().login; got != "nobody" {
				t.Errorf("signed in as %q", got)
			}
		})
	}
}

func withQuery(b *browser, key, value string) string {
	u, _ := url.Parse(b.approve(b.leave("")))
	return setQuery(u, key, value)
}

func setQuery(u *url.URL, key, value string) string {
	query := u.Query()
	query.Set(key, value)
	u.RawQuery = query.Encode()
	return u.String()
}

func TestSignInRenewsTheSession(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	planted, _ := url.Parse(b.url)
	b.client.Jar.SetCookies(planted, []*http.Cookie{{Name: "stockroom", Value: "PLANTED", Path: "/"}})
	b.signIn("")
	first := b.cookie("stockroom")
	if first == "PLANTED" || first == "" {
		t.Fatalf("cookie %q after the sign-in", first)
	}
	before := b.who()
	b.signIn("")
	after := b.who()
	if b.cookie("stockroom") == first || after.id == before.id {
		t.Error("the second sign-in kept the session's id")
	}
	if b.alive(before.token) || !b.alive(after.token) {
		t.Errorf("old token alive: %v, new token alive: %v", b.alive(before.token), b.alive(after.token))
	}
	thief := b.world.browser()
	thief.client.Jar.SetCookies(planted, []*http.Cookie{{Name: "stockroom", Value: first, Path: "/"}})
	if got := thief.who().login; got != "nobody" {
		t.Errorf("the old cookie still opens a session of %q", got)
	}
}

// stuck is a database in which no session can be ended by its key.
type stuck struct{ auth.Store }

func (s stuck) TakeSession(ctx context.Context, key string) (ghpkg.SessionRecord, bool, error) {
	r, ok, err := s.Session(ctx, key, time.Time{})
	if err == nil && ok && r.ViewerID != 0 {
		return r, false, errors.New("the database is locked")
	}
	return s.Store.TakeSession(ctx, key)
}

// TestSignInWhileTheSessionBeforeCannotBeEnded: who has a session is told so,
// and the one before ends, with its token, when it expires.
func TestSignInWhileTheSessionBeforeCannotBeEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.Store = stuck{w.store}
	w.auth, w.url = w.serve(w.config)
	w.gh.Authorize("olivia")
	b := w.browser()
	b.signIn("")
	before := b.who()
	b.signIn("?scopes=repo")
	after := b.who()
	if after.login != "olivia" || after.id == before.id || !w.alive(after.token) {
		t.Errorf("signed in as %+v, before %+v", after, before)
	}
	w.clock.advance(auth.IdleLifetime)
	w.auth.Sweep(t.Context())
	w.gone(before.id, before.token)
}

func TestStepUpKeepsScopes(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	address := b.leave("?scopes=read:packages+delete:packages&return_to=/orgs/acme/packages/npm/widget")
	if u, _ := url.Parse(address); u.Query().Get("login") != "olivia" {
		t.Errorf("GitHub is not told who asks: %s", address)
	}
	answer, _ := b.do(http.MethodGet, b.approve(address))
	if got := answer.Header.Get("Location"); got != "/orgs/acme/packages/npm/widget" {
		t.Errorf("came back to %q", got)
	}
	if got := b.who().scopes; got != "delete:packages read:org read:packages" {
		t.Errorf("scopes %q", got)
	}
	b.signIn("?scopes=write:packages")
	if got := b.who().scopes; got != "delete:packages read:org write:packages" {
		t.Errorf("scopes %q", got)
	}
}

func TestStepUpCancelledLeavesTheSession(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	before := b.who()
	u, _ := url.Parse(b.leave("?scopes=repo&return_to=/there"))
	answer, body := b.do(http.MethodGet, "/login/callback?error=access_denied&state="+u.Query().Get("state"))
	if body != "sign_in_denied|" || answer.Header.Get("X-Return-To") != "/there" {
		t.Errorf("%q, return to %q", body, answer.Header.Get("X-Return-To"))
	}
	if got := b.who(); got != before || !b.alive(before.token) {
		t.Errorf("session %+v, want %+v", got, before)
	}
}

func TestStepUpAsSomebodyElseIsANewSignIn(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("?scopes=repo")
	old := b.who()
	b.gh.Authorize("miguel")
	b.signIn("?scopes=read:packages")
	got := b.who()
	if got.login != "miguel" || got.id == old.id {
		t.Errorf("signed in as %+v", got)
	}
	if b.alive(old.token) {
		t.Error("the other account's token lives on")
	}
	if list, err := b.auth.Sessions(t.Context(), 101); err != nil || len(list) != 0 {
		t.Errorf("the other account still has sessions: %v, %v", list, err)
	}
}

func TestNoTokenInDatabaseOrLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gh.ExpireAfter(8 * time.Hour)
	b := w.browser()
	b.signIn("")
	first := b.who().token
	w.clock.advance(8 * time.Hour)
	second := b.who().token
	if first == second {
		t.Fatal("the token was not refreshed")
	}
	b.signIn("?scopes=repo")
	shown := w.logs.String()
	files, err := filepath.Glob(w.dbPath + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no database files: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(data)
	}
	for _, secret := range []string{first, second, b.who().token, "gho_", "ghr_", b.cookie("stockroom"), w.gh.ClientSecret()} {
		if secret == "" || strings.Contains(shown, secret) {
			t.Errorf("the database or the logs show %q", secret)
		}
	}
}
