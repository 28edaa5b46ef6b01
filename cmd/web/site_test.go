package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// replica is one running program.
type replica struct {
	command *exec.Cmd
	address string
	dead    chan struct{}
	log     apptest.Buffer // what it said once it listened
}

// childEnv is the environment of this program as a child. Its memory is to be
// what operators get, whatever the tests were given.
func childEnv() []string { return append(os.Environ(), asChild+"=1", "GOGC=") }

// launch returns the running program once it listens. It ends with the test at
// the latest.
func launch(t *testing.T, env []string) *replica {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAsChild$", "-test.timeout="+(5*time.Minute+*soak).String())
	child.Env = append(append(childEnv(), "STOCKROOM_ADDR=127.0.0.1:0"), env...)
	log, err := child.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	r := &replica{command: child, dead: make(chan struct{})}
	t.Cleanup(func() {
		cancel()
		<-r.dead
	})
	lines, said := bufio.NewScanner(log), ""
	for r.address == "" && lines.Scan() {
		var line struct{ Msg, Addr string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
			r.address = line.Addr
		}
		said += lines.Text() + "\n"
	}
	go func() {
		defer close(r.dead)
		_, _ = io.Copy(&r.log, log) // ends with the program
		_ = child.Wait()            // it is killed, sooner or later
	}()
	if r.address == "" {
		t.Fatalf("it does not listen: %v\n%s", lines.Err(), said)
	}
	return r
}

// kill ends the program at once, whatever it does.
func (r *replica) kill() {
	_ = r.command.Process.Kill() // it may be dead
	<-r.dead
}

// site is a Stockroom of one replica or more, its GitHub and a browser that
// asks whichever replica is alive.
type site struct {
	t       *testing.T
	env     []string
	github  *ghfake.Server
	front   *httptest.Server // listens for it
	serve   http.HandlerFunc // GitHub, with what goes wrong there
	browser *http.Client
	alive   atomic.Pointer[replica]
	changes atomic.Int32 // that GitHub is working on

	mu    sync.Mutex
	asked []time.Time // when GitHub was asked for a change
}

// changeTime is how long GitHub is at a change.
const changeTime = 20 * time.Millisecond

// base is the site's public address; the browser knows where that is.
const base = "http://stockroom.localhost"

func newSite(t *testing.T, databaseURL string, seed func(*ghfake.Server)) *site {
	t.Helper()
	s := &site{t: t, github: ghfake.New(ghfake.Options{})}
	seed(s.github)
	s.serve = s.serveGitHub
	s.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r) }))
	t.Cleanup(s.front.Close)
	s.github.SetBaseURL(s.front.URL)
	s.github.Authorize("olivia")
	s.browser = s.newBrowser()
	for name, value := range map[string]string{
		"BASE_URL": base, "GITHUB_URL": s.github.URL, "GITHUB_API_URL": s.github.APIURL,
		"GITHUB_CLIENT_ID": s.github.ClientID(), "GITHUB_CLIENT_SECRET": s.github.ClientSecret(),
		"SECRET_KEY": base64.StdEncoding.EncodeToString(make([]byte, 32)), "DATABASE_URL": databaseURL,
		"LOG_FORMAT": "json", "MUTATION_INTERVAL": "5ms",
	} {
		s.env = append(s.env, "STOCKROOM_"+name+"="+value)
	}
	return s
}

// newBrowser is one in which nobody is signed in.
func (s *site) newBrowser() *http.Client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "stockroom.localhost:") {
			address = s.alive.Load().address
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: transport}
}

// serveGitHub is GitHub, which complains of two changes at once. Whoever dies
// while it is at a change does not know what becomes of it: now and then
// nothing, and now and then it is made, seconds later.
func (s *site) serveGitHub(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || !strings.Contains(r.URL.Path, "/packages/") {
		s.github.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, time.Now())
	s.mu.Unlock()
	if s.changes.Add(1) > 1 {
		s.t.Errorf("two changes at once: %s %s", r.Method, r.URL.Path)
	}
	defer s.changes.Add(-1)
	select {
	case <-time.After(changeTime):
	case <-r.Context().Done():
		if rand.N(2) == 0 {
			return
		}
		time.Sleep(rand.N(4 * time.Second))
	}
	s.github.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
}

// launch starts a replica, which the browser asks from now on.
func (s *site) launch() *replica {
	s.t.Helper()
	r := launch(s.t, s.env)
	s.alive.Store(r)
	return r
}

// ask sends a request, decodes the JSON that comes, and returns the status.
func (s *site) ask(method, path string, form url.Values, into any) (int, error) {
	request, err := http.NewRequestWithContext(s.t.Context(), method, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := s.browser.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest || into == nil {
		return response.StatusCode, err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return response.StatusCode, fmt.Errorf("%s: %w: %.200s", path, err, body)
	}
	return response.StatusCode, nil
}

// must is ask, which has to succeed. What is not ready yet is asked for again.
func (s *site) must(method, path string, form url.Values, into any) {
	s.t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		status, err := s.ask(method, path, form, into)
		switch {
		case err == nil && status < http.StatusBadRequest:
			return
		case err != nil || status < http.StatusInternalServerError || time.Since(began) > time.Minute:
			s.t.Fatalf("%s %s: %d, %v", method, path, status, err)
		}
	}
}
