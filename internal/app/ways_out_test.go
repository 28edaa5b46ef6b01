package app_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// TestHomeLeadsToEachBin: what can still be restored is one click from home.
func TestHomeLeadsToEachBin(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	page := b.Get(link.Home)
	for _, bin := range []string{"/orgs/" + apptest.Org + "/bin", "/users/" + apptest.Owner + "/bin"} {
		if !slices.Contains(page.Links(), bin) {
			t.Errorf("home does not lead to %s: %v", bin, page.Links())
		}
	}
}

// TestRefusalsLeadOn: who is refused reads what to press next, by its right name.
func TestRefusalsLeadOn(t *testing.T) {
	t.Parallel()
	app := acmes(t, ghpkg.NPM, "@acme/app")

	t.Run("a name that was mistyped is not said to be unreadable", func(t *testing.T) {
		t.Parallel()
		_, b := start(t, allScopes...)
		page := b.PostForm(link.DeletePackage(app), url.Values{"confirm": {"@acme/ap"}})
		if got := page.Within(".problem strong"); page.Status != 400 || got != "Not confirmed" {
			t.Errorf("it is headed %q: %v", got, page)
		}
	})
	t.Run("who may not delete yet is asked for the way back, too", func(t *testing.T) {
		t.Parallel()
		_, b := start(t)
		var answer struct {
			Fix    string   `json:"fix"`
			Scopes []string `json:"scopes"`
		}
		b.PostJSON(link.DeletePackage(app), url.Values{"confirm": {"@acme/app"}}, 403, &answer)
		want := []string{ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages}
		at, err := url.Parse(answer.Fix)
		if err != nil || !slices.Equal(answer.Scopes, want) || !slices.Equal(at.Query()["scope"], want) {
			t.Errorf("asked for %v by %s, want %v", answer.Scopes, answer.Fix, want)
		}
	})
	t.Run("single sign-on is followed by a sign-in here", func(t *testing.T) {
		t.Parallel()
		p, b := start(t)
		p.GitHub.SetOrg(apptest.Org, func(o *ghfake.Org) { o.SAML = true })
		page := b.Get(link.Packages(app.Owner()))
		to, err := page.Link("Sign in again")
		if err != nil || page.Status != 403 || !strings.HasPrefix(to, "/login?return_to=") {
			t.Errorf("it leads to %q, %v: %v", to, err, page)
		}
	})
}
