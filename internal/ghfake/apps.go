package ghfake

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
)

func applicationRoutes() []route {
	const tokenPath = "/applications/{client_id}/token"
	docs := func(anchor string) string { return "apps/oauth-applications#" + anchor }
	return []route{
		{method: http.MethodPost, pattern: tokenPath, docs: docs("check-a-token"), open: true, handle: checkToken},
		{method: http.MethodDelete, pattern: tokenPath, docs: docs("delete-an-app-token"), open: true, handle: revokeToken},
		{method: http.MethodDelete, pattern: "/applications/{client_id}/grant", docs: docs("delete-an-app-authorization"), open: true, handle: revokeGrant},
	}
}

// appToken authenticates the OAuth app and returns the token in the body.
func (c *call) appToken() (*token, answer) {
	id, secret, basic := c.r.BasicAuth()
	if !basic || c.vars["client_id"] != id || !c.isApp(id, secret) {
		return nil, refuse(http.StatusUnauthorized, "Bad credentials") // a guess
	}
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(c.r.Body).Decode(&body); err != nil || body.AccessToken == "" {
		return nil, refuse(http.StatusUnprocessableEntity, "Validation Failed")
	}
	t := c.grants.alive(body.AccessToken, c.now)
	if t == nil || t.client != id {
		return nil, refuse(http.StatusNotFound, "Not Found")
	}
	return t, answer{}
}

func (s *Server) isApp(id, secret string) bool {
	return id == s.options.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(s.options.ClientSecret)) == 1
}

func checkToken(c *call) answer {
	t, no := c.appToken()
	if no.status != 0 {
		return no
	}
	hash := sha256.Sum256([]byte(t.value))
	var expires any
	if !t.expires.IsZero() {
		expires = stamp(t.expires)
	}
	return ok(map[string]any{
		"id": t.id, "url": c.APIURL + "/authorizations/" + c.authorizationID(t), "note": nil, "note_url": nil, "fingerprint": nil,
		"app":    map[string]any{"client_id": t.client, "name": "Stockroom", "url": c.URL + "/apps/stockroom"},
		"scopes": t.scopes, "token": t.value, "token_last_eight": t.value[len(t.value)-8:], "hashed_token": hex.EncodeToString(hash[:]),
		"created_at": stamp(t.created), "updated_at": stamp(t.created), "expires_at": expires,
		"user": c.simpleUser(c.world.users[lower(t.login)]),
	})
}

func revokeToken(c *call) answer {
	t, no := c.appToken()
	if no.status != 0 {
		return no
	}
	c.grants.revoke(func(other *token) bool { return other == t })
	return noContent()
}

func revokeGrant(c *call) answer {
	t, no := c.appToken()
	if no.status != 0 {
		return no
	}
	c.grants.revoke(func(other *token) bool { return other.login == t.login && other.client == t.client })
	return noContent()
}
