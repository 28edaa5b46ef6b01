package ghpkg

import "time"

// OperationState is where a bulk operation stands.
type OperationState string

// The states. Running and waiting ones are worked on by themselves, also after
// a restart; a paused one waits for a person.
const (
	OperationDraft   OperationState = "draft"   // frozen, and not started
	OperationRunning OperationState = "running" // at work, or next in its viewer's line
	OperationWaiting OperationState = "waiting" // GitHub said until when
	OperationPaused  OperationState = "paused"  // by a person, or because it cannot go on without one
	OperationStopped OperationState = "stopped" // for good; what is pending stays as it is
	OperationDone    OperationState = "done"    // every item has an outcome
)

// OperationStates returns every state.
func OperationStates() []OperationState {
	return []OperationState{OperationDraft, OperationRunning, OperationWaiting, OperationPaused, OperationStopped, OperationDone}
}

// ItemState is where one item of an operation stands.
type ItemState string

// The states of an item. Pending and running ones are not over; a skipped one
// was never sent, because it is not any more what was frozen.
const (
	ItemPending ItemState = "pending"
	ItemRunning ItemState = "running"
	ItemDone    ItemState = "done"
	ItemRefused ItemState = "refused" // GitHub's no
	ItemFailed  ItemState = "failed"  // it did not happen: GitHub failed
	ItemSkipped ItemState = "skipped"
	ItemUnknown ItemState = "unknown" // whether it happened could not be found out
)

// ItemStates returns every state, in the order in which they are counted.
func ItemStates() []ItemState {
	return []ItemState{ItemPending, ItemRunning, ItemDone, ItemRefused, ItemFailed, ItemSkipped, ItemUnknown}
}

// Operation is one bulk action: a frozen list of items, and how far it is.
type Operation struct {
	ID           string
	Actor        Actor
	Session      string // the id of the session whose token it acts with; empty: a draft
	Action       Action // ActionDelete or ActionRestore
	State        OperationState
	Reason       string
	From         string // the client's address of who started it
	Source       string // path and query of the table that it was selected from; empty: not known
	Complete     bool   // the listings that it was selected from were whole
	Undoes       string // the operation that it takes back, or empty
	Continues    string // the stopped operation whose rest it takes up, or empty
	CreatedAt    time.Time
	StartedAt    time.Time // zero: a draft
	EndedAt      time.Time // zero: not over
	WaitingUntil time.Time // zero unless it waits
	PausedAt     time.Time // when it is being paused for a reason, for the notice of it; zero: it is not
	Why          string    // a fault's code: why it waits or is paused; empty: a person paused it, or neither
	Said         string    // GitHub's own words to that, or empty
	Counts       ItemCounts
	Whole        int // items that are whole packages
}

// Total returns how many items the operation has.
func (o Operation) Total() int {
	total := 0
	for _, n := range o.Counts {
		total += n
	}
	return total
}

// Over reports whether nothing more happens by itself or by resuming.
func (o Operation) Over() bool { return o.State == OperationStopped || o.State == OperationDone }

// ItemCounts is how many items there are in each state.
type ItemCounts map[ItemState]int

// OperationItem is one item of an operation: what it was when it was frozen,
// what was expected of it then, and what became of it.
type OperationItem struct {
	Seq       int // its place in the order in which the items are worked on, from 1
	Target    Target
	Versions  int       // of a whole package, how many it has; 0: not known
	CreatedAt time.Time // of the package or version; zero: not given
	DeletedAt time.Time // of what is to be restored; zero: not known
	Check     ItemCheck
	State     ItemState
	Message   string    // GitHub's own words, or empty
	Code      string    // a fault's code, or why it was skipped; empty if it worked
	Entry     string    // its last entry in the ledger, or empty
	At        time.Time // when its state changed last; zero: never
}

// ItemCheck is what is expected of an item before it is sent; each is
// "check.<value>" in the catalogues.
type ItemCheck string

// The checks. GitHub decides in the end: what is expected to be refused is sent
// nonetheless, if the person leaves it in.
const (
	CheckOK          ItemCheck = "ok"
	CheckLastVersion ItemCheck = "last_version" // will be refused: a package keeps one version
	CheckLastTagged  ItemCheck = "last_tagged"  // will be refused: a container package keeps one tagged version
	CheckGone        ItemCheck = "gone"         // will be skipped: it is not there any more
	CheckThere       ItemCheck = "there"        // will be skipped: it is not deleted
	CheckTooLate     ItemCheck = "too_late"     // will be refused: the 30 days are over
	CheckNameReused  ItemCheck = "name_reused"  // will be refused: another package has the name
	CheckReferring   ItemCheck = "referring"    // it goes from a version that stays: a signature, say
	CheckReferred    ItemCheck = "referred"     // others that stay say that they are about it
	CheckDownloads   ItemCheck = "downloads"    // not known: public, refused if downloaded more than 5,000 times
	CheckUntagged    ItemCheck = "untagged"     // not known: may be part of a multi-arch image
	CheckUnknown     ItemCheck = "unknown"      // not known
)

// ItemChecks returns every check.
func ItemChecks() []ItemCheck {
	return []ItemCheck{
		CheckOK, CheckLastVersion, CheckLastTagged, CheckGone, CheckThere, CheckTooLate, CheckNameReused,
		CheckReferring, CheckReferred, CheckDownloads, CheckUntagged, CheckUnknown,
	}
}

// OperationQuery selects a page of operations, the newest first.
type OperationQuery struct {
	State         OperationState // empty: any
	Follows       string         // only what takes this operation back, or takes up its rest; empty: any
	Offset, Limit int
}

// ItemQuery selects and orders an operation's items, as a table does its rows.
type ItemQuery struct {
	Text          string    // part of a name, version or tag, case ignored, no wildcards
	State         ItemState // empty: any
	Check         ItemCheck // empty: any
	Sort          Sort      // "": as they are worked on; SortName, SortCreated, with a leading "-" for descending
	Offset, Limit int
}

// OperationSummary is what an operation is about, over all its items.
type OperationSummary struct {
	Packages      int      // different packages that items are of
	Whole         int      // items that are whole packages
	Versions      int      // of the whole packages together, as far as it is known
	Uncounted     int      // whole packages whose number of versions is not known
	Tags          int      // of all items together
	Public        int      // items that are public, or of public packages
	Organizations []string // logins of those that items are of, each once
	Types         []Type   // that occur, in the order of Types
	Checks        map[ItemCheck]int
	// LeastDeletedAt is the earliest deletion among what is to be restored; zero: none known.
	LeastDeletedAt time.Time
}

// PackageFacts is what a listing showed of a package some of whose versions
// were selected; it decides what GitHub will refuse, and what is left behind.
type PackageFacts struct {
	Ref        Ref
	Versions   int // active ones
	Tagged     int // of them with a tag
	References []Reference
	Complete   bool
}
