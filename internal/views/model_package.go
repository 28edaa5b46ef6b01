package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// PackagePage is one package with its versions.
type PackagePage struct {
	Frame
	Head     PackageHead
	Install  []Snippet
	Filter   VersionFilter
	States   []Option // Active | Deleted
	Sorts    VersionSorts
	Rows     []VersionRow
	Type     ghpkg.Type // decides the columns: tags for container and docker
	Total    int
	Pages    Pages
	Notices  []Notice
	Fresh    Freshness
	Exports  Exports
	Delete   *Action // the package as a whole; nil: not here
	Ledger   string  // the ledger's entries about it
	Untagged int     // how many of the rows, before paging, have no tag; -1: does not apply
	Help     QueryHelp
	Views    SavedViews
	Compact  bool
	Select   *Selection // nil: nothing may be changed
	Unclear  bool       // of some rows it is not known whether the query means them
}

// PackageHead is what a package's and its versions' pages begin with.
type PackageHead struct {
	Owner      OwnerHead
	Name       string
	Href       string
	Type       ghpkg.Type
	ID         int64
	Visibility ghpkg.Visibility
	Versions   *int // nil: not given by GitHub
	Repository *Anchor
	Created    time.Time
	Updated    time.Time
	GitHub     string
}

// Snippet is a command or file part that installs the package.
type Snippet struct {
	Label string // "npm", "Maven (pom.xml)", …: names, not translated
	Code  string
}

// VersionFilter is the filter form of the versions.
type VersionFilter struct {
	Action   string
	Text     string
	State    ghpkg.State
	Sort     string
	PerPage  int
	Active   bool
	Clear    string
	Untagged *Option // a link to the untagged ones; nil: does not apply
}

// VersionSorts are the headings.
type VersionSorts struct {
	Name, Created, Updated, DaysLeft Sort
}

// VersionRow is one version.
type VersionRow struct {
	DOMID    string // "version-7"
	ID       int64
	Name     string // a version number or a digest, whole
	Short    string // the same, shortened for a digest
	Digest   bool
	Href     string
	Tags     []string
	Untagged bool // a container manifest without a tag: perhaps part of a multi-arch image
	Created  time.Time
	Updated  time.Time
	GitHub   string
	Delete   *Action
	Gone     *Gone
	Pick     string // the address that selects it; empty: it cannot be selected
	Done     *Flash
	Problem  *Problem
	Docker   bool // container or docker: show a tags cell
}

// VersionPage is one version.
type VersionPage struct {
	Frame
	Head        PackageHead
	Version     VersionRow
	Description string
	License     string
	Install     []Snippet
	Ledger      string
}

// Confirm is the page, and the dialog, of consequences before a change.
type Confirm struct {
	Frame
	Kind         ConfirmKind
	Action       string // where to post
	Target       string // "#package-42": the row that the answer replaces; empty: the whole page
	Back         string // the way out
	Package      string // the package's name
	PackageID    int64  // sent as "id", so that another package of the same name is not hit; 0: not known
	Shown        string // sent as "shown": a digest of what is shown, so that nothing else is deleted
	PackageType  ghpkg.Type
	Owner        string
	Version      string // the version's name, or empty
	Tags         []string
	Consequences []Consequence
	Typed        bool   // the package's name has to be typed
	Reason       string // what was typed before
	Confirm      string // what was typed before
	Problem      *Problem
	Grant        *Fix     // a scope is missing: grant it first; the form is then disabled
	Missing      []string // the scopes that Grant asks for
	Member       []string // that they give no right to it, where the viewer may have none
	Instead      *Fix     // GitHub will refuse it: this in its place; the form is then left out
	Gone         *Gone
}

// ConfirmKind is what is to be confirmed.
type ConfirmKind string

// The kinds; the texts are "confirm.<kind>.title" and "confirm.<kind>.button".
const (
	ConfirmDeletePackage  ConfirmKind = "delete_package"
	ConfirmDeleteVersion  ConfirmKind = "delete_version"
	ConfirmRestorePackage ConfirmKind = "restore_package"
	ConfirmRestoreVersion ConfirmKind = "restore_version"
)

// Consequence is one thing that the change will bring.
type Consequence struct {
	Level string   // "info", "warning", "danger"
	Text  string   // in the viewer's language
	Links []Anchor // what it is about
}
