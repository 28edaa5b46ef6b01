package ghfake

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// codeLifetime is how long an authorization code may wait.
const codeLifetime = 10 * time.Minute

// code is an authorization code: good for one exchange.
type code struct {
	login     string
	scopes    ghpkg.Scopes
	redirect  string
	challenge string // S256; empty: the app did not use PKCE
	expires   time.Time
}

// authorization is what an app asks for at /login/oauth/authorize.
type authorization struct {
	ClientID, RedirectURI, State, Challenge string
	Scopes                                  ghpkg.Scopes
}

// Authorize makes a user approve every authorization at once, without the
// page. An empty login brings the page back. It panics if there is no such user.
func (s *Server) Authorize(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if login != "" && s.world.users[lower(login)] == nil {
		panic("ghfake: no user " + strconv.Quote(login))
	}
	s.grants.persona = login
}

// parseAuthorization reads the parameters. What is wrong with them is told to
// the app: GitHub's error code and its description.
func (s *Server) parseAuthorization(q url.Values) (a authorization, problem, description string) {
	a = authorization{
		ClientID: q.Get("client_id"), RedirectURI: q.Get("redirect_uri"), State: q.Get("state"),
		Challenge: q.Get("code_challenge"), Scopes: ghpkg.ParseScopes(q.Get("scope")),
	}
	registered := s.options.CallbackURL
	if a.RedirectURI == "" {
		a.RedirectURI = registered
	}
	if !allowedRedirect(registered, a.RedirectURI) {
		a.RedirectURI = registered
		return a, "redirect_uri_mismatch", msgRedirect
	}
	if a.Challenge != "" && q.Get("code_challenge_method") != "S256" {
		// GitHub knows S256 only; code and wording are guesses.
		return a, "invalid_request", "The code_challenge_method must be S256."
	}
	return a, "", ""
}

// allowedRedirect applies GitHub's rule: same host and port as registered, and
// a path that begins with the registered one; on loopback any port.
func allowedRedirect(registered, asked string) bool {
	want, err1 := url.Parse(registered)
	got, err2 := url.Parse(asked)
	if err1 != nil || err2 != nil || got.Host == "" {
		return false
	}
	if registered == "" {
		return true
	}
	host := got.Host == want.Host || isLoopback(want.Hostname()) && got.Hostname() == want.Hostname()
	path := got.Path == want.Path || strings.HasPrefix(got.Path, strings.TrimSuffix(want.Path, "/")+"/")
	return host && path && got.Scheme == want.Scheme
}

func isLoopback(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

// approve makes a code and returns where to send the browser. GitHub grants
// the scopes that were asked for and kept, not those of earlier approvals.
func (s *Server) approve(a authorization, login string, kept ghpkg.Scopes) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	granted := slices.DeleteFunc(slices.Clone(a.Scopes), func(scope string) bool { return !slices.Contains(kept, scope) })
	value := rand.Text()
	s.grants.codes[value] = &code{
		login: login, scopes: granted, redirect: a.RedirectURI, challenge: a.Challenge, expires: s.Now().Add(codeLifetime),
	}
	return a.redirect(url.Values{"code": {value}})
}

// deny returns where to send the browser with an error.
func (a authorization) deny(code, description string) string {
	return a.redirect(url.Values{"error": {code}, "error_description": {description}, "error_uri": {oauthErrors}})
}

func (a authorization) redirect(add url.Values) string {
	target, err := url.Parse(a.RedirectURI)
	if err != nil {
		return "/"
	}
	query := target.Query()
	for k := range add {
		query.Set(k, add.Get(k))
	}
	if a.State != "" {
		query.Set("state", a.State)
	}
	target.RawQuery = query.Encode()
	return target.String()
}

// authorize shows who could approve, or approves at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	a, problem, description := s.parseAuthorization(r.URL.Query())
	switch {
	case a.ClientID != s.options.ClientID:
		http.Error(w, "Not Found", http.StatusNotFound)
		return
	case a.RedirectURI == "":
		http.Error(w, "The redirect_uri is missing or not registered.", http.StatusBadRequest)
		return
	case problem != "":
		http.Redirect(w, r, a.deny(problem, description), http.StatusFound)
		return
	}
	s.mu.Lock()
	persona := s.grants.persona
	s.mu.Unlock()
	if persona != "" {
		http.Redirect(w, r, s.approve(a, persona, a.Scopes), http.StatusFound)
		return
	}
	s.page(w, "authorize", s.consent(a, r.URL.RawQuery))
}

// decide takes the answer of the page.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	a, problem, _ := s.parseAuthorization(r.URL.Query())
	if problem != "" || a.RedirectURI == "" || a.ClientID != s.options.ClientID {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	login := r.PostFormValue("login")
	if login == "" {
		http.Redirect(w, r, a.deny("access_denied", "The user has denied your application access."), http.StatusSeeOther)
		return
	}
	s.mu.Lock()
	known := s.world.users[lower(login)] != nil
	s.mu.Unlock()
	if !known {
		http.Error(w, "Not Found", http.StatusNotFound)
		return
	}
	http.Redirect(w, r, s.approve(a, login, r.PostForm["scope"]), http.StatusSeeOther)
}

// proves reports whether the verifier belongs to the code's challenge.
func (c *code) proves(verifier string) bool {
	if c.challenge == "" {
		return true
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == c.challenge
}
