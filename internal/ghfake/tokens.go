package ghfake

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxTokens is how many tokens GitHub keeps for one user, app and set of
// scopes; a further one revokes the oldest.
const maxTokens = 10

// token is an access token.
type token struct {
	id      int64
	value   string
	login   string
	client  string // the OAuth app; empty: a classic personal token
	scopes  ghpkg.Scopes
	sso     map[string]bool // organizations, lower case, that let it in
	created time.Time
	expires time.Time // zero: never
	refresh string    // empty: none
}

// grants is all that OAuth has handed out.
type grants struct {
	tokens  []*token
	codes   map[string]*code
	nextID  int64
	expiry  time.Duration // of tokens minted by OAuth; 0: never
	persona string        // who approves without being asked
}

func newGrants() grants { return grants{codes: map[string]*code{}} }

// alive returns the token of that value, or nil.
func (g *grants) alive(value string, now time.Time) *token {
	if value == "" {
		return nil
	}
	i := slices.IndexFunc(g.tokens, func(t *token) bool { return t.value == value })
	if i < 0 || !g.tokens[i].expires.IsZero() && !now.Before(g.tokens[i].expires) {
		return nil
	}
	return g.tokens[i]
}

// revoke forgets all tokens that match.
func (g *grants) revoke(match func(*token) bool) (revoked bool) {
	before := len(g.tokens)
	g.tokens = slices.DeleteFunc(g.tokens, match)
	return len(g.tokens) < before
}

// Token mints an OAuth token for a user without the web flow. It panics if
// there is no such user.
func (s *Server) Token(login string, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mint(login, scopes).value
}

// mint makes a token that organizations with a current SSO session let in.
func (s *Server) mint(login string, scopes []string) *token {
	user := s.world.users[lower(login)]
	if user == nil {
		panic("ghfake: no user " + strconv.Quote(login))
	}
	s.grants.nextID++
	t := &token{
		id: s.grants.nextID, value: "gho_" + rand.Text(), login: user.Login, client: s.options.ClientID,
		scopes: normalize(scopes), sso: map[string]bool{}, created: s.Now(),
	}
	for _, org := range user.SSO {
		t.sso[lower(org)] = true
	}
	s.evict(t)
	s.grants.tokens = append(s.grants.tokens, t)
	return t
}

// evict revokes the oldest token of the same kind if there are too many.
func (s *Server) evict(newest *token) {
	var same []*token
	for _, t := range s.grants.tokens {
		if t.login == newest.login && t.client == newest.client && slices.Equal(t.scopes, newest.scopes) {
			same = append(same, t)
		}
	}
	if len(same) >= maxTokens {
		s.grants.revoke(func(t *token) bool { return t == same[0] })
	}
}

// normalize drops scopes that a wider one includes, as GitHub does.
func normalize(scopes []string) ghpkg.Scopes {
	all := ghpkg.ParseScopes(strings.Join(scopes, " "))
	return slices.DeleteFunc(all, func(scope string) bool {
		return slices.ContainsFunc(all, func(other string) bool {
			return other != scope && ghpkg.Scopes{other}.Has(scope)
		})
	})
}

// RevokeToken ends a token. It reports whether the token was alive.
func (s *Server) RevokeToken(value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grants.revoke(func(t *token) bool { return t.value == value })
}

// RevokeUser ends all tokens of a user.
func (s *Server) RevokeUser(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants.revoke(func(t *token) bool { return strings.EqualFold(t.login, login) })
}

// TokenAlive reports whether a token still opens anything.
func (s *Server) TokenAlive(value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grants.alive(value, s.Now()) != nil
}

// ExpireAfter makes tokens that OAuth hands out from now on expire, and come
// with a refresh token, as GitHub offers to OAuth apps. Zero: they live on.
func (s *Server) ExpireAfter(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants.expiry = d
}

// SetSSO starts or ends a user's SAML session with an organization. The user's
// tokens follow.
func (s *Server) SetSSO(login, org string, active bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setSSO(login, org, active)
}

func (s *Server) setSSO(login, org string, active bool) {
	user := s.world.users[lower(login)]
	if user == nil {
		return
	}
	user.SSO = slices.DeleteFunc(user.SSO, func(o string) bool { return strings.EqualFold(o, org) })
	if active {
		user.SSO = append(user.SSO, org)
	}
	for _, t := range s.grants.tokens {
		if t.login == user.Login {
			t.sso[lower(org)] = active
		}
	}
}

// authenticate finds the token and its user. A token that is not alive is
// refused everywhere, also where none is needed.
func (c *call) authenticate() answer {
	value := bearer(c.r)
	if value == "" {
		return answer{}
	}
	c.token = c.grants.alive(value, c.now)
	if c.token == nil {
		return refuse(http.StatusUnauthorized, "Bad credentials")
	}
	c.viewer = c.world.users[lower(c.token.login)]
	return answer{}
}

// authorizationRequest names the token in an SSO address.
func (c *call) authorizationRequest() string { return "AR" + strconv.FormatInt(c.token.id, 10) }

// bearer returns the token of a request. Basic credentials belong to the OAuth
// app and are read where they are wanted.
func bearer(r *http.Request) string {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "token") {
		return strings.TrimSpace(value)
	}
	return ""
}

func lower(s string) string { return strings.ToLower(s) }
