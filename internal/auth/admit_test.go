package auth_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
)

// TestAdmit: a session that may not begin does not, its token is revoked, and
// the one before it goes on. Whoever decides knows the session as it will be.
func TestAdmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	var asked []auth.Session
	var no error
	w.config.Admit = func(_ context.Context, s *auth.Session) error {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, *s)
		return no
	}
	w.auth, w.url = w.serve(w.config)
	w.gh.Authorize("olivia")
	b := w.browser()
	b.signIn("")
	first := b.who()
	if len(asked) != 1 || asked[0].ID != first.id || asked[0].Token != first.token || asked[0].Viewer.Login != "olivia" {
		t.Fatalf("asked about %v, and then it was %+v", asked, first)
	}
	no = &fault.Error{Kind: fault.Forbidden, Code: fault.CodeNotAllowed, Op: "test"}
	answer, body := b.do(http.MethodGet, b.approve(b.leave("")))
	if answer.StatusCode != http.StatusTeapot || !strings.HasPrefix(body, string(fault.CodeNotAllowed)) {
		t.Errorf("%s %s", answer.Status, body)
	}
	if w.alive(asked[1].Token) {
		t.Error("the token still works")
	}
	if got := b.who(); got != first || !w.alive(first.token) {
		t.Errorf("the session is now %+v, and was %+v", got, first)
	}
}

// TestBoundToIdentity: a session is there for the SSO identity that opened it,
// and for nobody else; also not for nobody, when the proxy asks no more.
func TestBoundToIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	identity := "olivia@acme.example"
	w.config.ProxyUser = func(context.Context) string {
		mu.Lock()
		defer mu.Unlock()
		return identity
	}
	w.auth, w.url = w.serve(w.config)
	w.gh.Authorize("olivia")
	b := w.browser()
	b.signIn("")
	for _, tt := range []struct{ identity, want string }{
		{"olivia@acme.example", "olivia"}, {"mallory@acme.example", "nobody"}, {"", "nobody"},
		{"Olivia@acme.example", "nobody"}, {"olivia@acme.example", "olivia"},
	} {
		mu.Lock()
		identity = tt.identity
		mu.Unlock()
		if got := b.who(); got.login != tt.want {
			t.Errorf("%q is %q, want %q", tt.identity, got.login, tt.want)
		}
	}
}
