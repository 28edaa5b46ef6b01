package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// world is a GitHub, a database and a small application that uses auth.
type world struct {
	t      *testing.T
	gh     *ghfake.Server
	clock  *clock
	dbPath string
	store  *store.Store
	logs   *safeBuffer
	config auth.Config
	auth   *auth.Auth
	url    string // the application's
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

// safeBuffer is a buffer for the logs of several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// api is what auth asks GitHub, in its plainest form.
type api struct{ gh *ghfake.Server }

func (a api) Viewer(ctx context.Context, token string) (ghpkg.Viewer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.gh.APIURL+"/user", nil)
	if err != nil {
		return ghpkg.Viewer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return ghpkg.Viewer{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return ghpkg.Viewer{}, &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: "api.Viewer"}
	}
	var user struct {
		ID    int64
		Login string
	}
	if err := json.NewDecoder(answer.Body).Decode(&user); err != nil {
		return ghpkg.Viewer{}, err
	}
	return ghpkg.Viewer{ID: user.ID, Login: user.Login, Scopes: ghpkg.ParseScopes(answer.Header.Get("X-OAuth-Scopes"))}, nil
}

func (a api) Revoke(ctx context.Context, token string) error {
	body, err := json.Marshal(map[string]string{"access_token": token})
	if err != nil {
		return err
	}
	address := a.gh.APIURL + "/applications/" + a.gh.ClientID() + "/token"
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth(a.gh.ClientID(), a.gh.ClientSecret())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("revoke: %s", answer.Status)
	}
	return nil
}

func secrets(n ...byte) [][]byte {
	var all [][]byte
	for _, b := range n {
		all = append(all, bytes.Repeat([]byte{b}, 32))
	}
	return all
}

func newKeys(t testing.TB, secrets [][]byte) *auth.Keys {
	t.Helper()
	k, err := auth.NewKeys(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
}

func newWorldOn(t *testing.T, databaseURL string) *world {
	t.Helper()
	// oauth2 counts a token's life from the machine's time.
	w := &world{t: t, clock: &clock{now: time.Now().Truncate(time.Millisecond)}, logs: &safeBuffer{}}
	w.gh = ghfake.Start(t, ghfake.Options{Now: w.clock.Now})
	w.gh.AddUser(ghfake.User{ID: 101, Login: "olivia"})
	w.gh.AddUser(ghfake.User{ID: 102, Login: "miguel"})
	w.gh.Authorize("olivia")
	w.dbPath = strings.TrimPrefix(databaseURL, "sqlite:")
	var err error
	if w.store, err = store.Open(t.Context(), databaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	github, err := url.Parse(w.gh.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.config = auth.Config{
		GitHubURL: github, ClientID: w.gh.ClientID(), ClientSecret: w.gh.ClientSecret(),
		Keys: newKeys(t, secrets(1)), Store: w.store, GitHub: api{w.gh}, Now: w.clock.Now,
		InUse: w.store.SessionInUse,
		Log:   slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	w.auth, w.url = w.serve(w.config)
	return w
}

// serve starts the application: one more replica.
func (w *world) serve(c auth.Config) (*auth.Auth, string) {
	w.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base, err := url.Parse("http://" + server.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	c.BaseURL = base
	a := auth.New(c)
	server.Config.Handler = application(a)
	server.Start()
	w.t.Cleanup(server.Close)
	return a, server.URL
}

// application is what handlers do with auth. Answers are "kind code" on failure.
func application(a *auth.Auth) http.Handler {
	fail := func(w http.ResponseWriter, err error) {
		e, ok := errors.AsType[*fault.Error](err)
		if !ok {
			e = &fault.Error{}
		}
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s|%s", e.Code, e.Said)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		scopes := ghpkg.SignInScopes()
		if more := r.FormValue("scopes"); more != "" {
			scopes = ghpkg.ParseScopes(more)
		}
		to, err := a.Begin(w, r, r.FormValue("return_to"), scopes)
		if err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	mux.HandleFunc("GET /login/callback", func(w http.ResponseWriter, r *http.Request) {
		_, to, err := a.Finish(w, r, func(_ ghpkg.Viewer, begin func(context.Context) error) error { return begin(r.Context()) })
		if err != nil {
			w.Header().Set("X-Return-To", to)
			fail(w, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := a.Logout(w, r); err != nil {
			fail(w, err)
		}
	})
	mux.HandleFunc("POST /end", func(w http.ResponseWriter, r *http.Request) { a.End(w, r) })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		s, ok := auth.From(r.Context())
		if !ok {
			io.WriteString(w, "nobody")
			return
		}
		fmt.Fprintf(w, "%s|%s|%s|%s", s.Viewer.Login, s.Viewer.Scopes, s.Token, s.ID)
	})
	return a.Middleware(mux)
}

// browser keeps cookies and follows no redirect by itself.
type browser struct {
	*world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// do returns the status, where it leads to, and the body.
func (b *browser) do(method, address string) (*http.Response, string) {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.url + address
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Firefox")
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer, string(body)
}

// leave begins a sign-in and returns GitHub's address.
func (b *browser) leave(query string) string {
	b.t.Helper()
	answer, body := b.do(http.MethodGet, "/login"+query)
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("login: %s %s", answer.Status, body)
	}
	return answer.Header.Get("Location")
}

// approve presses Authorize at GitHub and returns the callback's address.
func (b *browser) approve(address string) string {
	b.t.Helper()
	answer, body := b.do(http.MethodGet, address)
	if answer.StatusCode != http.StatusFound {
		b.t.Fatalf("authorize: %s %s", answer.Status, body)
	}
	return answer.Header.Get("Location")
}

// signIn does it all and returns where it ends.
func (b *browser) signIn(query string) string {
	b.t.Helper()
	answer, body := b.do(http.MethodGet, b.approve(b.leave(query)))
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("callback: %s %s", answer.Status, body)
	}
	return answer.Header.Get("Location")
}

// who are the parts of what the application knows of the request.
type who struct{ login, scopes, token, id string }

func (b *browser) who() who {
	b.t.Helper()
	_, body := b.do(http.MethodGet, "/")
	parts := append(strings.Split(body, "|"), "", "", "")
	return who{parts[0], parts[1], parts[2], parts[3]}
}

func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// alive reports whether GitHub takes the token.
func (w *world) alive(token string) bool {
	_, err := api{w.gh}.Viewer(w.t.Context(), token)
	return err == nil
}
