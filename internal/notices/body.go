package notices

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// News is what happened, as the JSON of a webhook tells it.
type News struct {
	Event     ghpkg.NoticeEvent `json:"event"`
	Delivery  string            `json:"delivery"` // the same however often it is sent
	At        time.Time         `json:"at"`
	Portal    string            `json:"portal"`
	Actor     *Actor            `json:"actor,omitempty"`
	Target    *Target           `json:"target,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Ledger    string            `json:"ledger,omitempty"` // address of the entry
	Operation *Operation        `json:"operation,omitempty"`
	Owner     string            `json:"owner,omitempty"` // whose Items they are
	Items     []Target          `json:"items,omitempty"`
	Total     int               `json:"total,omitempty"` // of what Items begins to list
	Until     *time.Time        `json:"restorable_until,omitempty"`
}

// Actor is who did it.
type Actor struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
}

// Target is what it was done to.
type Target struct {
	URL         string     `json:"url,omitempty"` // here
	Owner       string     `json:"owner"`
	Type        ghpkg.Type `json:"package_type"`
	Name        string     `json:"name"`
	ID          int64      `json:"id,omitempty"`
	VersionID   int64      `json:"version_id,omitempty"`
	VersionName string     `json:"version_name,omitempty"`
	Tags        []string   `json:"tags,omitempty"`
	Until       *time.Time `json:"restorable_until,omitempty"`
}

// Operation is a bulk operation.
type Operation struct {
	ID     string               `json:"id"`
	URL    string               `json:"url"`
	Action ghpkg.Action         `json:"action"`
	State  ghpkg.OperationState `json:"state"`
	Why    string               `json:"why,omitempty"`
	Said   string               `json:"said,omitempty"` // GitHub's own words to that
	Owners []string             `json:"owners"`
	Total  int                  `json:"total"`
	Counts ghpkg.ItemCounts     `json:"counts"`
}

// news returns the frame of what is told.
func (n *Notices) news(event ghpkg.NoticeEvent, at time.Time) News {
	return News{Event: event, At: at.UTC(), Portal: n.BaseURL.String()}
}

// url is an address of this portal.
func (n *Notices) url(path string) string { return n.BaseURL.String() + path }

func (n *Notices) target(t ghpkg.Target) Target {
	told := Target{
		Owner: t.Owner.Login(), Type: t.Type, Name: t.Name, ID: t.PackageID,
		VersionID: t.VersionID, VersionName: t.VersionName, Tags: t.Tags,
	}
	if path, ok := link.TargetPage(t); ok {
		told.URL = n.url(path)
	}
	return told
}

// ofEntry is a deletion or restoration.
func (n *Notices) ofEntry(e ghpkg.Entry) News {
	event := ghpkg.NoticeRestored
	if e.Action == ghpkg.ActionDelete {
		event = ghpkg.NoticeDeleted
	}
	told, target := n.news(event, e.At), n.target(e.Target)
	told.Actor, told.Target = &Actor{e.Actor.ID, e.Actor.Login}, &target
	told.Reason, told.Ledger = e.Reason, n.url(link.LedgerEntry(e.ID))
	if event == ghpkg.NoticeDeleted {
		until := ghpkg.RestorableUntil(e.At).UTC()
		told.Until = &until
	}
	return told
}

// ofOperation is an operation's end or pause. It tells no names of packages.
func (n *Notices) ofOperation(o ghpkg.OperationNews) News {
	op, at := o.Operation, o.At
	event := ghpkg.NoticeFinished
	if op.State == ghpkg.OperationPaused {
		event = ghpkg.NoticePaused
	}
	if at.IsZero() {
		at = n.Now()
	}
	told := n.news(event, at)
	told.Actor, told.Reason = &Actor{op.Actor.ID, op.Actor.Login}, op.Reason
	told.Operation = &Operation{
		ID: op.ID, URL: n.url(link.Operation(op.ID)), Action: op.Action, State: op.State, Why: op.Why, Said: op.Said,
		Owners: o.Owners, Total: op.Total(), Counts: op.Counts,
	}
	return told
}

// compose makes the delivery of news to a destination. Nobody knows who reads a
// chat, and where: its times are in UTC.
func (n *Notices) compose(ctx context.Context, to ghpkg.Destination, told News) (ghpkg.Delivery, error) {
	d := ghpkg.Delivery{
		ID: n.Ledger.NewID(), Destination: to.ID, Event: told.Event, At: n.Now(), State: ghpkg.DeliveryPending, DueAt: n.Now(),
	}
	told.Delivery = d.ID
	var content any = told
	if to.Kind == ghpkg.DestinationSlack {
		ctx = i18n.With(ctx, i18n.Locale{Language: n.Catalogue.Match(to.Language, ""), Zone: time.UTC})
		content = map[string]string{"text": told.text(ctx)}
	}
	body, err := json.Marshal(content)
	d.Body = string(body)
	return d, err
}
