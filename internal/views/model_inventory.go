package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// AllPackages is the table over all the viewer's owners; a row names its owner.
type AllPackages struct {
	PackageTable          // Owner is zero
	Owners       []Option // the owners that are in it, as links to theirs; Count: packages
}

// Lens is a plain query that is one click away.
type Lens struct {
	Key      string // "untagged", "stale", "no_repository", "public", "most_versions": the text is "lens.<key>"
	Href     string
	Selected bool
}

// QueryHelp explains the query language beside the search box.
type QueryHelp struct {
	Examples []QueryExample
	Problem  *QueryProblem // what was mistyped; nil: nothing
}

// QueryExample is one line of the help.
type QueryExample struct {
	Query string // "type:npm", "older:90d -tag:latest"
	Key   string // the explanation is "query.help.<key>"
}

// QueryProblem points at a mistake in a query.
type QueryProblem struct {
	Before, Wrong, After string // the query in three parts
	Text                 string // what is wrong with it, in the viewer's language
}

// SavedViews are the tables that somebody keeps, and the form that keeps this one.
type SavedViews struct {
	Rows   []SavedView
	Action string // where to post name, path and shared
	Path   string // of this table with its filters; empty: nothing to save
}

// SavedView is one kept table.
type SavedView struct {
	ID     string
	Name   string
	Href   string
	By     string // who shared it; empty: the viewer's own
	Shared bool
	Delete string // where to post to forget it; empty: not the viewer's
}

// Bin is all that can still be restored under an owner, least days left first.
type Bin struct {
	Frame
	Owner   OwnerHead // Current is "bin"
	Rows    []BinRow
	Total   int
	Pages   Pages
	Filter  VersionFilter // Action is the bin's address; only Text, PerPage, Active and Clear are used
	Notices []Notice
	Fresh   Freshness
	Exports Exports
	Restore *RestoreByName
	Looked  int // packages whose deleted versions were looked at
	Of      int // packages there are
	Compact bool
	Select  *Selection // nil: nothing may be changed
}

// BinRow is a deleted package or version. Exactly one of the two is set.
type BinRow struct {
	Package *PackageRow // Gone is set; Gone.Estimate for one that vanished
	Version *VersionRow // Gone is set
	Of      *Anchor     // the package that the version is of
	Type    ghpkg.Type
}

// Drift says how many packages vanished outside Stockroom, and since when.
type Drift struct {
	Count int
	Since time.Time
	Href  string // the bin
}
