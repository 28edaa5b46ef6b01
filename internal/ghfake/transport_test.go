package ghfake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestPaging(t *testing.T) {
	t.Parallel()
	f := start(t, func(s *Server) {
		for i := range 65 {
			s.AddPackage(Package{Owner: "acme", Type: ghpkg.Container, Name: fmt.Sprint("n", i)})
		}
	})
	token := f.Token("marco", "read:packages")
	base := f.APIURL + "/organizations/1005/packages?package_type=container&page="
	for _, tc := range []struct {
		name, query, want string
		rows              int
	}{
		{"first", "", fmt.Sprintf(`<%s2>; rel="next", <%s3>; rel="last"`, base, base), 30},
		{"middle", "&page=2", fmt.Sprintf(`<%s1>; rel="prev", <%s3>; rel="next", <%s3>; rel="last", <%s1>; rel="first"`, base, base, base, base), 30},
		{"last", "&page=3", fmt.Sprintf(`<%s2>; rel="prev", <%s1>; rel="first"`, base, base), 6},
		{"beyond", "&page=9", fmt.Sprintf(`<%s8>; rel="prev", <%s0>; rel="last", <%s1>; rel="first"`, base, base, base), 0},
		{"all on one page", "&per_page=100", "", 66},
		{"more than allowed is cut", "&per_page=500", "", 66},
		{"nonsense is forgiven", "&per_page=x&page=-1", fmt.Sprintf(`<%s2>; rel="next", <%s3>; rel="last"`, base, base), 30},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := f.do(token, "GET /orgs/ACME/packages?package_type=container"+tc.query)
			if rows := len(got.names(t)); rows != tc.rows {
				t.Errorf("%d rows, want %d", rows, tc.rows)
			}
			if diff := cmp.Diff(pageOnly(tc.want), pageOnly(got.header.Get("Link"))); diff != "" {
				t.Errorf("Link (-want +got):\n%s", diff)
			}
		})
	}
	// Links can be followed as they are.
	next, _, _ := strings.Cut(strings.TrimPrefix(f.do(token, "GET /orgs/ACME/packages?package_type=container").header.Get("Link"), "<"+f.APIURL), ">")
	if got := f.do(token, "GET "+next); len(got.names(t)) != 30 {
		t.Errorf("%s: %d %s", next, got.status, got.body)
	}
}

// pageOnly reduces the addresses of a Link header to path and page, which are
// what matters; the order of their parameters is not.
func pageOnly(link string) []string {
	var parts []string
	for part := range strings.SplitSeq(link, ", ") {
		address, rel, _ := strings.Cut(part, ">")
		path, query, _ := strings.Cut(address, "?")
		for parameter := range strings.SplitSeq(query, "&") {
			if strings.HasPrefix(parameter, "page=") {
				path += " " + parameter
			}
		}
		parts = append(parts, path+rel)
	}
	return parts
}

func TestETag(t *testing.T) {
	t.Parallel()
	f := start(t)
	first, second := f.Token("olivia", "read:packages"), f.Token("olivia", "read:packages")
	const list = "GET /orgs/acme/packages?package_type=npm"
	whole := f.do(first, list)
	tag := whole.header.Get("ETag")
	with := func(edit ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("If-None-Match", tag)
			for i := 0; i < len(edit); i += 2 {
				r.Header.Set(edit[i], edit[i+1])
			}
		}
	}
	again := f.do(first, list, with())
	if again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("got %d %q, want 304 without a body", again.status, again.body)
	}
	if got, want := again.header.Get("X-RateLimit-Remaining"), whole.header.Get("X-RateLimit-Remaining"); got != want {
		t.Errorf("a 304 counted: remaining %s, want %s", got, want)
	}
	for name, got := range map[string]response{
		"another token":   f.do(second, list, with()),
		"another address": f.do(first, list+"&page=1", with()),
		"another Accept":  f.do(first, list, with("Accept", "application/vnd.github+json")),
		"another version": f.do(first, list, with("X-GitHub-Api-Version", version2026)),
	} {
		if got.status != http.StatusOK || got.header.Get("ETag") == tag {
			t.Errorf("%s: %d with ETag %s", name, got.status, got.header.Get("ETag"))
		}
	}
	deleteLib(f)
	if got := f.do(first, list, with()); got.status != http.StatusOK {
		t.Errorf("after a change: %d", got.status)
	}
}

func TestPrimaryLimit(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			f := start(t)
			token := f.Token("olivia", allScopes()...)
			reset := f.Now().Add(10 * time.Minute)
			f.SetPrimaryLimit("Olivia", 1, reset)
			f.SetPrimaryStatus(status)
			if got := f.do(token, "GET /user"); got.status != http.StatusOK || got.header.Get("X-RateLimit-Remaining") != "0" {
				t.Errorf("the last request: %d, remaining %s", got.status, got.header.Get("X-RateLimit-Remaining"))
			}
			got := f.do(token, "DELETE /user/packages/npm/lib")
			if got.status != status || got.message() != "API rate limit exceeded for user ID 1001." {
				t.Errorf("beyond: %d %s", got.status, got.body)
			}
			if want := fmt.Sprint(reset.Unix()); got.header.Get("X-RateLimit-Reset") != want || got.header.Get("Retry-After") != "" {
				t.Errorf("headers: %v", got.header)
			}
			if got := f.do(token, "GET /rate_limit"); got.status != http.StatusOK || !strings.Contains(got.body, `"remaining":0`) {
				t.Errorf("rate_limit: %d %s", got.status, got.body)
			}
			if got := f.do(f.Token("marco"), "GET /user"); got.status != http.StatusOK {
				t.Errorf("another user: %d", got.status)
			}
			f.clock.advance(10 * time.Minute)
			if got := f.do(token, "GET /user"); got.status != http.StatusOK || got.header.Get("X-RateLimit-Used") != "1" {
				t.Errorf("after the reset: %d, used %s", got.status, got.header.Get("X-RateLimit-Used"))
			}
		})
	}
}

func TestSecondaryLimit(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", allScopes()...)
	f.SecondaryLimit(2, http.StatusTooManyRequests, 42*time.Second)
	for range 2 {
		got := f.do(token, "DELETE /user/packages/npm/lib")
		if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "42" || got.header.Get("X-RateLimit-Remaining") == "0" {
			t.Errorf("got %d %v", got.status, got.header)
		}
		if !strings.HasPrefix(got.message(), "You have exceeded a secondary rate limit.") || !strings.Contains(got.body, "secondary-rate-limits") {
			t.Errorf("body: %s", got.body)
		}
	}
	if got := f.do(token, "DELETE /user/packages/npm/lib"); got.status != http.StatusNoContent {
		t.Errorf("afterwards: %d", got.status)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", allScopes()...)
	f.EnforcePace()
	const once = "POST /user/packages/npm/nothing/restore" // a mutation, though one that finds nothing
	for i := range pacePoints / mutatePoints {
		if got := f.do(token, once); got.status != http.StatusNotFound {
			t.Fatalf("mutation %d: %d", i, got.status)
		}
	}
	if got := f.do(token, once); got.status != http.StatusForbidden || got.header.Get("Retry-After") != "60" {
		t.Errorf("beyond 180 a minute: %d %v", got.status, got.header)
	}
	f.clock.advance(time.Minute)
	if got := f.do(token, once); got.status != http.StatusNotFound {
		t.Errorf("a minute later: %d", got.status)
	}
}
