package ghclient

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestViewer(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	v, err := gh.For(fake.Token("olivia", "read:packages", "read:org"), "").Viewer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v.Login != "olivia" || v.ID == 0 || v.Name != "OLIVIA" || v.AvatarURL == "" || v.Scopes.String() != "read:org read:packages" {
		t.Errorf("%+v", v)
	}
	_, err = gh.For("nobody's", "").Viewer(t.Context())
	if e := wantFault(t, err, fault.SignedOut, fault.CodeTokenRevoked); e.Fix == nil || e.Said != "Bad credentials" {
		t.Errorf("%+v", e)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	c := gh.For(fake.Token("olivia", "read:packages"), "olivia")
	for login, want := range map[string]ghpkg.Owner{"ACME": acme(t), "Marco": mustOwner(t, ghpkg.User, "marco")} {
		if got, err := c.Owner(t.Context(), login); err != nil || got != want {
			t.Errorf("%s is %v, %v", login, got, err)
		}
	}
	_, err := c.Owner(t.Context(), "nobody")
	wantFault(t, err, fault.NotFound, fault.CodeNotFound)
	for _, login := range []string{"", "..", "a/b", "../orgs/acme", "a%2Fb", "a?b"} {
		fake.ResetRequests()
		_, err := c.Owner(t.Context(), login)
		wantFault(t, err, fault.Invalid, fault.CodeInvalidRef)
		if len(fake.Requests()) > 0 {
			t.Errorf("%q was asked for", login)
		}
	}
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, func(s *ghfake.Server) {
		for i := range 120 {
			login := fmt.Sprintf("org%03d", i)
			s.AddOrg(ghfake.Org{Login: login})
			s.AddMember(login, "marco", ghpkg.RoleMember)
		}
	})
	found, err := gh.For(fake.Token("marco", "read:org"), "marco").Memberships(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Items) != 122 || !found.Complete() || found.AsOf.IsZero() {
		t.Fatalf("%d memberships, %+v", len(found.Items), found.Notices)
	}
	own := found.Items[0]
	if own.Owner != mustOwner(t, ghpkg.User, "marco") || own.Role != "" || own.AvatarURL == "" {
		t.Errorf("the first is %+v", own)
	}
	for _, m := range found.Items[1:] {
		if m.Owner.Kind() != ghpkg.Organization || m.Role != ghpkg.RoleMember || m.AvatarURL == "" {
			t.Errorf("%+v", m)
		}
	}
}

func TestMembershipsWithoutScope(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	_, err := gh.For(fake.Token("marco", "read:packages"), "marco").Memberships(t.Context())
	e := wantFault(t, err, fault.MissingScope, fault.CodeScope)
	if diff := cmp.Diff(&fault.Fix{Kind: fault.FixGrantScope, Scopes: []string{"read:org"}}, e.Fix); diff != "" {
		t.Errorf("fix (-want +got)\n%s", diff)
	}
}

func TestMembershipsHiddenBySSO(t *testing.T) {
	t.Parallel()
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v3/user" {
			writeJSON(w, 200, map[string]any{"id": 1, "login": "marco"})
			return
		}
		w.Header().Set("X-GitHub-SSO", "partial-results; organizations=21,20")
		writeJSON(w, 200, []map[string]any{
			{"state": "active", "role": "admin", "organization": map[string]any{"login": "acme", "avatar_url": "https://evil.example/x"}},
			{"state": "pending", "organization": map[string]any{"login": "waiting"}},
			{"state": "active", "organization": map[string]any{"login": "../x"}},
		})
	})
	found, err := gh.For("t", "").Memberships(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []ghpkg.Membership{{Owner: mustOwner(t, ghpkg.User, "marco")}, {Owner: acme(t), Role: ghpkg.RoleAdmin}}
	if diff := cmp.Diff(want, found.Items, cmp.AllowUnexported(ghpkg.Owner{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]ghpkg.Notice{{Kind: ghpkg.NoticeSSO, Detail: "21,20"}}, found.Notices); diff != "" {
		t.Errorf("notices (-want +got)\n%s", diff)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	fake.SetPrimaryLimit("olivia", 40, reset)
	got, err := gh.For(fake.Token("olivia"), "olivia").RateLimit(t.Context())
	if want := (ghpkg.RateLimit{Limit: 5000, Used: 4960, Remaining: 40, Reset: reset}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	token := fake.Token("olivia")
	for range 2 { // the second time it is not known any more
		if err := gh.Revoke(t.Context(), token); err != nil {
			t.Error(err)
		}
		if fake.TokenAlive(token) {
			t.Error("the token lives on")
		}
	}
	o := options(t, fake.URL, fake.APIURL)
	o.ClientSecret = "wrong"
	token = fake.Token("olivia")
	if err := New(o).Revoke(t.Context(), token); err == nil || !fake.TokenAlive(token) {
		t.Errorf("revoked with a wrong secret: %v", err)
	}
}
