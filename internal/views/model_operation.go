package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Operations is the table of bulk operations.
type Operations struct {
	Frame
	States  []Option // tabs
	Rows    []OperationRow
	Total   int
	Clear   string // all of them; empty: that is what is shown
	Pages   Pages
	Exports Exports
}

// OperationRow is one bulk operation.
type OperationRow struct {
	Href    string
	Title   string // "Delete 800 versions"
	Action  ghpkg.Action
	State   ghpkg.OperationState
	Actor   string // empty: the viewer
	Source  Source
	Reason  string
	At      time.Time // of its creation, or of its start
	Total   int
	Settled int // items that are over
	Lost    int // of them those that were not done
	Until   time.Time
	Discard string // where to post; empty: not offered
}

// Source is the table that items were selected from.
type Source struct {
	Href   string
	Text   string
	Filter string // empty: all of it
}

// Operation is one bulk operation: a draft with what it would do, or what it
// has done so far.
type Operation struct {
	Frame
	Title     string // "Delete 800 versions", or the question
	Action    ghpkg.Action
	State     ghpkg.OperationState
	Problem   *Problem // of what was just tried
	Steered   bool     // something was just tried: what the header says is not true any more
	Source    Source
	Undoes    string // page of the operation that this one takes back, or empty
	Continues string // page of the stopped operation whose rest this one takes up, or empty
	Ledger    string // its entries; empty: none yet
	Reason    string
	Actor     string
	Created   time.Time
	Started   time.Time // zero: a draft
	Ended     time.Time // zero: not over
	Notices   []Notice
	Draft     *OperationDraft    // or
	Progress  *OperationProgress //
	Items     OperationItems

	TakenBackBy, ContinuedBy []Follower // the newest first
}

// Follower is an operation that came of the one that is shown.
type Follower struct {
	Title string
	Href  string
	State ghpkg.OperationState
}

// OperationDraft is what is known before an operation starts, and the way to
// start it.
type OperationDraft struct {
	Facts       []OperationFact
	Emptied     []EmptiedPackage
	MoreEmptied string // the rest of them; empty: these are all
	Instead     string // where to post a package to be deleted instead
	Total       int
	Does        string // "Delete 800 versions"
	Confirm     string // as typed
	Typed       string // the reason as typed
	Missing     []string
	Grant       *Fix     // scopes have to be granted first
	Member      []string // that they give no right to it, where the viewer may have none
	Start       string
	Discard     string
	Remove      string // all empty: the viewer cannot start it
}

// OperationFact is one thing to know before an operation starts.
type OperationFact struct {
	Consequence
	Href   string          // the items that it is about, or empty
	Remove ghpkg.ItemCheck // offer to take these out, or empty
}

// EmptiedPackage is a package of which every version is selected.
type EmptiedPackage struct {
	Name string
	Path string
}

// OperationProgress is how far an operation is.
type OperationProgress struct {
	Total, Settled int
	Percent        int
	Segments       []Segment
	Counts         []Option // by state: links to the items
	ETA            time.Time
	Left           string // "about 8 minutes"; empty: not known
	Pace           string
	Current        string // what is on its way, or empty
	Behind         string // the operation that is in front of it, or empty
	Until          time.Time
	Said           string // GitHub's own words to why it waits or is paused
	Why            string // our sentence to that
	Fix            *Fix
	Lost           []OperationItem // some of those that were not done
	MoreLost       []Option        // where they all are
	Outcome        *OperationOutcome
	Pause          string // where to post; empty: not offered
	Resume         string
	Stop           string
	Retry          string
	Continue       string
	Rest           int // what it would send
	Undo           string
	UndoUntil      time.Time
}

// OperationOutcome says how an operation ended: in numbers that are known.
type OperationOutcome struct {
	Good    bool // everything was done
	Text    string
	Details []string // what was not, each a sentence
}

// Segment is a part of the bar, as attributes of a rectangle.
type Segment struct {
	State    ghpkg.ItemState
	X, Width string
}

// OperationItems is the table of an operation's items.
type OperationItems struct {
	Here    string
	Action  string // the filter's form
	Text    string
	Sort    string
	PerPage int
	States  []Option
	Checks  []Option
	Active  bool // filtered
	Clear   string
	Sorts   ItemSorts
	Rows    []OperationItem
	Total   int
	Draft   bool
	Remove  string // where to post the items to take out; empty: not offered
	Every   int    // seconds until it is looked at again; 0: it will not change
	Near    bool   // the work is here: it is looked at as often as the numbers, too
	Pages   Pages
	Exports Exports
}

// ItemSorts are the headings of the items' table.
type ItemSorts struct{ Name, Created Sort }

// OperationItem is one item's row.
type OperationItem struct {
	Seq      int
	Name     string // of the package
	Version  string // shortened; empty: the whole package
	Full     string // the version's whole name
	Href     string
	Where    string // "acme · Container"
	Versions int    // of a whole package, how many go with it; 0: not known
	Tags     []string
	More     int // tags beyond these
	Created  time.Time
	Deleted  time.Time
	Check    ghpkg.ItemCheck
	State    ghpkg.ItemState
	Ended    string // the state in words
	Said     string // GitHub's own words
	Why      string // our sentence
	At       time.Time
	Ledger   string // address of its entry, or empty
}

// Badge is what the header says of unfinished operations.
type Badge struct {
	Text  string // "2 running"; empty: nothing is unfinished
	Count int    // the number in it: all that a phone has room for
	State ghpkg.OperationState
}
