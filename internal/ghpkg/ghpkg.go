// Package ghpkg holds the words of GitHub Packages as Go types, and the rules
// about them that need no I/O: which names can exist, until when something can
// be restored, what an operation needs.
//
// Values that are used in addresses (Owner, Ref, VersionRef) are made by
// parsing functions only, so that one that exists is one that is valid.
package ghpkg

import (
	"fmt"
	"slices"
	"time"
)

// Type is GitHub's package_type.
type Type string

// The six types of the REST API.
const (
	NPM       Type = "npm"
	Maven     Type = "maven"
	RubyGems  Type = "rubygems"
	Docker    Type = "docker"
	NuGet     Type = "nuget"
	Container Type = "container"
)

// Types returns all six, in the order in which GitHub's documentation lists them.
func Types() []Type { return []Type{NPM, Maven, RubyGems, Docker, NuGet, Container} }

// ParseType returns the type that s names.
func ParseType(s string) (Type, error) {
	if t := Type(s); slices.Contains(Types(), t) {
		return t, nil
	}
	return "", fmt.Errorf("%q is not a package type", s)
}

// RepositoryScoped reports whether packages of this type take their
// permissions from a repository, so that GitHub wants the repo scope for them
// and hides private ones without it (GitHub docs, "About permissions for
// GitHub Packages").
func (t Type) RepositoryScoped() bool { return t == Maven || t == Docker }

// Images reports whether versions of the type are manifests of images: they have
// tags that GitHub lists and that move, and may refer to each other.
func (t Type) Images() bool { return t == Container || t == Docker }

// State is whether a version is there or can only be restored.
type State string

// The states of GitHub's state parameter.
const (
	Active  State = "active"
	Deleted State = "deleted"
)

// ParseState returns the state that s names; an empty s is Active.
func ParseState(s string) (State, error) {
	switch State(s) {
	case "", Active:
		return Active, nil
	case Deleted:
		return Deleted, nil
	}
	return "", fmt.Errorf("%q is not a state", s)
}

// Visibility is GitHub's visibility of a package. GitHub's schema knows public
// and private; internal is accepted as a filter and may come back.
type Visibility string

// The visibilities known today.
const (
	Public   Visibility = "public"
	Private  Visibility = "private"
	Internal Visibility = "internal"
)

// ParseVisibility returns the visibility that s names.
func ParseVisibility(s string) (Visibility, error) {
	switch v := Visibility(s); v {
	case Public, Private, Internal:
		return v, nil
	}
	return "", fmt.Errorf("%q is not a visibility", s)
}

// Repository is the repository that a package is linked to.
type Repository struct {
	Name     string
	FullName string // owner/name
	Private  bool
	HTMLURL  string
}

// Package is one package as GitHub shows it to one viewer.
type Package struct {
	ID           int64
	Name         string // as GitHub gave it; may be one that no Ref can hold
	Type         Type
	Owner        Owner
	Visibility   Visibility
	VersionCount *int        // nil: not given by GitHub (lists often omit it)
	Repository   *Repository // nil: not linked, or not given
	HTMLURL      string      // at GitHub; its host was checked, else empty
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Ref returns the package's address; false if its name cannot be one.
func (p Package) Ref() (Ref, bool) {
	r, err := NewRef(p.Owner, p.Type, p.Name)
	return r, err == nil
}

// Version is one version of a package.
type Version struct {
	ID          int64
	Name        string // a version number; for containers the digest "sha256:…"
	Description string
	License     string
	Tags        []string // container and docker only
	HTMLURL     string   // at GitHub; its host was checked, else empty
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DeletedAt   *time.Time // set on deleted versions
	HadNoTag    bool       // it was deleted without one, as the ledger knows; GitHub lists no tags of what is deleted
}

// State reports whether the version is deleted.
func (v Version) State() State {
	if v.DeletedAt != nil {
		return Deleted
	}
	return Active
}

// Untagged reports whether a version of type t is a container manifest without
// a tag: often the platform image or attestation of a multi-arch index, whose
// deletion breaks that index.
func (v Version) Untagged(t Type) bool {
	return len(v.Tags) == 0 && v.TagsGiven(t)
}

// TagsGiven reports whether it is known which tags a version of type t has, or
// had when it was deleted. npm has some, too, but they are not in GitHub's
// answers.
func (v Version) TagsGiven(t Type) bool {
	return t.Images() && (v.DeletedAt == nil || len(v.Tags) > 0 || v.HadNoTag)
}

// NoticeKind says why a listing is not the whole truth.
type NoticeKind string

// The kinds of notices; each is "notice.<kind>" in the catalogues.
const (
	NoticeTypeFailed NoticeKind = "type_failed" // the list of one type failed
	NoticeSSO        NoticeKind = "sso"         // organizations hidden until SSO is done
	NoticeCap        NoticeKind = "cap"         // GitHub lists the first 10,000 only
	NoticeMoved      NoticeKind = "moved"       // it changed while its pages were read, and again when they were read anew
	NoticeRepoScope  NoticeKind = "repo_scope"  // private packages of repository-scoped registries are hidden
	NoticeLoading    NoticeKind = "loading"     // still being fetched; ask again in a moment
	NoticeStale      NoticeKind = "stale"       // GitHub could not be asked now; this is what it said before
	NoticeNoState    NoticeKind = "no_state"    // GitHub documents no state filter for other users' versions
	NoticeVanished   NoticeKind = "vanished"    // packages are no longer listed to this viewer, and nobody deleted them here. Detail: how many
	NoticeBudget     NoticeKind = "budget"      // not everything was looked into, to leave the viewer's hourly limit to them
	NoticeOwners     NoticeKind = "owners"      // which organizations the viewer owns is not known to the end
	NoticeUnknown    NoticeKind = "unknown"     // of rows it is not known whether the query means them, so they are left out. Field: what is missing of them; Detail: how many
	NoticeUnsorted   NoticeKind = "unsorted"    // rows whose number of versions is not known have no place in its order. Detail: how many
	NoticeNamesake   NoticeKind = "namesake"    // the package that was asked for had the name before this one. Detail: its id
	NoticeNoList     NoticeKind = "no_list"     // GitHub lists no deleted packages; this is what the ledger knows
)

// Notice is one thing that a listing could not see.
type Notice struct {
	Kind   NoticeKind
	Type   Type   // the package type it is about; empty for all
	Owner  string // the login of the owner it is about, in a listing over several; else empty
	Detail string // GitHub's own words, or what identifies it (organization ids, a number); may be empty
	Field  string // what a query asked for; empty for what no query is about
	URL    string // at GitHub, host checked: where to open what is closed; may be empty
}

// Incomplete reports whether the notice means that rows may be missing.
func (n Notice) Incomplete() bool {
	switch n.Kind {
	case NoticeStale, NoticeVanished, NoticeUnsorted, NoticeNamesake:
		return false
	}
	return true
}

// Listing is everything of one kind that GitHub listed to one viewer.
type Listing[T any] struct {
	Items   []T
	AsOf    time.Time // when GitHub said so
	Notices []Notice
}

// Complete reports whether nothing is known to be missing.
func (l Listing[T]) Complete() bool {
	return !slices.ContainsFunc(l.Notices, Notice.Incomplete)
}

// Role is the viewer's role in an organization: GitHub's "admin" (an owner) or
// "member". It is empty where GitHub did not say.
type Role string

// The roles.
const (
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
)

// Membership is one owner of packages that the viewer may look at.
type Membership struct {
	Owner     Owner
	Role      Role // empty for the viewer's own namespace
	AvatarURL string
}

// RateLimit is the viewer's hourly budget at GitHub (GET /rate_limit, resources.core).
type RateLimit struct {
	Limit, Used, Remaining int
	Reset                  time.Time
}
