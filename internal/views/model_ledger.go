package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// LedgerTable is the record of who did what and why.
type LedgerTable struct {
	Frame
	Notices  []Notice
	Filter   LedgerFilter
	Tabs     []Option // everything, or the changes alone
	Rows     []LedgerRow
	Total    int
	KeptDays int  // 0: entries are kept for ever
	Part     bool // the viewer may not read all of it
	Pages    Pages
	Exports  Exports
}

// LedgerFilter is the filter form: plain GET to Action.
type LedgerFilter struct {
	Action    string
	Text      string
	Actor     string
	Owner     string
	Package   string
	Type      string // of the package whose entries alone are shown, or empty
	PackageID string // of the package whose entries alone are shown, or empty
	Operation string // the bulk operation whose entries alone are shown, or empty
	Actions   []Option
	Outcomes  []Option
	Since     string // as typed
	Until     string
	Active    bool
	Clear     string
}

// LedgerRow is one entry.
type LedgerRow struct {
	ID        string
	Href      string
	At        time.Time
	Actor     string
	ProxyUser string
	Action    ghpkg.Action
	Target    string // "acme/npm/ui" or "acme/container/api · sha256:1a2b…", empty for a sign-in
	TargetURL string
	Type      ghpkg.Type
	Tags      []string
	Reason    string
	Outcome   ghpkg.Outcome
	Said      string
	Did       string // what the portal did by itself, or empty
}

// LedgerEntry is one entry's page.
type LedgerEntry struct {
	Frame
	Row         LedgerRow
	ActorID     int64
	PackageID   int64
	VersionID   int64
	VersionName string
	From        string
	Operation   string // page of the bulk operation that it was part of, or empty
	RemovedLink int64  // of a removal: the last link that was removed; else 0
	RemovedHash string
	Explanation string // the fault's sentence, or empty
	Undo        *Undo  // for a deletion that was done and can still be restored
	Restored    string // page of the entry that did so already; empty: it stands
}

// Settings is who the viewer is here.
type Settings struct {
	Frame
	Notices   string // address of who is told what; empty: the viewer administers nothing here
	Login     string
	ID        int64
	Name      string
	Scopes    []ScopeRow
	Language  string
	Languages []Option
	Theme     string
	Themes    []Option
	Rate      *Rate // nil: could not be asked
	RateError *Problem
	Density   []Option
	Hidden    []Option // columns that can be hidden, Selected: hidden
	Views     SavedViews
	Sessions  []SessionRow
	Revoke    string // where to post
	Action    string // where to post
	Saved     bool
}

// ScopeRow is one OAuth scope, and what it is for.
type ScopeRow struct {
	Name    string
	Granted bool
	Grant   string // address that asks for it
}

// Rate is GitHub's hourly budget.
type Rate struct {
	Limit, Used, Remaining int
	Percent                int // left
	Reset                  time.Time
}

// SessionRow is one of the viewer's sessions.
type SessionRow struct {
	ID      string
	Current bool
	Kept    bool // signed out of, and kept for the operations that act with it
	Created time.Time
	Seen    time.Time
	Address string
	Browser string // shortened user agent
}
