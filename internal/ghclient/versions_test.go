package ghclient

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestVersionPages(t *testing.T) {
	t.Parallel()
	gone := time.Now().Add(-24 * time.Hour)
	fake, gh := world(t, func(s *ghfake.Server) {
		for _, owner := range []string{"acme", "olivia"} {
			p := ghfake.Package{Owner: owner, Type: ghpkg.Container, Name: "img", Visibility: ghpkg.Public}
			s.AddPackage(p, ghfake.Version{Name: "sha256:1", Tags: []string{"v1", "latest"}}, ghfake.Version{Name: "sha256:2"}, ghfake.Version{Name: "sha256:3", DeletedAt: gone})
		}
	})
	tests := []struct {
		name, viewer string
		owner        ghpkg.Owner
		state        ghpkg.State
		want         []string
		notices      []ghpkg.Notice
	}{
		{name: "active", viewer: "olivia", owner: acme(t), state: ghpkg.Active, want: []string{"sha256:1", "sha256:2"}},
		{name: "deleted", viewer: "olivia", owner: acme(t), state: ghpkg.Deleted, want: []string{"sha256:3"}},
		{name: "own, deleted", viewer: "olivia", owner: mustOwner(t, ghpkg.User, "olivia"), state: ghpkg.Deleted, want: []string{"sha256:3"}},
		{name: "other user's", viewer: "stranger", owner: mustOwner(t, ghpkg.User, "olivia"), state: ghpkg.Active, want: []string{"sha256:1", "sha256:2"}},
		{name: "other user's, deleted", viewer: "stranger", owner: mustOwner(t, ghpkg.User, "olivia"), state: ghpkg.Deleted, notices: []ghpkg.Notice{{Kind: ghpkg.NoticeNoState}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := gh.For(fake.Token(tt.viewer, allScopes()...), tt.viewer)
			var names []string
			notices, err := c.VersionPages(t.Context(), mustRef(t, tt.owner, ghpkg.Container, "img"), tt.state, func(page []ghpkg.Version) {
				for _, v := range page {
					names = append(names, v.Name)
					if v.State() != tt.state {
						t.Errorf("%s is %s", v.Name, v.State())
					}
				}
			})
			slices.Sort(names)
			if diff := cmp.Diff(tt.want, names); diff != "" || err != nil {
				t.Errorf("error %v, versions (-want +got)\n%s", err, diff)
			}
			if diff := cmp.Diff(tt.notices, notices); diff != "" {
				t.Errorf("notices (-want +got)\n%s", diff)
			}
		})
	}
}

func TestVersionPagesOfNothing(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	c := gh.For(fake.Token("olivia", allScopes()...), "olivia")
	_, err := c.VersionPages(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "nothing"), ghpkg.Active, func([]ghpkg.Version) { t.Error("listed") })
	if e := wantFault(t, err, fault.NotFound, fault.CodeNotFound); e.Said != "Package not found." {
		t.Errorf("said %q", e.Said)
	}
}

func TestVersionAsGitHubWritesIt(t *testing.T) {
	t.Parallel()
	var body string
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })
	deleted := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	web := gh.opts.WebURL.String()
	tests := []struct {
		name, body string
		want       ghpkg.Version
	}{
		{"container", `{"id":7,"name":"sha256:1","html_url":"` + web + `/v","metadata":{"package_type":"container","container":{"tags":["a","b"]}}}`,
			ghpkg.Version{ID: 7, Name: "sha256:1", HTMLURL: web + "/v", Tags: []string{"a", "b"}}},
		{"docker tag", `{"id":7,"metadata":{"docker":{"tag":["a"]}}}`, ghpkg.Version{ID: 7, Tags: []string{"a"}}},
		{"docker tags", `{"id":7,"metadata":{"docker":{"tags":["a"]}}}`, ghpkg.Version{ID: 7, Tags: []string{"a"}}},
		{"docker, one", `{"id":7,"metadata":{"docker":{"tag":"a"}}}`, ghpkg.Version{ID: 7, Tags: []string{"a"}}},
		{"nulls", `{"id":7,"license":null,"description":null,"deleted_at":null,"metadata":{"container":{"tags":null},"docker":null}}`, ghpkg.Version{ID: 7}},
		{"no metadata", `{"id":7,"metadata":null,"html_url":"https://evil.example","package_html_url":"` + web + `/p"}`, ghpkg.Version{ID: 7, HTMLURL: web + "/p"}},
		{"deleted", `{"id":7,"description":"D","license":"MIT","deleted_at":"2026-01-02T03:04:05Z"}`, ghpkg.Version{ID: 7, Description: "D", License: "MIT", DeletedAt: &deleted}},
	}
	for _, tt := range tests {
		body = tt.body
		got, err := gh.For("t", "").Version(t.Context(), mustVersion(t, mustRef(t, acme(t), ghpkg.NPM, "x"), 7))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}
