package apptest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Operation is an operation, as its JSON says it.
type Operation struct {
	ID, Path, Action, State, Reason, Source, Undoes, Continues string
	Code, Message                                              string // why it waits or is paused
	Total                                                      int
	Counts                                                     map[string]int
	ETA                                                        time.Time
	WaitingUntil                                               time.Time `json:"waiting_until"`
	Items                                                      []OperationItem
}

// OperationItem is an item of an operation, as the JSON says it.
type OperationItem struct {
	Path, Name, State, Message, Code, Check, Ledger string
	Tags                                            []string
}

// Sum returns how many items are in one of the states; of none, how many there are.
func (o Operation) Sum(states ...string) int {
	sum := 0
	for state, n := range o.Counts {
		if len(states) == 0 || slices.Contains(states, state) {
			sum += n
		}
	}
	return sum
}

// Freeze makes a draft of the items at those paths.
func (b *Browser) Freeze(action string, items ...string) Operation {
	b.tb.Helper()
	return b.freeze(url.Values{"action": {action}, "item": items})
}

// FreezeAll makes a draft of all that the table at from has.
func (b *Browser) FreezeAll(action, from string) Operation {
	b.tb.Helper()
	return b.freeze(url.Values{"action": {action}, "all": {"1"}, "from": {from}})
}

func (b *Browser) freeze(form url.Values) Operation {
	b.tb.Helper()
	end := time.Now().Add(operationPatience)
	for { // a table that is not whole yet cannot be frozen
		page := b.Send(http.MethodPost, WithFormat("/operations", "json"), form, nil)
		if page.Status >= http.StatusInternalServerError && page.Header.Get("Retry-After") != "" && time.Now().Before(end) {
			time.Sleep(operationLook)
			continue
		}
		var made Operation
		page.decode(b.tb, http.StatusCreated, &made)
		return made
	}
}

// Start begins a draft.
func (b *Browser) Start(draft Operation, reason string) {
	b.tb.Helper()
	form := url.Values{"confirm": {strconv.Itoa(draft.Sum())}, "reason": {reason}}
	b.PostJSON("/operations/"+draft.ID+"/start", form, http.StatusOK, nil)
}

// Steer pauses, resumes, stops … the operation with that id.
func (b *Browser) Steer(id, how string) {
	b.tb.Helper()
	b.PostJSON("/operations/"+id+"/"+how, nil, http.StatusOK, nil)
}

// Operation returns the operation with that id and a page of its items.
func (b *Browser) Operation(id string) Operation {
	b.tb.Helper()
	var o Operation
	b.JSON("/operations/"+id+"?per_page=100", http.StatusOK, &o)
	return o
}

const (
	operationPatience = time.Minute           // for what a test waits for
	operationLook     = 20 * time.Millisecond // between two looks at it
)

// Await looks at an operation until it is in one of the states.
func (b *Browser) Await(id string, states ...string) Operation {
	b.tb.Helper()
	return b.AwaitOperation(id, func(o Operation) bool { return slices.Contains(states, o.State) })
}

// AwaitOperation looks at an operation until it is so.
func (b *Browser) AwaitOperation(id string, so func(Operation) bool) Operation {
	b.tb.Helper()
	end := time.Now().Add(operationPatience)
	for {
		o := b.Operation(id)
		if so(o) {
			return o
		}
		if time.Now().After(end) {
			b.tb.Fatalf("the operation is %s: %v", o.State, o.Counts)
		}
		time.Sleep(operationLook)
	}
}

// Eventually looks until it is so; false if it never was.
func Eventually(so func() bool) bool {
	for end := time.Now().Add(operationPatience); time.Now().Before(end); time.Sleep(operationLook) {
		if so() {
			return true
		}
	}
	return false
}
