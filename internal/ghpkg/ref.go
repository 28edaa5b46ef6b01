package ghpkg

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// OwnerKind is GitHub's type of account: "Organization" or "User".
type OwnerKind string

// The kinds of owners.
const (
	Organization OwnerKind = "Organization"
	User         OwnerKind = "User"
)

// Owner is an organization or a user. The zero value is nobody.
type Owner struct {
	kind  OwnerKind
	login string
}

// loginPattern is GitHub's rule for logins (letters, digits, single inner
// hyphens), wide enough for the "_shortcode" of enterprise managed users and
// for the hyphens that old logins have in odd places.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_-])?$`)

// NewOwner returns the owner of that kind and login.
func NewOwner(kind OwnerKind, login string) (Owner, error) {
	if kind != Organization && kind != User {
		return Owner{}, fmt.Errorf("%q is not a kind of owner", kind)
	}
	if !loginPattern.MatchString(login) {
		return Owner{}, fmt.Errorf("%q cannot be a login at GitHub", login)
	}
	return Owner{kind, login}, nil
}

// Kind returns whether it is an organization or a user.
func (o Owner) Kind() OwnerKind { return o.kind }

// Login returns the owner's name at GitHub.
func (o Owner) Login() string { return o.login }

// String returns the login.
func (o Owner) String() string { return o.login }

// Is reports whether login means this owner; GitHub's logins ignore case.
func (o Owner) Is(login string) bool { return strings.EqualFold(o.login, login) }

// Ref is the address of a package: owner, type, name.
type Ref struct {
	owner Owner
	typ   Type
	name  string
}

// NewRef returns the address of a package.
func NewRef(owner Owner, typ Type, name string) (Ref, error) {
	if owner == (Owner{}) {
		return Ref{}, errors.New("a package needs an owner")
	}
	if _, err := ParseType(string(typ)); err != nil {
		return Ref{}, err
	}
	if err := checkName(name); err != nil {
		return Ref{}, err
	}
	return Ref{owner, typ, name}, nil
}

// Owner returns whose package it is.
func (r Ref) Owner() Owner { return r.owner }

// Type returns the package's type.
func (r Ref) Type() Type { return r.typ }

// Name returns the package's name, unescaped.
func (r Ref) Name() string { return r.name }

// String returns "owner/type/name", for logs.
func (r Ref) String() string { return r.owner.login + "/" + string(r.typ) + "/" + r.name }

// Version returns the address of one of the package's versions.
func (r Ref) Version(id int64) (VersionRef, error) {
	if r == (Ref{}) || id <= 0 {
		return VersionRef{}, fmt.Errorf("%d is not a version id", id)
	}
	return VersionRef{r, id}, nil
}

// VersionRef is the address of a version.
type VersionRef struct {
	ref Ref
	id  int64
}

// Package returns the address of the version's package.
func (v VersionRef) Package() Ref { return v.ref }

// ID returns GitHub's numeric id of the version.
func (v VersionRef) ID() int64 { return v.id }

// String returns "owner/type/name#id", for logs.
func (v VersionRef) String() string { return fmt.Sprintf("%s#%d", v.ref, v.id) }

// maxName bounds a name so that its address, percent-encoded, stays below what
// proxies accept in a request line (nginx: 8 KiB). GitHub's own limits are lower.
const maxName = 2048

// checkName refuses names that could leave their place in a path. A name may
// hold slashes, dots, '@', spaces and unicode.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("a package needs a name")
	case len(name) > maxName:
		return fmt.Errorf("a package name has at most %d bytes", maxName)
	case !utf8.ValidString(name):
		return errors.New("a package name is UTF-8")
	case strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("a package name has no control characters")
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("%q is not a part of a package name", segment)
		}
	}
	if _, rest := SplitAction(name); rest != "" {
		return fmt.Errorf("%q would be read as an address inside a package", name)
	}
	return nil
}

// actionPattern is what may follow a package's name in an address of ours.
var actionPattern = regexp.MustCompile(`^(?:delete|restore|refresh|versions/[0-9]+(?:/(?:delete|restore))?)$`)

// SplitAction cuts what follows "/-/" from the end of a package's address:
// "a/b/-/versions/7/delete" gives "a/b" and "versions/7/delete". What is not
// one of our actions belongs to the name, for a package may be called "-".
func SplitAction(path string) (name, action string) {
	if i := strings.LastIndex(path, "/-/"); i > 0 && actionPattern.MatchString(path[i+3:]) {
		return path[:i], path[i+3:]
	}
	return path, ""
}
