package ghpkg

import (
	"slices"
	"strings"
	"time"
)

// NoticeEvent is what a notice tells of; each is "notices.event.<value>" in the
// catalogues.
type NoticeEvent string

// The events. A deletion or restoration that is part of an operation is told
// with the operation.
const (
	NoticeDeleted  NoticeEvent = "deleted"
	NoticeRestored NoticeEvent = "restored"
	NoticeFinished NoticeEvent = "operation_finished"
	NoticePaused   NoticeEvent = "operation_paused"
	NoticeExpiring NoticeEvent = "expiring" // what was deleted here can be restored for three days more at most
	NoticePing     NoticeEvent = "ping"     // a test; it cannot be chosen
)

// NoticeEvents returns every event that can be chosen.
func NoticeEvents() []NoticeEvent {
	return []NoticeEvent{NoticeDeleted, NoticeRestored, NoticeFinished, NoticePaused, NoticeExpiring}
}

// DestinationKind is in which form notices are sent.
type DestinationKind string

// The kinds.
const (
	DestinationWebhook DestinationKind = "webhook" // signed JSON
	DestinationSlack   DestinationKind = "slack"   // {"text": …}, as Slack and those who are compatible take it
)

// DestinationKinds returns every kind.
func DestinationKinds() []DestinationKind {
	return []DestinationKind{DestinationWebhook, DestinationSlack}
}

// Destination is where notices are sent.
type Destination struct {
	ID        string
	Kind      DestinationKind
	Name      string
	Host      string // of its address, which is sealed
	Sealed    []byte
	Language  string // code of the one that a chat is told in
	Events    []NoticeEvent
	Owners    []string // logins in lower case; empty: all
	Paused    bool     // nothing is sent, and nothing new is kept for later
	CreatedAt time.Time
	CreatedBy string // login
}

// Target is the destination as the ledger names it: what it is called here, and
// of its address the host alone.
func (d Destination) Target() Target {
	name := string(d.Kind) + " " + d.Host
	if d.Name != d.Host {
		name += " (" + d.Name + ")"
	}
	return Target{Name: name}
}

// Wants reports whether the destination is to be told of the event at an owner
// that happened at a moment. What happened before it was there is not told.
func (d Destination) Wants(event NoticeEvent, owner string, at time.Time) bool {
	return !d.Paused && slices.Contains(d.Events, event) && !at.Before(d.CreatedAt) && d.WantsOwner(owner)
}

// WantsOwner reports whether an owner is one of those that were chosen.
func (d Destination) WantsOwner(owner string) bool {
	return len(d.Owners) == 0 || slices.Contains(d.Owners, strings.ToLower(owner))
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending DeliveryState = "pending"
	DeliveryDone    DeliveryState = "done"
	DeliveryDead    DeliveryState = "dead" // given up; a person can send it again
)

// DeliveryStates returns every state of a delivery.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryPending, DeliveryDone, DeliveryDead}
}

// Delivery is one notice for one destination. However often it is sent, its id
// and its body are the same.
type Delivery struct {
	ID          string // sorts by time
	Destination string
	Event       NoticeEvent
	At          time.Time // when it was written down
	Body        string
	State       DeliveryState
	Tries       int
	DueAt       time.Time // when it is sent next
	TriedAt     time.Time // zero: never
	Status      int       // of the last answer; 0: there was none
	Answer      string    // its beginning, or why there was none
}

// OperationNews is that an operation has ended, or was paused for a reason.
type OperationNews struct {
	ID        string
	At        time.Time // when; zero: an earlier release did not write it down
	Operation Operation // State, Why and Said as they were then
	Owners    []string  // of its items
}
