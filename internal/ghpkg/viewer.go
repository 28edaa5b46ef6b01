package ghpkg

import (
	"slices"
	"strings"
)

// Viewer is the signed-in person: a GitHub account, identified by its numeric
// id, with what its token may do.
type Viewer struct {
	ID        int64
	Login     string
	Name      string // may be empty
	AvatarURL string // host checked, else empty
	Scopes    Scopes // granted to the token in use
	ProxyUser string // the SSO identity that a trusted proxy named, or empty
}

// Namespace returns the viewer's own user namespace.
func (v Viewer) Namespace() (Owner, error) { return NewOwner(User, v.Login) }

// Actor returns the viewer as the ledger names them.
func (v Viewer) Actor() Actor { return Actor{ID: v.ID, Login: v.Login, ProxyUser: v.ProxyUser} }

// The OAuth scopes that Stockroom deals in (GitHub docs, "Scopes for OAuth apps").
const (
	ScopeReadPackages   = "read:packages"
	ScopeWritePackages  = "write:packages"
	ScopeDeletePackages = "delete:packages"
	ScopeReadOrg        = "read:org"
	ScopeRepo           = "repo"
)

// Scopes is a set of OAuth scopes as GitHub lists them.
type Scopes []string

// ParseScopes reads the comma- or space-separated form of GitHub's headers and
// token answers.
func ParseScopes(s string) Scopes {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(fields)
	return Scopes(slices.Compact(fields))
}

// String returns the scopes separated by spaces, as an authorization request wants them.
func (s Scopes) String() string { return strings.Join(s, " ") }

// implied lists what a scope includes beside itself: GitHub's normalisation
// drops the narrower one from what it says was granted.
var implied = map[string][]string{
	ScopeReadPackages: {ScopeWritePackages},
	ScopeReadOrg:      {"write:org", "admin:org"},
}

// Has reports whether the set grants scope, itself or by a wider one.
func (s Scopes) Has(scope string) bool {
	return slices.Contains(s, scope) ||
		slices.ContainsFunc(implied[scope], func(wider string) bool { return slices.Contains(s, wider) })
}

// Missing returns those of needed that the set does not grant, in their order.
func (s Scopes) Missing(needed Scopes) Scopes {
	var missing Scopes
	for _, scope := range needed {
		if !s.Has(scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}

// SignInScopes is what a viewer is asked for at first: looking, and knowing
// their organizations. More is asked for when it is first needed.
func SignInScopes() Scopes { return Scopes{ScopeReadPackages, ScopeReadOrg} }

// NeededScopes returns the scopes that an action on a package of type t needs
// (GitHub docs, "REST API endpoints for packages").
func NeededScopes(action Action, t Type) Scopes {
	needed := Scopes{ScopeReadPackages}
	switch action {
	case ActionDelete:
		needed = append(needed, ScopeDeletePackages)
	case ActionRestore:
		needed = append(needed, ScopeWritePackages)
	}
	if t.RepositoryScoped() {
		needed = append(needed, ScopeRepo)
	}
	return needed
}

// ScopesToGrant returns what to ask GitHub for when a viewer first changes a
// package of type t: deleting and restoring both, so that what they delete
// they can also bring back.
func ScopesToGrant(t Type) Scopes {
	scopes := NeededScopes(ActionDelete, t)
	for _, scope := range NeededScopes(ActionRestore, t) {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}
