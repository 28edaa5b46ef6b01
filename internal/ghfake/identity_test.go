package ghfake

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, login, scopes, request string
		status                       int
		field, want                  string // one field of the answer
	}{
		{"a user", "olivia", "", "/users/MARCO", 200, "type", "User"},
		{"an organization among the users", "olivia", "", "/users/acme", 200, "type", "Organization"},
		{"nobody", "olivia", "", "/users/nobody", 404, "message", "Not Found"},
		{"an organization", "olivia", "", "/orgs/acme", 200, "login", "Acme"},
		{"a user is no organization", "olivia", "", "/orgs/marco", 404, "message", "Not Found"},
		{"no organization", "olivia", "", "/orgs/nobody/memberships/marco", 404, "message", "Not Found"},
		{"own role", "olivia", "", "/orgs/acme/memberships/olivia", 200, "role", "admin"},
		{"another's role", "olivia", "", "/orgs/acme/memberships/MARCO", 200, "role", "member"},
		{"one's own membership", "marco", "read:org", "/user/memberships/orgs/ACME", 200, "role", "member"},
		{"no membership of one's own", "marco", "read:org", "/user/memberships/orgs/initech", 404, "message", "Not Found"},
		{"one's own membership without scope", "marco", "", "/user/memberships/orgs/acme", 403, "message", msgReadOrg},
		{"one's own membership behind SAML", "sam", "read:org", "/user/memberships/orgs/initech", 403, "message", msgSAML},
		{"team", "olivia", "read:org", "/orgs/acme/teams/admins/memberships/marco", 200, "role", "member"},
		{"owner in a team", "marco", "read:org", "/orgs/acme/teams/admins/memberships/olivia", 200, "role", "maintainer"},
		{"not in the team", "olivia", "read:org", "/orgs/acme/teams/admins/memberships/casey", 404, "message", "Not Found"},
		{"team without scope", "olivia", "", "/orgs/acme/teams/admins/memberships/marco", 404, "message", "Not Found"},
		{"team behind SAML", "sam", "read:org", "/orgs/initech/teams/x/memberships/sam", 403, "message", msgSAML},
		{"membership behind SAML", "sam", "read:org", "/orgs/initech/memberships/sam", 403, "message", msgSAML},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, func(s *Server) { s.AddTeamMember("acme", "admins", "olivia", "member") })
			got := f.do(f.Token(tc.login, tc.scopes), "GET "+tc.request)
			var body map[string]any
			if err := json.Unmarshal([]byte(got.body), &body); err != nil {
				t.Fatal(err)
			}
			if got.status != tc.status || body[tc.field] != tc.want {
				t.Errorf("got %d, %s = %v; want %d, %s", got.status, tc.field, body[tc.field], tc.status, tc.want)
			}
		})
	}
}

func TestOrganizations(t *testing.T) {
	t.Parallel()
	f := start(t, func(s *Server) {
		s.AddMember("initech", "olivia", ghpkg.RoleMember)
		s.SetSSO("olivia", "initech", true)
	})
	token := f.Token("olivia", "read:org")
	if diff := cmp.Diff([]string{"Acme", "initech"}, f.do(token, "GET /user/orgs").names(t)); diff != "" {
		t.Errorf("organizations (-want +got):\n%s", diff)
	}
	var memberships []struct {
		Role         string
		Organization struct{ Login string }
	}
	if err := json.Unmarshal([]byte(f.do(token, "GET /user/memberships/orgs?state=active").body), &memberships); err != nil {
		t.Fatal(err)
	}
	if len(memberships) != 2 || memberships[0].Role != "admin" || memberships[1].Role != "member" {
		t.Errorf("memberships: %+v", memberships)
	}
	if got := f.do(token, "GET /user/memberships/orgs?state=pending"); got.body != "[]" {
		t.Errorf("pending: %s", got.body)
	}
	if got := f.do(f.Token("olivia", "user"), "GET /user/orgs"); got.status != http.StatusOK {
		t.Errorf("with the user scope: %d", got.status)
	}
}

func TestLookingBehindTheScenes(t *testing.T) {
	t.Parallel()
	f := start(t)
	deleteLib(f)
	if got := f.DeletedPackages(); len(got) != 1 || got[0].Name != "lib" || !got[0].DeletedAt.Equal(f.Now()) {
		t.Errorf("deleted packages: %+v", got)
	}
	if u, ok := f.User("OLIVIA"); !ok || u.ID != 1001 {
		t.Errorf("user: %+v, %v", u, ok)
	}
	if _, ok := f.User("nobody"); ok {
		t.Error("nobody is somebody")
	}
}
