// Package views renders the pages and fragments of Stockroom from view models
// that hold just what is shown. It knows nothing of HTTP.
package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Frame is what every page needs around its content.
type Frame struct {
	Title    string // of the document, in the viewer's language, without the product's name
	Here     string // this page's own path and query: where to come back to
	Theme    string // "auto", "light" or "dark"
	Viewer   *Person
	Section  Section // which entry of the header is current
	Flash    *Flash  // what just happened, or nil
	Crumbs   []Crumb
	ReadOnly bool   // STOCKROOM_READ_ONLY: say so
	LookOnly string // why this viewer may not delete and restore here, or empty
	Badge    *Badge // what is unfinished; nil: not known, or nobody is signed in
	Practice bool   // the demo: say that nothing is real
}

// Section is an entry of the header's navigation.
type Section string

// The sections.
const (
	SectionOwners     Section = "owners"
	SectionAll        Section = "all"
	SectionOperations Section = "operations"
	SectionLedger     Section = "ledger"
	SectionSettings   Section = "settings"
)

// Person is the signed-in viewer as the header shows them.
type Person struct {
	Login     string
	Name      string
	AvatarURL string
	ProxyUser string // the SSO identity beside the GitHub name, or empty
}

// Crumb is one step of the way to a page; the last has no Href.
type Crumb struct {
	Text string
	Href string
}

// Flash tells how a change ended, on the page that the browser was led to.
type Flash struct {
	Good    bool
	Text    string // one sentence in the viewer's language
	Said    string // GitHub's own words, or empty
	Entry   string // address of the ledger entry
	Undo    *Undo
	Outcome ghpkg.Outcome
	Did     ghpkg.Action // what was done
}

// Undo is the way back from a deletion: a form that restores.
type Undo struct {
	Action string    // where to post
	Until  time.Time // GitHub restores until then
}

// Notice is one thing that a listing could not see, in the viewer's language.
type Notice struct {
	Kind ghpkg.NoticeKind
	Text string
	Said string // GitHub's own words, or empty
	Fix  *Fix
}

// Fix is what the viewer can do about something.
type Fix struct {
	Label    string
	Href     string
	External bool // at GitHub
}

// Problem is a failure as a person reads it.
type Problem struct {
	Status    int
	Title     string // "GitHub refused this", …
	Said      string // GitHub's own words, or empty
	Text      string // our explanation, in the viewer's language
	Fix       *Fix
	Then      *Fix      // what has to follow it, or nil
	RetryAt   time.Time // zero: no time known
	RequestID string    // for the operator's log; only where the fault may be ours
	Entry     string    // address of the ledger entry, or empty
	Gone      *Gone     // of what was deleted, how long it can come back and why it went
}

// ErrorPage is a problem with nothing else to show.
type ErrorPage struct {
	Frame
	Problem Problem
	Back    string // where the viewer came from or may go; never empty
}

// Landing is the front page of somebody who is signed out.
type Landing struct {
	Frame
	SignIn     string // address
	GitHubHost string // "github.com"
	Scopes     []string
	SignedOut  bool // they have just signed out
}

// Sort is one sortable column's heading.
type Sort struct {
	Href      string
	Direction string // "ascending", "descending" or "" where the table is not sorted by it
}

// Pages is a table's paging.
type Pages struct {
	Page, Last  int
	First       int // number of the first row shown, from 1; 0 if none
	To          int // number of the last row shown
	Total       int
	Prev, Next  string // addresses, or empty
	PerPage     int
	PerPageOpts []Option
}

// Option is one choice of a select or a row of links.
type Option struct {
	Value    string
	Text     string // in the viewer's language, or empty where the template names it
	Href     string // for choices that are links
	Selected bool
	Count    int // -1: not known
}

// Freshness is how old a listing is, and the way to look again.
type Freshness struct {
	AsOf    time.Time
	Refresh string // where to post
	Loading bool   // still being fetched
}

// Exports are the addresses of the same rows for programs.
type Exports struct {
	JSON  string
	CSV   string
	Whole bool // the CSV has the rows of all pages
}
