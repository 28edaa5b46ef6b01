package ghfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// undocumented are answers that GitHub gives, by public reports or by our
// guess, though its OpenAPI description does not list them. Two kinds more can
// come from anywhere: 401 for a dead token, 403 and 429 of the rate limits.
func undocumented() []string {
	return []string{
		"DELETE package 400", // more than 5,000 downloads: recorded for the web page
		"DELETE version 400", // last version, last tagged version, downloads: recorded
		"POST package 400",   // name in use: guess
		"POST package 422",   // name in use: the other guess
		"POST version 400",   // name in use: guess
		"GET package 403",    // missing scope, SSO: recorded
		"GET package 404",    // recorded
		"GET version 403",    // missing scope, SSO
		"GET version 404",    // recorded
		"GET versions 400",   // malformed state: guess
		"GET packages 403",   // /user/packages without scope: recorded
		"GET packages 404",   // a user below /orgs: reported
		"GET conflicts 403",  // /user/docker/conflicts without scope
		"GET conflicts 404",  // a user below /orgs
		"GET team 403",       // SSO
		"DELETE token 404",   // revoked before: guess
	}
}

// specs loads both descriptions once. What contradicts GitHub's recorded
// answers is corrected here.
var specs = sync.OnceValues(func() ([]*openapi3.T, error) {
	var docs []*openapi3.T
	for _, version := range []string{version2022, version2026} {
		doc, err := openapi3.NewLoader().LoadFromFile("testdata/openapi-packages-" + version + ".json")
		if err != nil {
			return nil, err
		}
		// Recorded lists have no version_count.
		pkg := doc.Components.Schemas["package"].Value
		pkg.Required = slices.DeleteFunc(pkg.Required, func(s string) bool { return s == "version_count" })
		// The property is called tag, the required one tags.
		doc.Components.Schemas["package-version"].Value.Properties["metadata"].Value.Properties["docker"].Value.Required = nil
		docs = append(docs, doc)
	}
	return docs, nil
})

func TestSpecsAreValid(t *testing.T) {
	t.Parallel()
	docs, err := specs()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		if err := doc.Validate(t.Context(), openapi3.DisableExamplesValidation()); err != nil {
			t.Error(err)
		}
	}
}

// template returns the description's path for a request, or "".
func (f fixture) template(r *http.Request) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	route, _ := f.findRoute(r.Method, strings.TrimPrefix(r.URL.EscapedPath(), apiPrefix))
	if route == nil {
		return ""
	}
	if route.pattern == "/user/memberships/orgs/{org}" {
		return "/orgs/{org}/memberships/{username}" // the same answer; the copy of the description has this one only
	}
	return strings.ReplaceAll(route.pattern, "{member}", "{username}")
}

// conforms checks an answer against the description of the API version that
// was asked for.
func (f fixture) conforms(r *http.Request, got response) {
	f.t.Helper()
	docs, err := specs()
	if err != nil {
		f.t.Fatal(err)
	}
	doc := docs[0]
	if r.Header.Get("X-GitHub-Api-Version") == version2026 {
		doc = docs[1]
	}
	template := f.template(r)
	if template == "" || got.status == http.StatusNotModified {
		return // nothing that the description could know, or nothing to look at
	}
	item := doc.Paths.Value(template)
	if item == nil || item.GetOperation(r.Method) == nil {
		f.t.Errorf("%s %s is not described", r.Method, template)
		return
	}
	described := item.GetOperation(r.Method).Responses.Status(got.status)
	schema := doc.Components.Schemas["basic-error"]
	switch {
	case described == nil && !known(r.Method, template, got):
		f.t.Errorf("%s %s answers %d, which is neither described nor listed: %s", r.Method, template, got.status, got.body)
	case described != nil && described.Value.Content["application/json"] != nil:
		schema = described.Value.Content["application/json"].Schema
	}
	if got.body == "" {
		return
	}
	var body any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		f.t.Errorf("%s %s: %v", r.Method, template, err)
		return
	}
	if err := schema.Value.VisitJSON(body, openapi3.EnableFormatValidation()); err != nil {
		f.t.Errorf("%s %s %d: %v", r.Method, template, got.status, err)
	}
}

// known reports whether an answer is one of the undocumented ones.
func known(method, template string, got response) bool {
	segments := strings.Split(template, "/")
	what := segments[len(segments)-1]
	if what == "restore" {
		what = segments[len(segments)-2]
	}
	switch {
	case what == "{package_name}":
		what = "package"
	case what == "{package_version_id}":
		what = "version"
	case strings.Contains(template, "/teams/"):
		what = "team"
	}
	entry := fmt.Sprintf("%s %s %d", method, what, got.status)
	limited := strings.Contains(got.message(), "rate limit")
	return slices.Contains(undocumented(), entry) || got.status == http.StatusUnauthorized || limited
}

// TestEveryOperation walks through all described operations and reports those
// that the walk forgot.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	for _, version := range []string{version2022, version2026} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			seen := map[string]bool{}
			for _, request := range walk() {
				token := f.Token("olivia", allScopes()...)
				got := f.do(token, request, func(r *http.Request) {
					r.Header.Set("X-GitHub-Api-Version", version)
					seen[r.Method+" "+f.template(r)] = true
				})
				if got.status >= http.StatusBadRequest {
					t.Errorf("%s: %d %s", request, got.status, got.body)
				}
			}
			f.unseen(seen)
		})
	}
}

// walk returns a request for each operation but those of the OAuth app, in an
// order in which all of them succeed.
func walk() []string {
	requests := []string{
		"GET /user", "GET /user/orgs", "GET /user/memberships/orgs?state=active", "GET /orgs/acme", "GET /users/marco",
		"GET /orgs/acme/memberships/marco", "GET /orgs/acme/teams/admins/memberships/marco", "GET /rate_limit", "GET /meta", "GET /versions",
	}
	for _, owner := range []string{"/orgs/acme", "/user", "/users/olivia"} {
		first := 70_000_001 // the first version of the first package: the organization's
		if owner != "/orgs/acme" {
			first += 13 // … and the user's, who has the same packages
		}
		pkg := owner + "/packages/container/api%2Fgateway"
		version := fmt.Sprintf("%s/versions/%d", pkg, first)
		requests = append(requests,
			"GET "+owner+"/docker/conflicts", "GET "+owner+"/packages?package_type=npm", "GET "+owner+"/packages?package_type=docker",
			"GET "+pkg, "GET "+pkg+"/versions", "GET "+owner+"/packages/docker/old/versions", "GET "+version,
			"DELETE "+version, "GET "+pkg+"/versions?state=deleted", "POST "+version+"/restore", "DELETE "+pkg, "POST "+pkg+"/restore")
	}
	return requests
}

// unseen reports described operations that are not in seen.
func (f fixture) unseen(seen map[string]bool) {
	f.t.Helper()
	docs, err := specs()
	if err != nil {
		f.t.Fatal(err)
	}
	for path, item := range docs[0].Paths.Map() {
		for method := range item.Operations() {
			if !seen[method+" "+path] && !strings.HasPrefix(path, "/applications/") {
				f.t.Errorf("%s %s was not asked", method, path)
			}
		}
	}
}
