package ghfake

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// clock is a time that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)} }

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

// small is the world of most tests.
func small(s *Server) {
	for _, login := range []string{"Olivia", "marco", "casey", "sam"} {
		s.AddUser(User{Login: login})
	}
	s.AddOrg(Org{Login: "Acme"})
	s.AddOrg(Org{Login: "initech", SAML: true})
	s.AddOrg(Org{Login: "umbrella", AppRestricted: true})
	s.AddMember("acme", "olivia", ghpkg.RoleAdmin)
	s.AddMember("acme", "marco", ghpkg.RoleMember)
	s.AddMember("initech", "sam", ghpkg.RoleAdmin)
	s.AddMember("umbrella", "sam", ghpkg.RoleAdmin)
	s.AddTeamMember("acme", "admins", "marco", "member")
	for _, owner := range []string{"Acme", "Olivia"} {
		s.AddPackage(Package{Owner: owner, Type: ghpkg.Container, Name: "api/gateway", Repository: "api"},
			Version{Name: "sha256:a", Tags: []string{"1", "latest"}}, Version{Name: "sha256:b", Tags: []string{"2"}}, Version{Name: "sha256:c"})
		s.AddPackage(Package{Owner: owner, Type: ghpkg.NPM, Name: "lib", Readers: []string{"casey"}},
			Version{Name: "1.0.0", License: "MIT", Description: "first"}, Version{Name: "1.1.0"})
		s.AddPackage(Package{Owner: owner, Type: ghpkg.Maven, Name: "com.acme.core", Repository: "core"}, Version{Name: "1.0"}, Version{Name: "2.0"})
		s.AddPackage(Package{Owner: owner, Type: ghpkg.Docker, Name: "old", Repository: "old", Conflict: true}, Version{Name: "d1", Tags: []string{"1"}})
		s.AddPackage(Package{Owner: owner, Type: ghpkg.NuGet, Name: "Popular", Visibility: ghpkg.Public},
			Version{Name: "1.0.0", Downloads: 5001}, Version{Name: "1.0.1", Downloads: 5000})
		s.AddPackage(Package{Owner: owner, Type: ghpkg.RubyGems, Name: "single"}, Version{Name: "0.1"})
		s.AddPackage(Package{Owner: owner, Type: ghpkg.NPM, Name: "secret", Restricted: true}, Version{Name: "1"}, Version{Name: "2"})
	}
	s.AddPackage(Package{Owner: "initech", Type: ghpkg.NPM, Name: "closed"}, Version{Name: "1"})
	s.AddPackage(Package{Owner: "umbrella", Type: ghpkg.NPM, Name: "closed"}, Version{Name: "1"})
}

// allScopes are the scopes of somebody who may do everything.
func allScopes() []string {
	return []string{"read:packages", "write:packages", "delete:packages", "read:org", "repo"}
}

// fixture is a started server with its clock.
type fixture struct {
	*Server
	t     *testing.T
	clock *clock
}

func start(t *testing.T, seed ...func(*Server)) fixture {
	t.Helper()
	c := newClock()
	return fixture{Start(t, Options{Now: c.Now}, append([]func(*Server){small}, seed...)...), t, c}
}

// response is an answer that was read to its end.
type response struct {
	status int
	header http.Header
	body   string
}

// message returns the sentence of an error body.
func (r response) message() string {
	var body struct{ Message string }
	_ = json.Unmarshal([]byte(r.body), &body)
	return body.Message
}

// names returns what a list holds.
func (r response) names(t *testing.T) []string {
	t.Helper()
	var items []struct{ Name, Login string }
	if err := json.Unmarshal([]byte(r.body), &items); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = item.Name + item.Login
	}
	return names
}

// do sends "METHOD /path" below the API and checks the answer against both
// OpenAPI files.
func (f fixture) do(token, request string, edit ...func(*http.Request)) response {
	f.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.APIURL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, e := range edit {
		e(r)
	}
	got, err := f.send(r)
	if err != nil {
		f.t.Fatal(err)
	}
	f.conforms(r, got)
	return got
}

// send sends a request without following redirects.
func (f fixture) send(r *http.Request) (response, error) {
	f.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return response{res.StatusCode, res.Header, string(body)}, err
}

// withBody gives a request a body.
func withBody(r *http.Request, body string) {
	r.Body = io.NopCloser(strings.NewReader(body))
	r.ContentLength = int64(len(body))
}

// ref makes a ref; it fails the test on nonsense.
func ref(t *testing.T, kind ghpkg.OwnerKind, login string, typ ghpkg.Type, name string) ghpkg.Ref {
	t.Helper()
	owner, err := ghpkg.NewOwner(kind, login)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ghpkg.NewRef(owner, typ, name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
