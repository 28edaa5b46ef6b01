// Package ghfake is a GitHub in memory: the OAuth web flow and the REST
// operations that Stockroom uses, over real HTTP, with a clock that the caller
// holds. It answers and refuses as GitHub does; where the public record is
// silent, a comment says that the answer is a guess. Tests, benchmarks and the
// practice mode run against it.
//
// Its web pages (sign-in, SSO, avatars) are served at the root and its REST
// API below /api/v3, as on GitHub Enterprise Server.
package ghfake

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// apiPrefix is where GitHub Enterprise Server has its REST API.
const apiPrefix = "/api/v3"

// Options says what kind of GitHub to be. The zero value is usable.
type Options struct {
	Now          func() time.Time // nil: time.Now
	ClientID     string           // of the one registered OAuth app; empty: "stockroom-client"
	ClientSecret string           // empty: "stockroom-secret"
	CallbackURL  string           // registered prefix of redirect_uri; empty: any
	BaseURL      string           // of the links in answers; empty: the address that was asked
}

// Server is one GitHub. Its methods may be called at any time, also while it
// answers requests.
type Server struct {
	// URL and APIURL are the addresses of a started server.
	URL, APIURL string

	options Options
	routes  []route

	mu      sync.Mutex
	world   world
	grants  grants
	limits  limits
	faults  []*Fault
	log     []logged
	arrived int // requests since the start
	delay   time.Duration
}

// New returns an empty GitHub.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.ClientID = cmp.Or(o.ClientID, "stockroom-client")
	o.ClientSecret = cmp.Or(o.ClientSecret, "stockroom-secret")
	s := &Server{options: o, world: newWorld(), grants: newGrants(), limits: newLimits()}
	s.routes = s.routeTable()
	if o.BaseURL != "" {
		s.SetBaseURL(o.BaseURL)
	}
	return s
}

// TB is what Start needs of a test; *testing.T and *testing.B have it. It is
// declared here so that a program with a practice mode does not link testing.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Start serves a new GitHub on a free loopback port until the test ends.
func Start(tb TB, o Options, seed ...func(*Server)) *Server {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("ghfake: %v", err)
	}
	s := New(o)
	s.SetBaseURL(cmp.Or(o.BaseURL, "http://"+listener.Addr().String()))
	for _, f := range seed {
		f(s)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // always ends with ErrServerClosed
	}()
	tb.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

// SetBaseURL sets the address that links in answers start with.
func (s *Server) SetBaseURL(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.URL = strings.TrimSuffix(base, "/")
	s.APIURL = s.URL + apiPrefix
}

// ClientID returns the id of the registered OAuth app.
func (s *Server) ClientID() string { return s.options.ClientID }

// ClientSecret returns the secret of the registered OAuth app.
func (s *Server) ClientSecret() string { return s.options.ClientSecret }

// Now returns the server's time.
func (s *Server) Now() time.Time { return s.options.Now().UTC() }

// ServeHTTP answers REST requests below /api/v3 and web pages elsewhere.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	if rest, ok := strings.CutPrefix(path, apiPrefix); ok && (rest == "" || rest[0] == '/') {
		s.serveAPI(w, r, rest)
		return
	}
	s.serveWeb(w, r)
}

// base returns the address that links in the answer to r start with.
func (s *Server) base(r *http.Request) string { return cmp.Or(s.URL, "http://"+r.Host) }
