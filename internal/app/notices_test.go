package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// TestComplete: a table says whenever it may not be whole, and why.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		scopes   []string
		arrange  func(*apptest.Portal)
		path     string
		complete bool
		notices  string
		message  string
		again    bool // arrange it for the page, too
	}{
		{name: "whole", scopes: allScopes, path: "/orgs/acme/packages", complete: true},
		{name: "an empty list", scopes: allScopes, path: "/users/otto/packages", complete: true},
		{name: "without the repo scope", path: "/orgs/acme/packages", notices: "repo_scope", message: "the repo scope"},
		{name: "without the repo scope, other types", path: "/orgs/acme/packages?type=npm&type=container", complete: true},
		{
			name: "one type failed", scopes: allScopes, path: "/orgs/acme/packages", notices: "type_failed", message: "Server Error", again: true,
			arrange: func(p *apptest.Portal) {
				p.GitHub.Inject(ghfake.Fault{PathPattern: "/orgs/acme/packages$", Status: 500, Body: `{"message":"Server Error"}`})
			},
		},
		{
			name: "an organization hidden by SSO", scopes: allScopes, path: "/", notices: "sso",
			arrange: func(p *apptest.Portal) {
				p.GitHub.AddOrg(ghfake.Org{Login: "walled", SAML: true})
				p.GitHub.AddMember("walled", apptest.Owner, ghpkg.RoleAdmin)
			},
		},
		{
			name: "the cap of 10,000", scopes: allScopes, path: "/orgs/acme/packages?type=rubygems", notices: "cap", message: "10,000",
			arrange: func(p *apptest.Portal) {
				at := p.GitHub.APIURL + "/organizations/1/packages?package_type=rubygems&per_page=100&page="
				p.GitHub.Inject(ghfake.Fault{
					PathPattern: "/orgs/acme/packages$", Times: -1, Status: 200, Body: "[]",
					Header: http.Header{"Link": {"<" + at + `2>; rel="next", <` + at + `101>; rel="last"`}},
				})
			},
		},
		{
			name: "a list that does not rest", scopes: allScopes, path: "/orgs/acme/packages?type=rubygems", notices: "moved", message: "changed",
			arrange: func(p *apptest.Portal) {
				p.GitHub.Inject(ghfake.Fault{ // the row of the first page is on the next one by then, each time
					PathPattern: "/orgs/acme/packages$", Times: -1, Status: 200, Body: `[{"id":7,"name":"restless"}]`,
					Header: http.Header{"Link": {"<" + p.GitHub.APIURL + `/organizations/1/packages?page=2>; rel="next last"`}},
				})
			},
		},
		{name: "deleted packages", scopes: allScopes, path: "/orgs/acme/packages?state=deleted", notices: "no_list"},
		{name: "another user's deleted versions", scopes: allScopes, path: "/users/otto/packages/npm/toy?state=deleted", notices: "no_state", arrange: func(p *apptest.Portal) {
			p.GitHub.AddPackage(ghfake.Package{Owner: apptest.Stranger, Type: ghpkg.NPM, Name: "toy", Visibility: ghpkg.Public}, ghfake.Version{Name: "1"})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, b := start(t, c.scopes...)
			if c.arrange != nil {
				c.arrange(p)
			}
			var table tableJSON
			b.JSON(c.path, http.StatusOK, &table)
			if table.Complete == nil || *table.Complete != c.complete || table.kinds() != c.notices {
				t.Fatalf("complete and its notices: %v %+v", *table.Complete, table.Notices)
			}
			if c.again {
				c.arrange(p)
			}
			page := b.Get(c.path)
			for _, n := range table.Notices {
				words, _, _ := strings.Cut(n.Message, ":") // GitHub's own stand apart on the page
				if n.Message == "" || !strings.Contains(n.Message, c.message) || !page.HasText(strings.TrimSuffix(words, ".")) {
					t.Errorf("%q is not said: %s", n.Message, page)
				}
			}
		})
	}
}

// TestLoading: a table that GitHub keeps waiting for shows what is there, says
// so, and is whole as soon as GitHub has answered.
func TestLoading(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Inventory: inventory.Options{Wait: 50 * time.Millisecond}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	answered := make(chan struct{})
	p.GitHub.Inject(ghfake.Fault{PathPattern: "/orgs/acme/packages$", Until: answered})
	// Each look takes at most as long as the inventory waits.
	lookUntil := func(seen func(tableJSON) bool) (table tableJSON) {
		t.Helper()
		for range 400 {
			table = tableJSON{}
			if b.JSON("/orgs/acme/packages", http.StatusOK, &table); seen(table) {
				return table
			}
		}
		t.Fatalf("in the end: complete %t, %v, %d rows", *table.Complete, table.Notices, len(table.Items))
		return table
	}
	part := lookUntil(func(table tableJSON) bool { return len(table.Items) == 5 })
	if *part.Complete || !strings.Contains(part.kinds(), "loading") {
		t.Errorf("complete %t, %v", *part.Complete, part.Notices)
	}
	if page := b.Get("/orgs/acme/packages"); page.Doc.Find(".poll [href], [hx-get].poll").Length() == 0 || !page.HasText("Still loading") {
		t.Errorf("the page does not ask again: %s", page)
	}
	close(answered)
	lookUntil(func(table tableJSON) bool { return *table.Complete && len(table.Items) == 6 })
}

// TestClosedOwner: the list of a closed organization is GitHub's sentence and
// the way to open it, in every form.
func TestClosedOwner(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		close     func(*ghfake.Org)
		said, fix string
	}{
		{"SAML", func(o *ghfake.Org) { o.SAML = true }, "protected by organization SAML enforcement", "/orgs/acme/sso"},
		{"app restriction", func(o *ghfake.Org) { o.AppRestricted = true }, "OAuth App access restrictions", "/organizations/acme/settings/oauth_application_policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, b := start(t, allScopes...)
			p.GitHub.SetOrg(apptest.Org, c.close)
			for _, path := range []string{"/orgs/acme/packages", "/orgs/acme/packages?state=deleted", app, version, "/orgs/acme/docker/conflicts"} {
				var got answer
				b.JSON(path, http.StatusForbidden, &got)
				if !strings.Contains(got.Message, c.said) || !strings.HasPrefix(got.Fix, p.GitHub.URL+c.fix) {
					t.Errorf("%s: %+v", path, got)
				}
				for _, page := range []*apptest.Page{b.Get(path), b.HTMX("GET", path, nil)} {
					if page.Status != http.StatusForbidden || !page.HasText(c.said) || !strings.Contains(strings.Join(page.Links(), " "), p.GitHub.URL+c.fix) {
						t.Errorf("%s: %s", path, page)
					}
				}
			}
		})
	}
}

// TestOtherSpellings: a name is found raw and percent-encoded, and an owner
// under the other kind's address.
func TestOtherSpellings(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	for path, want := range map[string]string{
		"/orgs/acme/packages/npm/%40acme%2Fapp":                          "@acme/app",
		"/orgs/acme/packages/npm/@acme%2fapp":                            "@acme/app",
		"/orgs/acme/packages/npm/%40acme/app/-/versions/101":             "1.0.0",
		"/orgs/acme/packages/npm/%40acme%2Fapp%2F-%2Fversions%2F101":     "1.0.0",
		"/orgs/ACME/packages/npm/@acme/app":                              "@acme/app",
		"/orgs/acme/packages/container/team%2Fweb/-/versions/204/delete": "latest",
	} {
		if page := b.Get(path); page.Status != http.StatusOK || !page.HasText(want) {
			t.Errorf("%s: %s", path, page)
		}
	}
	for from, to := range map[string]string{
		"/users/acme/packages":                          "/orgs/acme/packages",
		"/users/ACME/packages?type=npm&q=a":             "/orgs/acme/packages?type=npm&q=a",
		"/orgs/olivia/packages":                         "/users/olivia/packages",
		"/users/acme/packages/npm/@acme/app":            "/orgs/acme/packages/npm/@acme/app",
		"/users/acme/packages/npm/%40acme%2Fapp":        "/orgs/acme/packages/npm/@acme/app",
		"/orgs/olivia/packages/npm/@olivia/tool?page=2": "/users/olivia/packages/npm/@olivia/tool?page=2",
		"/users/acme/docker/conflicts":                  "/orgs/acme/docker/conflicts",
		"/?owner=ACME":                                  "/orgs/acme/packages",
		"/?owner=+olivia+":                              "/users/olivia/packages",
	} {
		page := b.Send("GET", from, nil, nil)
		if got, err := url.PathUnescape(page.Location()); page.Status != http.StatusSeeOther || err != nil || got != to {
			t.Errorf("%s leads to %q (%d), want %q", from, page.Location(), page.Status, to)
		}
		if end := b.Get(from); end.Status != http.StatusOK {
			t.Errorf("%s: %s", from, end)
		}
	}
	for _, path := range []string{"/?owner=nobody", "/orgs/nobody/packages", "/users/nobody/packages", "/orgs/-a-/packages", "/orgs/acme/packages/npm/a%2F..%2Fb", "/orgs/acme/packages/pip/a", "/orgs/acme/packages/npm/", "/orgs/acme/packages/npm/a%00b"} {
		if page := b.Get(path); page.Status != http.StatusNotFound {
			t.Errorf("%s: %s", path, page)
		}
	}
}

// TestLedgerOfUnknownOwners: whoever owns an organization is told when GitHub
// could not say so, for what others did is then missing.
func TestLedgerOfUnknownOwners(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.Inject(ghfake.Fault{PathPattern: "/user/memberships/orgs", Status: 500, Times: -1})
	for _, path := range []string{"/ledger", "/orgs/acme/packages?state=deleted"} {
		page := b.JSON(path, http.StatusOK, nil)
		if !strings.Contains(page.Body, `"complete": false`) || !strings.Contains(page.Body, `"kind": "owners"`) {
			t.Errorf("%s", page)
		}
		if page := b.Get(path); !page.HasText("did not say in full which organizations you own") {
			t.Errorf("%s", page)
		}
	}
	p.GitHub.ClearFaults()
	if page := b.JSON("/ledger", http.StatusOK, nil); !strings.Contains(page.Body, `"complete": true`) {
		t.Errorf("afterwards: %s", page)
	}
	stranger := p.SignIn(t, apptest.Stranger)
	p.GitHub.RevokeUser(apptest.Stranger)
	stranger.JSON("/ledger", http.StatusUnauthorized, nil)
}
