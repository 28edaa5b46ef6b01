package ghclient

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func onePackage(s *ghfake.Server) {
	s.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "x"}, ghfake.Version{Name: "1.0.0"}, ghfake.Version{Name: "1.0.1"})
}

// packageNames lists the npm packages of acme.
func packageNames(t *testing.T, c *Client) []string {
	t.Helper()
	var names []string
	_, err := c.PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func(page []ghpkg.Package) {
		for _, p := range page {
			names = append(names, p.Name)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// lastStatus is the status of the last request that arrived.
func lastStatus(s *ghfake.Server) int {
	all := s.Requests()
	return all[len(all)-1].Status
}

func TestUnchangedAnswersAreHeld(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, onePackage)
	c := gh.For(fake.Token("olivia", allScopes()...), "olivia")
	for _, want := range []int{200, 304, 304} {
		if names := packageNames(t, c); len(names) != 1 {
			t.Fatalf("listed %q", names)
		}
		if got := lastStatus(fake); got != want {
			t.Errorf("GitHub answered %d, want %d", got, want)
		}
	}
	fake.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "y"}, ghfake.Version{Name: "1.0.0"})
	if names := packageNames(t, c); len(names) != 2 {
		t.Errorf("listed %q after a change", names)
	}
}

func TestNoOneGetsAnothersAnswer(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, onePackage)
	first, second := fake.Token("olivia", allScopes()...), fake.Token("olivia", "read:packages")
	packageNames(t, gh.For(first, "olivia"))
	packageNames(t, gh.For(second, "olivia"))
	if got := lastStatus(fake); got != 200 {
		t.Errorf("the second token's first question was answered %d", got)
	}
	if got := fake.Requests()[1].Header.Get("If-None-Match"); got != "" {
		t.Errorf("the second token asked with the first one's ETag %s", got)
	}
	// Access lost at GitHub is lost here at once.
	fake.RevokeToken(first)
	if _, err := gh.For(first, "olivia").PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func([]ghpkg.Package) { t.Error("listed") }); err == nil {
		t.Error("a revoked token still lists")
	}
}

func TestMutationsAndForgettingDropAnswers(t *testing.T) {
	t.Parallel()
	fake, gh := world(t, onePackage)
	token := fake.Token("olivia", allScopes()...)
	c := gh.For(token, "olivia")
	packageNames(t, c)
	if _, err := c.Viewer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), 1); err != nil {
		t.Fatal(err)
	}
	if names := packageNames(t, c); len(names) != 0 {
		t.Errorf("listed %q after the deletion", names)
	}
	if got := lastStatus(fake); got != 200 {
		t.Errorf("the list was answered %d after a mutation", got)
	}
	if _, err := c.Viewer(t.Context()); err != nil || lastStatus(fake) != 304 {
		t.Errorf("what the mutation is not about was dropped: %d, %v", lastStatus(fake), err)
	}
	gh.Forget(token)
	if gh.cache.size != 0 || len(gh.cache.byKey) != 0 || len(gh.sessions.byKey) != 0 {
		t.Errorf("%d bytes and %d sessions are left after Forget", gh.cache.size, len(gh.sessions.byKey))
	}
}

func TestRevivedAnswerHasFreshLimits(t *testing.T) {
	t.Parallel()
	next := reply(200, `{"id":1}`)
	next.Header = http.Header{"Etag": {`"1"`}, "X-Ratelimit-Remaining": {"10"}, "Link": {"kept"}, "X-Oauth-Scopes": {"repo"}}
	o := options(t, "https://github.com", "https://api.github.com")
	o.Transport = transport(func(*http.Request) (*http.Response, error) { return next, nil })
	gh := New(o)
	layer := gh.For("t", "").stack()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.github.com/x", nil)
	if _, err := layer.RoundTrip(r); err != nil {
		t.Fatal(err)
	}
	next = reply(304, "")
	next.Header = http.Header{"X-Ratelimit-Used": {"5"}, "X-Oauth-Scopes": {"user"}, "Content-Length": {"0"}}
	resp, err := layer.RoundTrip(r)
	if err != nil || resp.StatusCode != 200 || resp.ContentLength != 8 {
		t.Fatalf("%+v, %v", resp, err)
	}
	for name, want := range map[string]string{
		"X-RateLimit-Remaining": "", "X-RateLimit-Used": "5", "Link": "kept", "X-OAuth-Scopes": "user", "X-From-Cache": "1", "Content-Length": "",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache(10_000)
	keyed := func(i int) cacheKey { return cacheKey{url: fmt.Sprint(i)} }
	for i := range 100 {
		c.put(&entry{key: keyed(i), packed: make([]byte, 1000)})
		c.get(keyed(0)) // keeps the first one in use
	}
	if c.size > c.limit || c.order.Len() != len(c.byKey) {
		t.Errorf("holds %d bytes in %d entries, %d keys", c.size, c.order.Len(), len(c.byKey))
	}
	if c.get(keyed(0)) == nil || c.get(keyed(99)) == nil || c.get(keyed(1)) != nil {
		t.Error("what was used last is not what stayed")
	}
	c.put(&entry{key: keyed(99), packed: []byte(strings.Repeat("x", 20_000))})
	if c.get(keyed(99)) != nil {
		t.Error("an answer that is too large is held, or an outdated one stayed")
	}
}
