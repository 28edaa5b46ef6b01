package ghclient

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// operation is one of the nine things that GitHub offers for packages, each
// for organizations, for the viewer and for other users: 27 endpoints.
type operation uint8

const (
	listConflicts operation = iota
	listPackages
	getPackage
	deletePackage
	restorePackage
	listVersions
	getVersion
	deleteVersion
	restoreVersion
	operations // how many there are
)

// endpoint is an operation's address, relative to the API's.
type endpoint struct {
	method string
	path   string // percent-encoded, without a leading slash
	route  string // the same with placeholders, for metrics
}

// target is what an operation is about. Conflicts and lists of packages have
// only an owner.
type target struct {
	owner   ghpkg.Owner
	ref     ghpkg.Ref
	version int64
}

// endpointOf returns the address of op on t. It is the only place where paths
// of packages are made: go-github v66 does not escape names for users, and
// lets names climb out of their place in the path.
func (c *Client) endpointOf(op operation, t target) endpoint {
	e := endpoint{method: http.MethodGet}
	e.path, e.route = c.namespace(t.owner)
	if op == listConflicts {
		return e.add("docker", "docker").add("conflicts", "conflicts")
	}
	e = e.add("packages", "packages")
	if op == listPackages {
		return e
	}
	e = e.add(string(t.ref.Type()), "{package_type}").add(t.ref.Name(), "{package_name}")
	switch op {
	case listVersions, getVersion, deleteVersion, restoreVersion:
		e = e.add("versions", "versions")
	}
	switch op {
	case getVersion, deleteVersion, restoreVersion:
		e = e.add(strconv.FormatInt(t.version, 10), "{package_version_id}")
	}
	switch op {
	case deletePackage, deleteVersion:
		e.method = http.MethodDelete
	case restorePackage, restoreVersion:
		e.method = http.MethodPost
		e = e.add("restore", "restore")
	}
	return e
}

// namespace returns the beginning of the paths of owner's packages.
func (c *Client) namespace(owner ghpkg.Owner) (path, route string) {
	switch {
	case owner.Kind() == ghpkg.Organization:
		return "orgs/" + url.PathEscape(owner.Login()), "/orgs/{org}"
	case c.owns(owner):
		return "user", "/user"
	}
	return "users/" + url.PathEscape(owner.Login()), "/users/{username}"
}

// owns reports whether owner is the viewer's own namespace.
func (c *Client) owns(owner ghpkg.Owner) bool {
	return owner.Kind() == ghpkg.User && c.login != "" && owner.Is(c.login)
}

// add appends one segment to the path, whatever it holds.
func (e endpoint) add(segment, placeholder string) endpoint {
	e.path += "/" + url.PathEscape(segment)
	e.route += "/" + placeholder
	return e
}

// packageTarget addresses a package.
func packageTarget(ref ghpkg.Ref) target { return target{owner: ref.Owner(), ref: ref} }

// versionTarget addresses a version.
func versionTarget(v ghpkg.VersionRef) target {
	return target{owner: v.Package().Owner(), ref: v.Package(), version: v.ID()}
}
