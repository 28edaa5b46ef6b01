package ghclient

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// mustURL parses an address of a test.
func mustURL(tb testing.TB, s string) *url.URL {
	tb.Helper()
	u, err := url.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// options are for a GitHub at the two addresses, without a pause between mutations.
func options(tb testing.TB, web, api string) Options {
	return Options{
		WebURL: mustURL(tb, web), APIURL: mustURL(tb, api),
		APIVersion: "2026-03-10", UserAgent: "stockroom/test",
		ClientID: "stockroom-client", ClientSecret: "stockroom-secret",
	}
}

// world is a fake GitHub with an owner, a member and a stranger.
func world(t *testing.T, seed ...func(*ghfake.Server)) (*ghfake.Server, *GitHub) {
	t.Helper()
	fake := ghfake.Start(t, ghfake.Options{}, append([]func(*ghfake.Server){people}, seed...)...)
	return fake, New(options(t, fake.URL, fake.APIURL))
}

func people(s *ghfake.Server) {
	s.AddOrg(ghfake.Org{Login: "acme"})
	for _, login := range []string{"olivia", "marco", "stranger"} {
		s.AddUser(ghfake.User{Login: login, Name: strings.ToUpper(login)})
	}
	s.AddMember("acme", "olivia", ghpkg.RoleAdmin)
	s.AddMember("acme", "marco", ghpkg.RoleMember)
}

// allScopes is what an admin has granted after every step-up.
func allScopes() []string {
	return []string{"read:packages", "write:packages", "delete:packages", "read:org", "repo"}
}

// served is a GitHub that answers everything with handler.
func served(t *testing.T, handler http.HandlerFunc) *GitHub {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return New(options(t, server.URL, server.URL+"/api/v3"))
}

// transport answers requests without a network, for tests with a clock of their own.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply makes an answer with a JSON body.
func reply(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func mustOwner(tb testing.TB, kind ghpkg.OwnerKind, login string) ghpkg.Owner {
	tb.Helper()
	owner, err := ghpkg.NewOwner(kind, login)
	if err != nil {
		tb.Fatal(err)
	}
	return owner
}

func mustRef(tb testing.TB, owner ghpkg.Owner, typ ghpkg.Type, name string) ghpkg.Ref {
	tb.Helper()
	ref, err := ghpkg.NewRef(owner, typ, name)
	if err != nil {
		tb.Fatal(err)
	}
	return ref
}

func mustVersion(tb testing.TB, ref ghpkg.Ref, id int64) ghpkg.VersionRef {
	tb.Helper()
	v, err := ref.Version(id)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// acme is the organization of most tests.
func acme(tb testing.TB) ghpkg.Owner { return mustOwner(tb, ghpkg.Organization, "acme") }

// wantFault fails unless err is a fault of that kind and code, and returns it.
func wantFault(t *testing.T, err error, kind fault.Kind, code fault.Code) *fault.Error {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Fatalf("error %v (kind %d), want kind %d, code %s", err, fault.KindOf(err), kind, code)
	}
	if !strings.HasPrefix(e.Op, "ghclient.") {
		t.Errorf("Op %q does not name the call", e.Op)
	}
	return e
}

// wantUnsent is wantFault for a change that never left.
func wantUnsent(t *testing.T, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if e := wantFault(t, err, kind, code); !e.Unsent {
		t.Errorf("%v: as if it had been sent", err)
	}
}

// writeJSON answers with a value.
func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

// refuseWith answers with GitHub's error body.
func refuseWith(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message, "documentation_url": "https://docs.github.com/rest"})
}

// clock is a time that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }
