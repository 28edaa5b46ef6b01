// Package link makes every address of Stockroom, and reads back those that
// name packages. Templates and handlers hold no path of their own.
package link

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The fixed addresses.
const (
	Home      = "/"
	SignedOut = "/?signed_out=1" // says that it worked
	Login     = "/login"
	Callback  = "/login/callback"
	Logout    = "/logout"
	Ledger    = "/ledger"
	Settings  = "/settings"
	Revoke    = "/settings/sessions/revoke"
	All       = "/packages"
	Views     = "/settings/views"

	Operations = "/operations"
	Badge      = "/operations/badge" // what is unfinished, as the header shows it
)

// SignIn returns the address that signs in and comes back to returnTo, asking
// GitHub for the scopes in addition to those granted before.
func SignIn(returnTo string, scopes ghpkg.Scopes) string {
	q := url.Values{}
	if returnTo != "" && returnTo != Home {
		q.Set("return_to", returnTo)
	}
	if len(scopes) > 0 {
		q["scope"] = scopes
	}
	return withValues(Login, q)
}

// FindOwner returns the address that leads to the owner called login, whatever its kind.
func FindOwner(login string) string {
	return withValues(Home, url.Values{"owner": {login}})
}

// owner returns the prefix of all addresses of an owner.
func owner(o ghpkg.Owner) string {
	if o.Kind() == ghpkg.Organization {
		return "/orgs/" + url.PathEscape(o.Login())
	}
	return "/users/" + url.PathEscape(o.Login())
}

// Moved returns the page of another owner that path is of the owner from.
func Moved(path string, from, to ghpkg.Owner) string {
	return owner(to) + strings.TrimPrefix(path, owner(from))
}

// Packages returns the table of an owner's packages.
func Packages(o ghpkg.Owner) string { return owner(o) + "/packages" }

// Conflicts returns an owner's Docker-migration conflicts.
func Conflicts(o ghpkg.Owner) string { return owner(o) + "/docker/conflicts" }

// Bin returns all that can still be restored under an owner.
func Bin(o ghpkg.Owner) string { return owner(o) + "/bin" }

// RefreshOwner returns where to post to look at GitHub again now.
func RefreshOwner(o ghpkg.Owner) string { return owner(o) + "/-/refresh" }

// Package returns a package's page. Slashes of the name stay slashes.
func Package(r ghpkg.Ref) string {
	// Escaped as one segment, the name has %2F for its slashes and nothing else.
	name := strings.ReplaceAll(url.PathEscape(r.Name()), "%2F", "/")
	return owner(r.Owner()) + "/packages/" + string(r.Type()) + "/" + name
}

// The addresses inside a package: GET shows the consequences, POST acts.

// DeletePackage returns where a package is deleted.
func DeletePackage(r ghpkg.Ref) string { return Deletion(Package(r)) }

// Deletion returns where the package at the address is deleted.
func Deletion(pkg string) string { return pkg + "/-/delete" }

// RestorePackage returns where a package is restored.
func RestorePackage(r ghpkg.Ref) string { return Package(r) + "/-/restore" }

// RefreshPackage returns where to post to look at GitHub again now.
func RefreshPackage(r ghpkg.Ref) string { return Package(r) + "/-/refresh" }

// Version returns a version's page.
func Version(v ghpkg.VersionRef) string {
	return Package(v.Package()) + "/-/versions/" + strconv.FormatInt(v.ID(), 10)
}

// DeleteVersion returns where a version is deleted.
func DeleteVersion(v ghpkg.VersionRef) string { return Version(v) + "/delete" }

// RestoreVersion returns where a version is restored.
func RestoreVersion(v ghpkg.VersionRef) string { return Version(v) + "/restore" }

// LedgerEntry returns the page of one entry.
func LedgerEntry(id string) string { return Ledger + "/" + url.PathEscape(id) }

// ForgetView returns where to post to forget a saved view.
func ForgetView(id string) string { return Views + "/" + url.PathEscape(id) + "/delete" }

// Target returns the page of what a change was made to: the version, or the package.
func Target(t ghpkg.Target) (string, bool) {
	if v, ok := t.VersionRef(); ok {
		return Version(v), true
	}
	r, ok := t.Ref()
	if !ok {
		return "", false
	}
	return Package(r), true
}

// TargetPage is Target for a link: it holds the id of a package as a whole, so
// that its page says if another package has the name now.
func TargetPage(t ghpkg.Target) (string, bool) {
	at, ok := Target(t)
	if !ok || t.VersionID != 0 || t.PackageID == 0 {
		return at, ok
	}
	return withValues(at, url.Values{"package_id": {strconv.FormatInt(t.PackageID, 10)}}), true
}

// Path is a parsed address inside a package: what it names, and what is asked of it.
type Path struct {
	Ref     ghpkg.Ref
	Version ghpkg.VersionRef // zero: the package
	Action  string           // "", "delete", "restore", "refresh"
}

// Parse reads an address below "{owner}/packages/{type}/" from a decoded path
// (URL.Path), so that "/" and "%2F" in a name mean the same.
func Parse(path string) (Path, error) {
	kind, rest, ok := cutOwner(path)
	if !ok {
		return Path{}, fmt.Errorf("%q names no package", path)
	}
	login, rest, _ := strings.Cut(rest, "/")
	o, err := ghpkg.NewOwner(kind, login)
	if err != nil {
		return Path{}, err
	}
	rest, ok = strings.CutPrefix(rest, "packages/")
	if !ok {
		return Path{}, fmt.Errorf("%q names no package", path)
	}
	typ, rest, _ := strings.Cut(rest, "/")
	name, action := ghpkg.SplitAction(rest)
	ref, err := ghpkg.NewRef(o, ghpkg.Type(typ), name)
	if err != nil {
		return Path{}, err
	}
	return withAction(Path{Ref: ref}, action)
}

// ParseOwner reads the address of one of an owner's pages from a decoded path:
// whose it is, and what follows ("packages", "bin").
func ParseOwner(path string) (o ghpkg.Owner, page string, err error) {
	kind, rest, ok := cutOwner(path)
	if !ok {
		return o, "", fmt.Errorf("%q is no page of an owner", path)
	}
	login, page, _ := strings.Cut(rest, "/")
	o, err = ghpkg.NewOwner(kind, login)
	return o, page, err
}

// cutOwner takes "/orgs/" or "/users/" off a path.
func cutOwner(path string) (kind ghpkg.OwnerKind, rest string, ok bool) {
	if rest, ok = strings.CutPrefix(path, "/orgs/"); ok {
		return ghpkg.Organization, rest, true
	}
	rest, ok = strings.CutPrefix(path, "/users/")
	return ghpkg.User, rest, ok
}

// withAction reads "versions/7/delete" and its like.
func withAction(p Path, action string) (Path, error) {
	rest, ok := strings.CutPrefix(action, "versions/")
	if !ok {
		p.Action = action
		return p, nil
	}
	digits, verb, _ := strings.Cut(rest, "/")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Path{}, fmt.Errorf("%q is not a version id", digits)
	}
	p.Action = verb
	p.Version, err = p.Ref.Version(id)
	return p, err
}
