package ghpkg

import (
	"strconv"
	"strings"
	"time"
)

// ListingKey names one listing that GitHub gave to one session: the packages of
// a type of an owner, or the versions of a package in a state.
type ListingKey struct {
	Viewer     string // the session's id: what one token was shown, no other sees
	Owner      Owner
	Type       Type
	Name       string     // of the package whose versions are listed; empty: packages are
	State      State      // of the versions; empty for packages
	Visibility Visibility // the filter that GitHub was given; empty: none
}

// SeenBy begins the Viewer of listings that belong to no session.
const SeenBy = "viewer:"

// LastSeen returns the key of what GitHub listed to a viewer last, in whichever
// session. It is never shown: it tells what has vanished since, and where to look
// first.
func (k ListingKey) LastSeen(viewerID int64) ListingKey {
	k.Viewer = SeenBy + strconv.FormatInt(viewerID, 10)
	return k
}

// Shown reports whether the listing is a session's, to be shown to it.
func (k ListingKey) Shown() bool { return !strings.HasPrefix(k.Viewer, SeenBy) }

// Looked is what a viewer's last look into a package's deleted versions came to,
// in whichever session. It is never shown: it tells where to look first.
type Looked struct {
	Type  Type
	Name  string
	At    time.Time
	Found bool // there were some
}

// Vanished is a package that GitHub listed to a viewer once and then, in a
// complete listing, no more, and that a GET confirmed to be gone for them.
type Vanished struct {
	Package  Package   // as it was last listed
	LastSeen time.Time // when GitHub last listed it
	Noticed  time.Time // when it was first missing
}

// SavedView is a table with its filters that somebody keeps.
type SavedView struct {
	ID        string
	ViewerID  int64
	Login     string // of who saved it
	Name      string
	Path      string // path and query of the table
	Shared    bool   // the whole portal sees it
	CreatedAt time.Time
}
