package ghfake

import (
	"net/http"
	"net/url"
	"strings"
)

// docsRoot is the start of every documentation_url.
const docsRoot = "https://docs.github.com/rest/"

// route is one REST operation.
type route struct {
	method   string
	pattern  string
	docs     string // documentation_url below docsRoot
	open     bool   // answers without a token
	free     bool   // does not count against the primary limit
	segments []string
	handle   func(*call) answer
}

// match returns the unescaped values of the route's variables. A slash inside
// a value is only possible as %2F, and a trailing slash matches nothing: both
// as at GitHub. net/http's mux would redirect where GitHub answers 404.
func (t route) match(method string, path []string) (map[string]string, bool) {
	if method != t.method || len(path) != len(t.segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, want := range t.segments {
		name, variable := strings.CutPrefix(want, "{")
		if !variable {
			if path[i] != want {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(path[i])
		if err != nil || value == "" {
			return nil, false
		}
		vars[strings.TrimSuffix(name, "}")] = value
	}
	return vars, true
}

// findRoute returns the operation that an escaped path asks for.
func (s *Server) findRoute(method, path string) (*route, map[string]string) {
	segments := s.world.byLogin(strings.Split(strings.TrimPrefix(path, "/"), "/"))
	for i := range s.routes {
		if vars, ok := s.routes[i].match(method, segments); ok {
			return &s.routes[i], vars
		}
	}
	return nil, nil
}

func (s *Server) routeTable() []route {
	table := identityRoutes()
	table = append(table, applicationRoutes()...)
	for _, n := range namespaces() {
		table = append(table, n.routes()...)
	}
	for i := range table {
		table[i].segments = strings.Split(strings.TrimPrefix(table[i].pattern, "/"), "/")
	}
	return table
}

// namespace is one of the three ways in which GitHub addresses packages. The
// documentation's anchors differ in wording, so each is spelled out.
type namespace struct {
	prefix                                        string
	conflicts, list, get, remove, restore         string
	versions, version, removeVersion, backVersion string
}

func namespaces() []namespace {
	return []namespace{{
		prefix:    "/orgs/{org}",
		conflicts: "get-list-of-conflicting-packages-during-docker-migration-for-organization",
		list:      "list-packages-for-an-organization", get: "get-a-package-for-an-organization",
		remove: "delete-a-package-for-an-organization", restore: "restore-a-package-for-an-organization",
		versions:      "list-package-versions-for-a-package-owned-by-an-organization",
		version:       "get-a-package-version-for-an-organization",
		removeVersion: "delete-package-version-for-an-organization",
		backVersion:   "restore-package-version-for-an-organization",
	}, {
		prefix:    "/user",
		conflicts: "get-list-of-conflicting-packages-during-docker-migration-for-authenticated-user",
		list:      "list-packages-for-the-authenticated-users-namespace", get: "get-a-package-for-the-authenticated-user",
		remove: "delete-a-package-for-the-authenticated-user", restore: "restore-a-package-for-the-authenticated-user",
		versions:      "list-package-versions-for-a-package-owned-by-the-authenticated-user",
		version:       "get-a-package-version-for-the-authenticated-user",
		removeVersion: "delete-a-package-version-for-the-authenticated-user",
		backVersion:   "restore-a-package-version-for-the-authenticated-user",
	}, {
		prefix:    "/users/{username}",
		conflicts: "get-list-of-conflicting-packages-during-docker-migration-for-user",
		list:      "list-packages-for-a-user", get: "get-a-package-for-a-user",
		remove: "delete-a-package-for-a-user", restore: "restore-a-package-for-a-user",
		versions:      "list-package-versions-for-a-package-owned-by-a-user",
		version:       "get-a-package-version-for-a-user",
		removeVersion: "delete-package-version-for-a-user",
		backVersion:   "restore-package-version-for-a-user",
	}}
}

// routes returns the nine package operations of the namespace.
func (n namespace) routes() []route {
	pkg := n.prefix + "/packages/{package_type}/{package_name}"
	version := pkg + "/versions/{package_version_id}"
	docs := func(anchor string) string { return "packages/packages#" + anchor }
	return []route{
		{method: http.MethodGet, pattern: n.prefix + "/docker/conflicts", docs: docs(n.conflicts), handle: listConflicts},
		{method: http.MethodGet, pattern: n.prefix + "/packages", docs: docs(n.list), handle: listPackages},
		{method: http.MethodGet, pattern: pkg, docs: docs(n.get), handle: getPackage},
		{method: http.MethodDelete, pattern: pkg, docs: docs(n.remove), handle: deletePackage},
		{method: http.MethodPost, pattern: pkg + "/restore", docs: docs(n.restore), handle: restorePackage},
		{method: http.MethodGet, pattern: pkg + "/versions", docs: docs(n.versions), handle: listVersions},
		{method: http.MethodGet, pattern: version, docs: docs(n.version), handle: getVersion},
		{method: http.MethodDelete, pattern: version, docs: docs(n.removeVersion), handle: deleteVersion},
		{method: http.MethodPost, pattern: version + "/restore", docs: docs(n.backVersion), handle: restoreVersion},
	}
}
