package ghfake

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GitHub's OAuth errors, given inside a 200.
const (
	oauthErrors    = "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors"
	msgRedirect    = "The redirect_uri MUST match the registered callback URL for this application."
	msgBadCode     = "The code passed is incorrect or expired."
	msgCredentials = "The client_id and/or client_secret passed are incorrect."
	msgBadRefresh  = "The refresh token passed is incorrect or expired."
)

// refreshLifetime is documented for GitHub Apps; for OAuth apps it is a guess.
const refreshLifetime = 184 * 24 * time.Hour

// accessToken exchanges a code or a refresh token. GitHub answers form-encoded
// unless JSON is asked for, and gives errors inside a 200.
func (s *Server) accessToken(w http.ResponseWriter, r *http.Request) {
	answer := s.exchange(r)
	w.Header().Set("Cache-Control", "no-store")
	if strings.Contains(r.Header.Get("Accept"), "json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(encode(answer))
		return
	}
	form := url.Values{}
	for k, v := range answer {
		text, is := v.(string)
		if !is {
			number, _ := json.Marshal(v) // always an integer
			text = string(number)
		}
		form.Set(k, text)
	}
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	_, _ = w.Write([]byte(form.Encode()))
}

// exchange returns the fields of the answer.
func (s *Server) exchange(r *http.Request) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isApp(r.PostFormValue("client_id"), r.PostFormValue("client_secret")) {
		return oauthError("incorrect_client_credentials", msgCredentials)
	}
	if r.PostFormValue("grant_type") == "refresh_token" {
		return s.refresh(r.PostFormValue("refresh_token"))
	}
	value := r.PostFormValue("code")
	c := s.grants.codes[value]
	delete(s.grants.codes, value)
	switch redirect := r.PostFormValue("redirect_uri"); {
	// Which error a wrong verifier gets is a guess.
	case c == nil || !s.Now().Before(c.expires) || !c.proves(r.PostFormValue("code_verifier")):
		return oauthError("bad_verification_code", msgBadCode)
	case redirect != "" && redirect != c.redirect:
		return oauthError("redirect_uri_mismatch", msgRedirect)
	}
	return s.grant(s.mint(c.login, c.scopes))
}

// grant describes a new token, with an end and a refresh token if they are
// switched on.
func (s *Server) grant(t *token) map[string]any {
	fields := map[string]any{"access_token": t.value, "token_type": "bearer", "scope": strings.Join(t.scopes, ",")}
	if d := s.grants.expiry; d > 0 {
		t.expires = s.Now().Add(d)
		t.refresh = "ghr_" + rand.Text()
		fields["expires_in"] = int64(d / time.Second)
		fields["refresh_token"] = t.refresh
		fields["refresh_token_expires_in"] = int64(refreshLifetime / time.Second)
	}
	return fields
}

// refresh trades a refresh token for a new pair; the old pair ends. Single use
// is documented for GitHub Apps and a guess for OAuth apps.
func (s *Server) refresh(value string) map[string]any {
	i := slices.IndexFunc(s.grants.tokens, func(t *token) bool { return value != "" && t.refresh == value })
	if i < 0 || !s.Now().Before(s.grants.tokens[i].created.Add(refreshLifetime)) {
		return oauthError("bad_refresh_token", msgBadRefresh)
	}
	old := s.grants.tokens[i]
	s.grants.revoke(func(t *token) bool { return t == old })
	return s.grant(s.mint(old.login, old.scopes))
}

func oauthError(code, description string) map[string]any {
	return map[string]any{"error": code, "error_description": description, "error_uri": oauthErrors}
}

// authorizationID names a token in addresses.
func (s *Server) authorizationID(t *token) string { return strconv.FormatInt(t.id, 10) }
