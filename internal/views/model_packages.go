package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// OwnerHead is the head that an owner's pages share.
type OwnerHead struct {
	Login     string
	Kind      ghpkg.OwnerKind
	AvatarURL string
	GitHub    string // the owner at GitHub
	Packages  string
	Conflicts string
	Bin       string
	Current   string // "packages", "conflicts" or "bin"
}

// PackageTable is an owner's packages of all types.
type PackageTable struct {
	Frame
	Owner   OwnerHead
	Filter  PackageFilter
	States  []Option // Active | Deleted, as links
	Sorts   PackageSorts
	Rows    []PackageRow
	Total   int
	Pages   Pages
	Notices []Notice
	Fresh   Freshness
	Exports Exports
	Restore *RestoreByName // with state=deleted: the form for what is not listed
	Lenses  []Lens
	Help    QueryHelp
	Views   SavedViews
	Drift   *Drift // nil: nothing vanished
	Columns Columns
	Select  *Selection // nil: nothing may be changed
	Unclear bool       // of some rows it is not known whether the query means them
}

// Columns is how the viewer wants tables.
type Columns struct {
	Compact                                   bool
	HideVersions, HideUpdated, HideRepository bool
}

// PackageFilter is the filter form: plain GET to Action.
type PackageFilter struct {
	Action       string
	Text         string
	Types        []Option // checkboxes, with the number of rows of each type
	Visibilities []Option // "", public, private, internal
	Repo         string
	State        ghpkg.State
	Sort         string
	PerPage      int
	Active       bool // something is filtered
	Clear        string
}

// PackageSorts are the headings.
type PackageSorts struct {
	Name, Updated, Versions, DaysLeft Sort
}

// PackageRow is one package.
type PackageRow struct {
	DOMID      string // "package-42": the row's element, and the target of its buttons
	Name       string
	Owner      *Anchor // set where the table is over several owners
	Href       string  // empty: the name cannot be an address here
	Type       ghpkg.Type
	Visibility ghpkg.Visibility
	Repository *Anchor   // nil: none, or not given by GitHub
	Versions   *int      // nil: not given by GitHub
	Updated    time.Time // zero: not known
	GitHub     string
	Delete     *Action // nil: no deletion from here
	Gone       *Gone   // deleted: since when, until when, who
	Pick       string  // the address that selects it; empty: it cannot be selected
	Done       *Flash  // what was just done to it
	Problem    *Problem
}

// Anchor is a text with an address; External leads to GitHub.
type Anchor struct {
	Text     string
	Href     string
	External bool
}

// Action is a button of a row: a link to the page of consequences, which htmx
// opens as a dialog.
type Action struct {
	Href     string
	Disabled string // why it cannot be done, in the viewer's language; empty: it can
}

// Gone is what is known of something deleted.
type Gone struct {
	At        time.Time
	Until     time.Time // GitHub restores until then
	DaysLeft  int       // to the nearest; 0 on the last day; -1: too late
	HoursLeft int       // whole hours, for the last day
	Estimate  bool      // At is what we saw, not what GitHub said
	By        string    // login, or empty: not given by GitHub
	Reason    string
	Tags      []string // that a version had, as far as the ledger knows
	Entry     string   // address of the ledger entry, or empty
	Restore   *Action
}

// RestoreByName is the form that restores a package which is not listed: a
// plain GET to Action with type and name leads to the page of consequences.
type RestoreByName struct {
	Action string // "{owner}/packages"
	Types  []Option
	Name   string
}

// ConflictTable is what GitHub's Docker migration could not move.
type ConflictTable struct {
	Frame
	Owner   OwnerHead
	Rows    []ConflictRow
	Notices []Notice
	Exports Exports
	Pages   Pages
	AsOf    time.Time
}

// ConflictRow is one conflict, both sides linked.
type ConflictRow struct {
	DOMID      string
	Name       string
	Visibility ghpkg.Visibility
	Repository *Anchor
	Updated    time.Time
	Docker     Anchor // the package that could not move, here
	Container  Anchor // the one of the same name that is in its way, here
	GitHub     string // the docker package at GitHub
}
