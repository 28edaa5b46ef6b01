package ghpkg

import "time"

// Action is what somebody tried to do, as the ledger names it.
type Action string

// The actions that the ledger records.
const (
	ActionDelete  Action = "delete"
	ActionRestore Action = "restore"
	ActionLogin   Action = "login"
	ActionLogout  Action = "logout"
	ActionTrim    Action = "trim" // the portal's own: entries past the ledger's retention were removed

	// What admins of the portal do to the destinations of notices.
	ActionAddDestination       Action = "add_destination"
	ActionRemoveDestination    Action = "remove_destination"
	ActionPauseDestination     Action = "pause_destination"
	ActionResumeDestination    Action = "resume_destination"
	ActionTranslateDestination Action = "translate_destination" // a chat is told in another language
)

// Actions returns every action.
func Actions() []Action {
	return []Action{
		ActionDelete, ActionRestore, ActionLogin, ActionLogout, ActionTrim,
		ActionAddDestination, ActionRemoveDestination, ActionPauseDestination, ActionResumeDestination, ActionTranslateDestination,
	}
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes. Pending is what stands in the ledger while the request is on
// its way; Denied is Stockroom's own no, Refused is GitHub's.
const (
	OutcomePending Outcome = "pending"
	OutcomeDone    Outcome = "done"
	OutcomeRefused Outcome = "refused"
	OutcomeFailed  Outcome = "failed"
	OutcomeUnknown Outcome = "unknown"
	OutcomeDenied  Outcome = "denied"
)

// Outcomes returns every outcome.
func Outcomes() []Outcome {
	return []Outcome{OutcomePending, OutcomeDone, OutcomeRefused, OutcomeFailed, OutcomeUnknown, OutcomeDenied}
}

// Actor is who did it: the GitHub account, and the SSO identity if a trusted
// proxy named one. The zero value is the portal itself.
type Actor struct {
	ID        int64
	Login     string
	ProxyUser string
}

// Target is what it was done to, as it was known before the request left. It
// holds names beside ids, so that history survives the deletion.
type Target struct {
	Owner       Owner
	Type        Type
	Name        string
	Visibility  Visibility // empty: not known
	PackageID   int64      // 0: not known
	VersionID   int64      // 0: the whole package
	VersionName string
	Tags        []string
	UpdatedAt   time.Time // of a whole package, its last change; zero: not known. Not written down
}

// Ref returns the address of the target's package; false for a login.
func (t Target) Ref() (Ref, bool) {
	r, err := NewRef(t.Owner, t.Type, t.Name)
	return r, err == nil
}

// Entry is one record of the ledger.
type Entry struct {
	ID        string // sorts by time
	At        time.Time
	Actor     Actor
	Action    Action
	Target    Target // zero for a login; for a destination of notices its Name alone and a trim; of a denied attempt in bulk the Name is addresses here
	Reason    string
	From      string // the client's address
	Outcome   Outcome
	Message   string // GitHub's own words, or a Trim's, or empty
	Code      string // the fault's code if it did not work, or empty
	Operation string // the bulk operation it was part of, or empty
}

// Settlement is what became of an attempt: added to its entry, never written over it.
type Settlement struct {
	At      time.Time
	Outcome Outcome
	Message string // GitHub's own words, or empty
	Code    string // the fault's code, or empty
}

// LedgerFilter selects entries. Zero fields select everything.
type LedgerFilter struct {
	Actor      string   // login, case ignored
	Actions    []Action // any of them; none: all
	Owner      string   // login, case ignored
	Package    string   // exact name
	PackageID  int64    // with Package also entries that do not know which of its packages they are about
	VersionIDs []int64  // any of them; none: all
	Type       Type
	Outcome    Outcome
	Since      time.Time // inclusive
	Until      time.Time // exclusive
	Operation  string    // the bulk operation that it was part of
	Query      string    // part of a package name, version, tag, reason or message; case ignored, no wildcards
	// Who may see what: entries of ActorID, and entries under Organizations. All zero: nothing.
	VisibleTo VisibleTo
}

// VisibleTo is what one viewer may read of the ledger: their own deeds, and
// whatever happened in organizations that they own; an admin of the portal all.
type VisibleTo struct {
	All           bool // everything
	ActorID       int64
	Organizations []string // logins, lower case
}

// LedgerPage is which of the selected entries are wanted: Limit of them after
// the first Offset, the newest first unless OldestFirst.
type LedgerPage struct {
	Offset, Limit int
	OldestFirst   bool
}

// DeletedPackage is a whole package that the ledger knows to be deleted and
// that GitHub may still restore.
type DeletedPackage struct {
	Target  Target
	At      time.Time // when it was deleted
	Actor   Actor
	Reason  string
	EntryID string // of the ledger
}

// RestorableUntil returns the moment after which GitHub no longer restores it.
func (d DeletedPackage) RestorableUntil() time.Time { return RestorableUntil(d.At) }
