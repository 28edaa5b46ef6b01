package ghfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// startDemo serves the practice world.
func startDemo(t *testing.T) fixture {
	t.Helper()
	c := newClock()
	return fixture{Start(t, Options{Now: c.Now}, Demo), t, c}
}

func TestDemoIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	c := newClock()
	var worlds []string
	for range 2 {
		s := New(Options{Now: c.Now})
		Demo(s)
		var b strings.Builder
		for _, p := range s.world.packages {
			fmt.Fprintln(&b, p.Package)
			for _, v := range p.versions {
				fmt.Fprintln(&b, *v)
			}
		}
		worlds = append(worlds, b.String())
	}
	if worlds[0] != worlds[1] {
		t.Error("two practice worlds differ")
	}
}

func TestDemoPersonas(t *testing.T) {
	t.Parallel()
	f := startDemo(t)
	count := func(login, path string) int {
		total := 0
		for _, typ := range ghpkg.Types() {
			for page := 1; ; page++ {
				got := f.do(f.Token(login, allScopes()...), fmt.Sprintf("GET %s?per_page=100&package_type=%s&page=%d", path, typ, page))
				if got.status != http.StatusOK {
					t.Fatalf("%s %s: %d %s", login, path, got.status, got.body)
				}
				total += len(got.names(t))
				if !strings.Contains(got.header.Get("Link"), `rel="next"`) {
					break
				}
			}
		}
		return total
	}
	owner, member, collaborator := count("olivia-owner", "/orgs/acme-corp/packages"), count("marco-member", "/orgs/acme-corp/packages"), count("casey-collab", "/orgs/acme-corp/packages")
	if owner < 250 || member != owner-2 || collaborator != 4 {
		t.Errorf("owner sees %d, member %d, collaborator %d", owner, member, collaborator)
	}
	if got := count("olivia-owner", "/user/packages"); got < 5 {
		t.Errorf("olivia's own: %d", got)
	}
	sam := f.Token("sam-sso", allScopes()...)
	if got := f.do(sam, "GET /orgs/initech/packages?package_type=npm"); got.message() != msgSAML {
		t.Errorf("sam at initech: %s", got.body)
	}
	if got := f.do(f.Token("olivia-owner", allScopes()...), "GET /orgs/umbrella/packages?package_type=npm"); got.status != http.StatusForbidden {
		t.Errorf("olivia at umbrella: %s", got.body)
	}
}

func TestDemoExhibits(t *testing.T) {
	t.Parallel()
	f := startDemo(t)
	token := f.Token("olivia-owner", allScopes()...)
	gateway := ref(t, ghpkg.Organization, acme, ghpkg.Container, "platform/api/gateway")
	var left []int
	for _, v := range f.Versions(gateway) {
		if !v.DeletedAt.IsZero() {
			left = append(left, ghpkg.DaysLeft(v.DeletedAt, f.Now()))
		}
	}
	if diff := cmp.Diff([]int{29, 20, 7, 2, 0}, left); diff != "" {
		t.Errorf("days left (-want +got):\n%s", diff)
	}
	if got := f.do(token, "GET /orgs/acme-corp/docker/conflicts").names(t); len(got) != 3 {
		t.Errorf("conflicts: %v", got)
	}
	if got := f.do(token, "GET /orgs/acme-corp/packages/container/platform%2Fnightly").body; !strings.Contains(got, `"version_count":1200`) {
		t.Errorf("nightly: %s", got)
	}
	if got := f.do(token, "DELETE /orgs/acme-corp/packages/npm/acme-sdk"); got.message() != msgPackageDownloads {
		t.Errorf("acme-sdk: %s", got.body)
	}
	for name, want := range map[string]int{"retired-cart": http.StatusNoContent, "retired-telex": http.StatusNotFound, "search-ui": http.StatusBadRequest} {
		if got := f.do(token, "POST /orgs/acme-corp/packages/npm/"+name+"/restore"); got.status != want {
			t.Errorf("restore %s: %d %s, want %d", name, got.status, got.body, want)
		}
	}
}

// TestDemoIsPlausible looks for dates that could not be.
func TestDemoIsPlausible(t *testing.T) {
	t.Parallel()
	f := startDemo(t)
	now := f.Now()
	seen := map[string]bool{}
	for _, p := range f.world.packages {
		key := fmt.Sprint(p.Owner, p.Type, p.Name)
		if p.DeletedAt.IsZero() && seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = seen[key] || p.DeletedAt.IsZero()
		names := map[string]bool{}
		for _, v := range p.versions {
			if names[v.Name] {
				t.Errorf("%s has %s twice", key, v.Name)
			}
			names[v.Name] = true
			gone := slices.MinFunc([]time.Time{orNow(v.DeletedAt, now), orNow(p.DeletedAt, now)}, time.Time.Compare)
			if v.CreatedAt.After(gone) || v.CreatedAt.Before(p.CreatedAt) {
				t.Errorf("%s %s was published at %v, between %v and %v", key, v.Name, v.CreatedAt, p.CreatedAt, gone)
			}
		}
	}
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}

func TestWebPages(t *testing.T) {
	t.Parallel()
	f := startDemo(t)
	token := f.Token("sam-sso", allScopes()...)
	refused := f.do(token, "GET /orgs/initech/packages?package_type=nuget")
	_, sso, _ := strings.Cut(refused.header.Get("X-GitHub-SSO"), "url=")

	page, _ := f.visit(sso, nil)
	if !strings.Contains(page.body, `value="sam-sso"`) || strings.Contains(page.body, "olivia") {
		t.Errorf("the SSO page does not ask sam alone: %s", page.body)
	}
	f.visit(f.URL+"/orgs/initech/sso", map[string][]string{"login": {"sam-sso"}})
	if got := f.do(token, "GET /orgs/initech/packages?package_type=nuget"); got.status != http.StatusOK {
		t.Errorf("after SSO: %d %s", got.status, got.body)
	}

	var user struct {
		AvatarURL string `json:"avatar_url"`
	}
	if err := json.Unmarshal([]byte(f.do(token, "GET /user").body), &user); err != nil {
		t.Fatal(err)
	}
	if got, _ := f.visit(user.AvatarURL, nil); got.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(got.body, ">SS</text>") {
		t.Errorf("avatar: %s", got.body)
	}
	if got, _ := f.visit(f.URL+"/orgs/acme-corp/packages/npm/package/%3Cscript%3E", nil); got.status != http.StatusOK || strings.Contains(got.body, "<script>") {
		t.Errorf("stub: %d %s", got.status, got.body)
	}
	if got, _ := f.visit(f.URL+"/anything", map[string][]string{}); got.status != http.StatusNotFound {
		t.Errorf("POST: %d", got.status)
	}
}
