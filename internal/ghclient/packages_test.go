package ghclient

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestPackagePagesReadsAll(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, func(s *ghfake.Server) {
		for i := range 250 {
			s.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: fmt.Sprintf("p%03d", i)}, ghfake.Version{Name: "1"})
		}
	})
	c := gh.For(fake.Token("olivia", allScopes()...), "olivia")
	names := make(map[string]bool)
	busy := false // the race detector and this tell whether yield is called twice at a time
	notices, err := c.PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func(page []ghpkg.Package) {
		if busy {
			t.Error("yield is called twice at a time")
		}
		busy = true
		for _, p := range page {
			names[p.Name] = true
			if ref, ok := p.Ref(); !ok || ref.Owner() != acme(t) || p.ID == 0 || p.HTMLURL == "" || p.CreatedAt.IsZero() {
				t.Errorf("%+v", p)
			}
		}
		busy = false
	})
	if err != nil || len(notices) > 0 || len(names) != 250 {
		t.Errorf("%d packages, notices %v, error %v", len(names), notices, err)
	}
	if calls := len(fake.Requests()); calls != 3 {
		t.Errorf("%d calls for 3 pages", calls)
	}
}

// pages serves a list of n pages with one package each. Pages for which
// broken returns a status are refused with it.
func pages(t *testing.T, n int, header http.Header, broken func(page int) int) (*GitHub, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	return served(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		page = max(page, 1)
		if broken != nil && broken(page) != 0 {
			refuseWith(w, broken(page), "The value of `per_page` multiplied by `page` cannot be greater than 10000.")
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		link := fmt.Sprintf(`<https://elsewhere.example/organizations/9/packages?page=%d>; rel="last"`, n)
		if page < n {
			link += fmt.Sprintf(`, <https://elsewhere.example/organizations/9/packages?page=%d>; rel="next"`, page+1)
		}
		w.Header().Set("Link", link)
		writeJSON(w, 200, []map[string]any{{"id": page, "name": strconv.Itoa(page)}})
	}), &calls
}

func TestPackagePagesEnds(t *testing.T) {
	t.Parallel()
	sso := http.Header{"X-Github-Sso": {"partial-results; organizations=21,20"}}
	noRepo := http.Header{"X-Oauth-Scopes": {"read:packages"}}
	ssoNotice := ghpkg.Notice{Kind: ghpkg.NoticeSSO, Type: ghpkg.NPM, Detail: "21,20"}
	tests := []struct {
		name       string
		typ        ghpkg.Type
		visibility ghpkg.Visibility
		pages      int
		header     http.Header
		broken     func(int) int
		want       int // packages
		notices    []ghpkg.Notice
		code       fault.Code
	}{
		{name: "one page", typ: ghpkg.NPM, pages: 1, want: 1},
		{name: "as many as GitHub lists", typ: ghpkg.NPM, pages: 100, want: 100},
		{name: "more than GitHub lists", typ: ghpkg.NPM, pages: 130, want: 100, notices: []ghpkg.Notice{{Kind: ghpkg.NoticeCap, Type: ghpkg.NPM}}},
		{name: "GitHub ends it earlier", typ: ghpkg.NPM, pages: 5, broken: func(p int) int { return map[bool]int{true: 400}[p > 3] }, want: 3, notices: []ghpkg.Notice{{Kind: ghpkg.NoticeCap, Type: ghpkg.NPM}}},
		{name: "hidden by SSO", typ: ghpkg.NPM, pages: 2, header: sso, want: 2, notices: []ghpkg.Notice{ssoNotice}},
		{name: "maven without repo", typ: ghpkg.Maven, pages: 1, header: noRepo, want: 1, notices: []ghpkg.Notice{{Kind: ghpkg.NoticeRepoScope, Type: ghpkg.Maven}}},
		{name: "docker without repo", typ: ghpkg.Docker, pages: 1, header: noRepo, want: 1, notices: []ghpkg.Notice{{Kind: ghpkg.NoticeRepoScope, Type: ghpkg.Docker}}},
		{name: "public maven without repo", typ: ghpkg.Maven, visibility: ghpkg.Public, pages: 1, header: noRepo, want: 1},
		{name: "npm without repo", typ: ghpkg.NPM, pages: 1, header: noRepo, want: 1},
		{name: "maven, scopes not told", typ: ghpkg.Maven, pages: 1, want: 1},
		{name: "first page fails", typ: ghpkg.NPM, pages: 3, broken: func(int) int { return 500 }, code: fault.CodeUpstream},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gh, _ := pages(t, tt.pages, tt.header, tt.broken)
			got := 0
			notices, err := gh.For("t", "").PackagePages(t.Context(), acme(t), tt.typ, tt.visibility, func(page []ghpkg.Package) { got += len(page) })
			if tt.code != "" {
				wantFault(t, err, fault.Upstream, tt.code)
			} else if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("%d packages, want %d", got, tt.want)
			}
			for i := range notices {
				if notices[i].Kind == ghpkg.NoticeSSO && notices[i].URL != gh.opts.WebURL.String()+"/orgs/acme/sso" {
					t.Errorf("the link is %s", notices[i].URL)
				}
				notices[i].URL = ""
			}
			if diff := cmp.Diff(tt.notices, notices); diff != "" {
				t.Errorf("notices (-want +got)\n%s", diff)
			}
		})
	}
}

func TestAPageThatFailsFailsTheType(t *testing.T) {
	t.Parallel()
	gh, _ := pages(t, 4, nil, func(page int) int { return map[int]int{3: 502}[page] })
	got := 0
	_, err := gh.For("t", "").PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func(page []ghpkg.Package) { got += len(page) })
	wantFault(t, err, fault.Upstream, fault.CodeUpstream)
	if got == 0 {
		t.Error("what arrived was not yielded")
	}
}

// TestPagesComeInParallel needs all later pages to be on their way at once.
func TestPagesComeInParallel(t *testing.T) {
	t.Parallel()
	const later = 20
	var arrived sync.WaitGroup
	arrived.Add(later)
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.Query().Get("page")
		if page != "" {
			arrived.Done()
			arrived.Wait()
		}
		w.Header().Set("Link", fmt.Sprintf(`<https://h/?page=%d>; rel="last"`, later+1))
		writeJSON(w, 200, []any{})
	})
	start := time.Now()
	if _, err := gh.For("t", "").PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func([]ghpkg.Package) {}); err != nil {
		t.Fatalf("after %s: %v", time.Since(start), err)
	}
}

func TestListsThatGrowOrRepeat(t *testing.T) {
	t.Parallel()
	bodies := []string{`[{"id":1,"name":"a"}]`, `[{"id":1,"name":"a"},{"id":2,"name":"b"}]`, `[{"id":3,"name":"c"}]`}
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		page = max(page, 1)
		if page == 1 {
			w.Header().Set("Link", `<https://h/?page=2>; rel="next", <https://h/?page=2>; rel="last"`)
		} else if page < len(bodies) {
			w.Header().Set("Link", fmt.Sprintf(`<https://h/?page=%d>; rel="next"`, page+1))
		}
		w.Write([]byte(bodies[page-1]))
	})
	var names []string
	_, err := gh.For("t", "").PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func(page []ghpkg.Package) {
		for _, p := range page {
			names = append(names, p.Name)
		}
	})
	if diff := cmp.Diff([]string{"a", "b", "c"}, names); diff != "" || err != nil {
		t.Errorf("error %v, names (-want +got)\n%s", err, diff)
	}
}

func TestPackageAsGitHubWritesIt(t *testing.T) {
	t.Parallel()
	var body string
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })
	count := 3
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	web := gh.opts.WebURL.String()
	tests := []struct {
		name, body string
		want       ghpkg.Package
	}{
		{"whole", `{"id":7,"name":"x","package_type":"npm","owner":{"login":"ACME"},"visibility":"private","version_count":3,"repository":{"name":"r","full_name":"acme/r","private":true,"html_url":"` + web + `/acme/r"},"html_url":"` + web + `/x","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`,
			ghpkg.Package{ID: 7, Name: "x", Type: ghpkg.NPM, Owner: mustOwner(t, ghpkg.Organization, "ACME"), Visibility: ghpkg.Private, VersionCount: &count, HTMLURL: web + "/x", CreatedAt: at, UpdatedAt: at,
				Repository: &ghpkg.Repository{Name: "r", FullName: "acme/r", Private: true, HTMLURL: web + "/acme/r"}}},
		{"bare", `{"id":7,"name":"a//../b\u0000","visibility":"secret","owner":null,"repository":null,"html_url":"javascript:alert(1)"}`,
			ghpkg.Package{ID: 7, Name: "a//../b\x00", Type: ghpkg.NPM, Owner: acme(t), Visibility: "secret"}},
		{"other owner, other type", `{"id":7,"name":"deleted_x","package_type":"docker","owner":{"login":"evil"},"html_url":"https://evil.example/x","created_at":null}`,
			ghpkg.Package{ID: 7, Name: "deleted_x", Type: ghpkg.Docker, Owner: acme(t)}},
	}
	for _, tt := range tests {
		body = tt.body
		got, err := gh.For("t", "").Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(ghpkg.Owner{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, func(s *ghfake.Server) {
		s.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.Docker, Name: "x", Conflict: true, Repository: "r"}, ghfake.Version{Name: "1"})
	})
	found, err := gh.For(fake.Token("olivia", allScopes()...), "olivia").Conflicts(t.Context(), acme(t))
	if err != nil || len(found.Items) != 1 || found.AsOf.IsZero() || !found.Complete() {
		t.Errorf("%+v, %v", found, err)
	}
}
