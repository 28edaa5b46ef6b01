package ghclient

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// restricted is GitHub's sentence about an app that is not approved.
const restricted = "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited."

// explanation is one refusal of GitHub's and what it must become. The call is
// a DELETE of a version of a maven package unless said otherwise.
type explanation struct {
	name   string
	method string // "": DELETE
	user   bool   // about a user's package
	status int
	header map[string]string
	said   string
	kind   fault.Kind
	code   fault.Code
	args   map[string]any
	fix    *fault.Fix
}

func explanations() []explanation {
	granted := map[string]string{"X-OAuth-Scopes": "read:packages, repo"}
	grant := func(scopes ...string) *fault.Fix { return &fault.Fix{Kind: fault.FixGrantScope, Scopes: scopes} }
	sso := func(url string) *fault.Fix { return &fault.Fix{Kind: fault.FixAuthorizeSSO, URL: url} }
	owner := map[string]any{"Owner": "acme"}
	const saml = "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization."
	const ssoURL = "https://github.com/orgs/acme/sso?authorization_request=A"
	return []explanation{
		{name: "revoked", status: 401, said: "Bad credentials", kind: fault.SignedOut, code: fault.CodeTokenRevoked, fix: &fault.Fix{Kind: fault.FixSignIn}},
		{name: "sso", status: 403, header: map[string]string{"X-GitHub-SSO": "required; url=" + ssoURL}, said: saml, kind: fault.SSORequired, code: fault.CodeSSO, args: owner, fix: sso(ssoURL)},
		{name: "sso elsewhere", status: 403, header: map[string]string{"X-GitHub-SSO": "required; url=https://evil.example/orgs/acme/sso"}, said: saml, kind: fault.SSORequired, code: fault.CodeSSO, args: owner, fix: sso("https://github.com/orgs/acme/sso")},
		{name: "sso without link", status: 403, said: saml, kind: fault.SSORequired, code: fault.CodeSSO, args: owner, fix: sso("https://github.com/orgs/acme/sso")},
		{name: "sso, owner from the link", user: true, status: 403, header: map[string]string{"X-GitHub-SSO": "required; url=" + ssoURL}, said: saml, kind: fault.SSORequired, code: fault.CodeSSO, args: owner, fix: sso(ssoURL)},
		{name: "app restricted", status: 403, said: restricted, kind: fault.AppRestricted, code: fault.CodeAppRestricted, args: owner, fix: &fault.Fix{Kind: fault.FixApproveApp, URL: "https://github.com/organizations/acme/settings/oauth_application_policy"}},
		{name: "app restricted, owner from the message", user: true, status: 403, said: restricted, kind: fault.AppRestricted, code: fault.CodeAppRestricted, args: owner, fix: &fault.Fix{Kind: fault.FixApproveApp, URL: "https://github.com/organizations/acme/settings/oauth_application_policy"}},
		{name: "scope named", status: 403, header: granted, said: "You need at least delete:packages and read:packages scopes to delete a package version.", kind: fault.MissingScope, code: fault.CodeScope, args: map[string]any{"Scopes": "delete:packages"}, fix: grant("delete:packages")},
		{name: "scope named, more are needed", status: 403, header: map[string]string{"X-OAuth-Scopes": ""}, said: "You need at least delete:packages scope to delete a package version.", kind: fault.MissingScope, code: fault.CodeScope, args: map[string]any{"Scopes": "delete:packages read:packages repo"}, fix: grant("delete:packages", "read:packages", "repo")},
		{name: "scope by headers", status: 403, header: map[string]string{"X-OAuth-Scopes": "read:packages, repo", "X-Accepted-OAuth-Scopes": "delete:packages"}, said: "Forbidden", kind: fault.MissingScope, code: fault.CodeScope, args: map[string]any{"Scopes": "delete:packages"}, fix: grant("delete:packages")},
		{name: "an accepted scope is there", status: 403, header: map[string]string{"X-OAuth-Scopes": "repo", "X-Accepted-OAuth-Scopes": "admin:org, repo"}, said: "Forbidden", kind: fault.Forbidden, code: fault.CodeForbidden},
		{name: "not an admin", status: 403, said: "Must have admin rights to Repository.", kind: fault.Forbidden, code: fault.CodeNoAdmin},
		{name: "by an integration", status: 403, said: "Resource not accessible by integration", kind: fault.Forbidden, code: fault.CodeForbidden},
		{name: "not found", status: 404, said: "Package not found.", kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "hidden without scope", method: "GET", status: 404, header: map[string]string{"X-OAuth-Scopes": "read:packages, delete:packages"}, said: "Package not found.", kind: fault.NotFound, code: fault.CodeNotFound, fix: grant("repo")},
		{name: "last version", status: 400, said: "You cannot delete the last version of a package. You must delete the package instead.", kind: fault.Refused, code: fault.CodeLastVersion},
		{name: "last tagged", status: 400, said: "You cannot delete the last tagged version of a package. You must delete the package instead.", kind: fault.Refused, code: fault.CodeLastTagged},
		{name: "downloads", status: 400, said: "Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance.", kind: fault.Refused, code: fault.CodeDownloads},
		{name: "page cap", method: "GET", status: 400, said: "The value of `per_page` multiplied by `page` cannot be greater than 10000.", kind: fault.Invalid, code: fault.CodePageCap},
		{name: "no type", method: "GET", status: 400, said: "Invalid argument.", kind: fault.Refused, code: fault.CodeRefused},
		{name: "restore: name in use", method: "POST", status: 422, said: "Package cannot be restored because its name is in use by another package.", kind: fault.Refused, code: fault.CodeNameReused},
		{name: "restore: conflict", method: "POST", status: 409, said: "A package with the same name exists.", kind: fault.Refused, code: fault.CodeNameReused},
		{name: "restore: too late", method: "POST", status: 400, said: "Packages can only be restored within 30 days.", kind: fault.Refused, code: fault.CodeTooLate},
		{name: "restore: there", method: "POST", status: 422, said: "Package is not deleted.", kind: fault.Refused, code: fault.CodeAlreadyThere},
		{name: "restore: who knows", method: "POST", status: 422, said: "Validation Failed", kind: fault.Refused, code: fault.CodeRefused},
		{name: "conflict", status: 409, said: "Conflict", kind: fault.Refused, code: fault.CodeRefused},
		{name: "version retired", method: "GET", status: 410, said: "Gone", kind: fault.Refused, code: fault.CodeRefused},
		{name: "server error", status: 500, said: "Server Error", kind: fault.Upstream, code: fault.CodeUpstream},
		{name: "bad gateway", method: "GET", status: 502, kind: fault.Upstream, code: fault.CodeUpstream},
		{name: "redirect", method: "GET", status: 304, kind: fault.Upstream, code: fault.CodeUpstream},
	}
}

func TestExplainAnswer(t *testing.T) {
	t.Parallel()
	c := New(options(t, "https://github.com", "https://api.github.com")).For("t", "")
	for _, tt := range explanations() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := &answer{status: tt.status, said: tt.said, header: http.Header{}}
			for name, value := range tt.header {
				a.header.Set(name, value)
			}
			owner := acme(t)
			if tt.user {
				owner = mustOwner(t, ghpkg.User, "olivia")
			}
			r := c.request("X", deleteVersion, versionTarget(mustVersion(t, mustRef(t, owner, ghpkg.Maven, "x"), 1)), ghpkg.ActionDelete)
			if tt.method != "" {
				r.method = tt.method
			}
			e := wantFault(t, c.explainAnswer(r, a), tt.kind, tt.code)
			if e.Said != tt.said {
				t.Errorf("said %q, want GitHub's %q", e.Said, tt.said)
			}
			if diff := cmp.Diff(tt.args, e.Args); diff != "" {
				t.Errorf("args (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.fix, e.Fix); diff != "" {
				t.Errorf("fix (-want +got)\n%s", diff)
			}
		})
	}
}

// TestBrokenAnswers sends what is no answer at all.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
	}{
		{"half", `[{"id":1,"name":"x"},{"i`},
		{"empty", ``},
		{"null", `null`},
		{"page of a proxy", `<html>Please sign in</html>`},
		{"an object for a list", `{"message":"hello"}`},
		{"a list and more", `[] []`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gh := served(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", `"1"`)
				w.Write([]byte(tt.body))
			})
			_, err := gh.For("t", "").PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func([]ghpkg.Package) {
				t.Error("something was listed")
			})
			wantFault(t, err, fault.Upstream, fault.CodeUpstream)
			if gh.cache.size != 0 && tt.body != "null" && tt.name != "an object for a list" {
				t.Error("a broken answer is held")
			}
		})
	}
}

func TestEmptyObjectIsNoPackage(t *testing.T) {
	t.Parallel()
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, struct{}{}) })
	c := gh.For("t", "")
	ref := mustRef(t, acme(t), ghpkg.NPM, "x")
	_, err := c.Package(t.Context(), ref)
	wantFault(t, err, fault.Upstream, fault.CodeUpstream)
	_, err = c.Version(t.Context(), mustVersion(t, ref, 1))
	wantFault(t, err, fault.Upstream, fault.CodeUpstream)
	_, err = c.Viewer(t.Context())
	wantFault(t, err, fault.Upstream, fault.CodeUpstream)
}

func TestOddErrorBodiesKeepTheMessage(t *testing.T) {
	t.Parallel()
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 422, map[string]any{"message": "Validation Failed", "errors": "not a list"})
	})
	_, err := gh.For("t", "").Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
	if e := wantFault(t, err, fault.Refused, fault.CodeRefused); e.Said != "Validation Failed" {
		t.Errorf("said %q", e.Said)
	}
}
