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
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// asChild is set where the test binary is to be the program itself.
const asChild = "STOCKROOM_TEST_AS_CHILD"

// TestAsChild is the program, for a test that has to kill it.
func TestAsChild(t *testing.T) {
	if os.Getenv(asChild) == "" {
		return // for TestKill alone
	}
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, nil, os.Stderr, os.Stderr); err != nil {
		t.Fatal(err)
	}
}

// machine is where the program runs, dies and is started again.
type machine struct {
	t       *testing.T
	env     []string
	url     string
	github  *ghfake.Server
	browser *http.Client
}

func newMachine(t *testing.T, packages int) *machine {
	t.Helper()
	address := freeAddress(t)
	gh := ghfake.Start(t, ghfake.Options{}, func(s *ghfake.Server) {
		s.AddUser(ghfake.User{Login: "olivia"})
		s.AddOrg(ghfake.Org{Login: "acme"})
		s.AddMember("acme", "olivia", ghpkg.RoleAdmin)
		for n := range packages {
			publish(s, n)
		}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, url: "http://" + address, github: gh, browser: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	for name, value := range map[string]string{
		"ADDR": address, "GITHUB_URL": gh.URL, "GITHUB_API_URL": gh.APIURL,
		"GITHUB_CLIENT_ID": gh.ClientID(), "GITHUB_CLIENT_SECRET": gh.ClientSecret(), "LOG_FORMAT": "json",
		"SECRET_KEY":   base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "stockroom.db"),
	} {
		m.env = append(m.env, "STOCKROOM_"+name+"="+value)
	}
	return m
}

func publish(s *ghfake.Server, n int) {
	s.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: fmt.Sprintf("package-%d", n)}, ghfake.Version{Name: "1"})
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// start returns the running program once it listens. It ends with the test at
// the latest.
func (m *machine) start() *exec.Cmd {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAsChild$", "-test.timeout=5m")
	child.Env = append(childEnv(), m.env...)
	log, err := child.StderrPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		cancel()
		_ = child.Wait() // it was killed, or has ended before
	})
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"listening"`) {
			go func() { _, _ = io.Copy(io.Discard, log) }() // ends with the program
			return child
		}
	}
	m.t.Fatalf("it does not listen: %v", lines.Err())
	return nil
}

// end sends the program a signal and waits until it is gone.
func (m *machine) end(child *exec.Cmd, how os.Signal) {
	m.t.Helper()
	if err := child.Process.Signal(how); err != nil {
		m.t.Fatal(err)
	}
	_ = child.Wait() // how it ended is what how says
}

// listed is the table of acme's packages.
type listed struct {
	Total    int
	Complete bool
	AsOf     time.Time `json:"as_of"`
}

func (m *machine) list() (l listed, err error) {
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.url+"/orgs/acme/packages?type=npm&format=json", nil)
	if err != nil {
		return l, err
	}
	response, err := m.browser.Do(request)
	if err != nil {
		return l, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return l, fmt.Errorf("%s", response.Status)
	}
	return l, json.NewDecoder(response.Body).Decode(&l)
}

// shows fails unless the table is whole and has that many rows.
func (m *machine) shows(least, most int) listed {
	m.t.Helper()
	l, err := m.list()
	if err != nil || !l.Complete || l.Total < least || l.Total > most {
		m.t.Fatalf("%+v, %v; want %d to %d rows", l, err, least, most)
	}
	return l
}

func (m *machine) send(method, path string) {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	response, err := m.browser.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	if response.Body.Close(); response.StatusCode != http.StatusOK {
		m.t.Fatalf("%s: %s", path, response.Status)
	}
}

// TestKill: whenever the program is killed, the next one shows the last whole
// listing to the same session at once, and then the newest.
func TestKill(t *testing.T) {
	t.Parallel()
	const packages = 250
	m := newMachine(t, packages)
	child := m.start()
	m.github.Authorize("olivia")
	m.send(http.MethodGet, "/login?return_to=/settings")
	first := m.shows(packages, packages)
	m.end(child, syscall.SIGTERM) // which waits until everything is written

	child = m.start()
	publish(m.github, packages)
	m.send(http.MethodPost, "/orgs/acme/-/refresh?format=json")
	asked, hold := len(m.github.Requests()), make(chan struct{})
	m.github.Inject(ghfake.Fault{PathPattern: "/packages$", Times: -1, Until: hold})
	done := make(chan struct{})
	go func() { defer close(done); _, _ = m.list() }() // fails when the program is killed
	for began := time.Now(); len(m.github.Requests()) == asked; time.Sleep(time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("a refresh after a restart does not ask GitHub")
		}
	}
	m.end(child, syscall.SIGKILL)
	<-done

	child = m.start() // GitHub still does not answer
	if l := m.shows(packages, packages); !l.AsOf.Equal(first.AsOf.Truncate(time.Millisecond)) {
		t.Errorf("as of %v, want %v", l.AsOf, first.AsOf)
	}
	m.github.ClearFaults()
	close(hold)
	m.send(http.MethodPost, "/orgs/acme/-/refresh?format=json")
	m.shows(packages+1, packages+1)

	seen := packages // the newest may not be written yet
	for round := range 4 {
		publish(m.github, packages+1+round)
		m.send(http.MethodPost, "/orgs/acme/-/refresh?format=json")
		done := make(chan struct{})
		go func() { defer close(done); _, _ = m.list() }()
		time.Sleep(rand.N(60 * time.Millisecond)) // anywhere between the question and what is written of the answer
		m.end(child, syscall.SIGKILL)
		<-done
		child = m.start()
		seen = m.shows(seen, packages+2+round).Total
	}
	m.send(http.MethodPost, "/orgs/acme/-/refresh?format=json")
	m.shows(packages+5, packages+5)
}
