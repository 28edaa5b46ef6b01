package ghclient

import (
	"net/http"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// closed is an organization that wants a SAML session, with sam in it.
func closed(s *ghfake.Server) {
	s.AddUser(ghfake.User{Login: "sam"})
	s.AddOrg(ghfake.Org{Login: "initech", SAML: true})
	s.AddMember("initech", "sam", ghpkg.RoleMember)
	s.AddTeamMember("initech", "admins", "sam", "member")
	s.AddTeamMember("acme", "admins", "marco", "member")
}

func TestOrgMembership(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, closed)
	for login, want := range map[string]bool{"olivia": true, "marco": true, "stranger": false} {
		got, err := gh.For(fake.Token(login, "read:org"), login).OrgMembership(t.Context(), "ACME")
		if got != want || err != nil {
			t.Errorf("%s: %t, %v", login, got, err)
		}
	}
	marco := gh.For(fake.Token("marco", "read:org"), "marco")
	if got, err := marco.OrgMembership(t.Context(), "nowhere"); got || err != nil {
		t.Errorf("an organization that is not there: %t, %v", got, err)
	}
	_, err := gh.For(fake.Token("sam", "read:org"), "sam").OrgMembership(t.Context(), "initech")
	wantFault(t, err, fault.SSORequired, fault.CodeSSO)
	_, err = gh.For(fake.Token("marco", "read:packages"), "marco").OrgMembership(t.Context(), "acme")
	wantFault(t, err, fault.MissingScope, fault.CodeScope)
	_, err = gh.For("nobody's", "").OrgMembership(t.Context(), "acme")
	wantFault(t, err, fault.SignedOut, fault.CodeTokenRevoked)
}

func TestTeamMembership(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, closed)
	for login, want := range map[string]bool{"olivia": false, "marco": true, "stranger": false} {
		got, err := gh.For(fake.Token(login, "read:org"), login).TeamMembership(t.Context(), "acme", "admins", login)
		if got != want || err != nil {
			t.Errorf("%s: %t, %v", login, got, err)
		}
	}
	_, err := gh.For(fake.Token("sam", "read:org"), "sam").TeamMembership(t.Context(), "initech", "admins", "sam")
	wantFault(t, err, fault.SSORequired, fault.CodeSSO)
	_, err = gh.For(fake.Token("marco", "read:packages"), "marco").TeamMembership(t.Context(), "acme", "admins", "marco")
	wantFault(t, err, fault.MissingScope, fault.CodeScope)
}

// TestMembershipsThatAreNone: an invitation is no membership, and an answer
// that cannot be read is no answer.
func TestMembershipsThatAreNone(t *testing.T) {
	t.Parallel()
	status, body := http.StatusOK, `{"state":"pending"}`
	c := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	}).For("token", "marco")
	asked := map[string]func() (bool, error){
		"organization": func() (bool, error) { return c.OrgMembership(t.Context(), "acme") },
		"team":         func() (bool, error) { return c.TeamMembership(t.Context(), "acme", "admins", "marco") },
	}
	for name, ask := range asked {
		if got, err := ask(); got || err != nil {
			t.Errorf("invited to the %s: %t, %v", name, got, err)
		}
	}
	for _, bad := range []string{"{}", "null", "<html>"} {
		body = bad
		for name, ask := range asked {
			got, err := ask()
			if got {
				t.Errorf("%s makes a member of the %s", bad, name)
			}
			wantFault(t, err, fault.Upstream, fault.CodeUpstream)
		}
	}
	status, body = http.StatusBadGateway, "{}"
	for name, ask := range asked {
		got, err := ask()
		if got {
			t.Errorf("a member of the %s", name)
		}
		wantFault(t, err, fault.Upstream, fault.CodeUpstream)
	}
	for _, org := range []string{"", "..", "a/b"} {
		_, err := c.OrgMembership(t.Context(), org)
		wantFault(t, err, fault.Invalid, fault.CodeInvalidRef)
	}
}
