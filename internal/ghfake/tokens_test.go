package ghfake

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
)

func TestExpiringTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.Authorize("olivia")
	f.ExpireAfter(8 * time.Hour)
	app := f.app("read:packages")
	_, sent := f.visit(app.AuthCodeURL("s"), nil)
	token, err := app.Exchange(t.Context(), sent.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.advance(8 * time.Hour)
	if got := f.do(token.AccessToken, "GET /user"); got.status != http.StatusUnauthorized || f.TokenAlive(token.AccessToken) {
		t.Errorf("an expired token: %d", got.status)
	}
	refresh := func(value string) (*oauth2.Token, error) {
		return app.TokenSource(context.Background(), &oauth2.Token{RefreshToken: value}).Token()
	}
	renewed, err := refresh(token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.do(renewed.AccessToken, "GET /user"); got.status != http.StatusOK || renewed.RefreshToken == token.RefreshToken {
		t.Errorf("the renewed token: %d", got.status)
	}
	if _, err := refresh(token.RefreshToken); errorCode(err) != "bad_refresh_token" {
		t.Errorf("a refresh token worked twice: %v", err)
	}
}

func TestTokenLimit(t *testing.T) {
	t.Parallel()
	f := start(t)
	first := f.Token("olivia", "read:packages")
	other := f.Token("olivia", "read:org")
	for range maxTokens {
		f.Token("olivia", "read:packages")
	}
	if f.TokenAlive(first) || !f.TokenAlive(other) {
		t.Error("the eleventh token did not revoke the first of its kind, and only that")
	}
}

func TestApplicationEndpoints(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", "read:packages")
	send := func(request, value, secret string) response {
		return f.do("", request, func(r *http.Request) {
			body, _ := json.Marshal(map[string]string{"access_token": value})
			withBody(r, string(body))
			r.SetBasicAuth(f.ClientID(), secret)
		})
	}
	path := " /applications/" + f.ClientID()
	other := f.Token("olivia", "read:org")
	var got []int
	for _, r := range []response{
		send("POST"+path+"/token", token, "wrong"),
		send("POST"+path+"/token", token, f.ClientSecret()),
		send("POST"+path+"/token", "", f.ClientSecret()),
		send("DELETE"+path+"/token", token, "wrong"),
		send("DELETE"+path+"/token", token, f.ClientSecret()),
		send("DELETE"+path+"/token", token, f.ClientSecret()),
		send("POST"+path+"/token", token, f.ClientSecret()),
		send("DELETE"+path+"/grant", other, f.ClientSecret()),
	} {
		got = append(got, r.status)
	}
	if diff := cmp.Diff([]int{401, 200, 422, 401, 204, 404, 404, 204}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.TokenAlive(token) || f.TokenAlive(other) {
		t.Error("a token survived its revocation")
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	f := start(t)
	first, second := f.Token("olivia"), f.Token("olivia")
	if !f.RevokeToken(first) || f.RevokeToken(first) || f.TokenAlive(first) {
		t.Error("a token was not revoked exactly once")
	}
	if !f.TokenAlive(second) {
		t.Error("another token of the same user died too")
	}
	f.RevokeUser("OLIVIA")
	if f.TokenAlive(second) {
		t.Error("a token survived the revocation of its user")
	}
}
