package handlers

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// operationJSON is an operation for programs.
type operationJSON struct {
	ID           string               `json:"id"`
	Action       ghpkg.Action         `json:"action"`
	State        ghpkg.OperationState `json:"state"`
	Reason       string               `json:"reason"`
	Actor        actorJSON            `json:"actor"`
	Total        int                  `json:"total"`
	Counts       countsJSON           `json:"counts"`
	ETA          *time.Time           `json:"eta"` // null: cannot be said
	WaitingUntil *time.Time           `json:"waiting_until"`
	Code         string               `json:"code,omitempty"`    // why it waits or is paused
	Message      string               `json:"message,omitempty"` // GitHub's own words to that
	Path         string               `json:"path"`
	Source       string               `json:"source"` // the table; empty: selected item by item, and nobody said where
	Undoes       string               `json:"undoes,omitempty"`
	Continues    string               `json:"continues,omitempty"`
	Complete     bool                 `json:"complete"` // what it was selected from was whole
	CreatedAt    time.Time            `json:"created_at"`
	StartedAt    *time.Time           `json:"started_at"`
	EndedAt      *time.Time           `json:"ended_at"`
	Ledger       string               `json:"ledger"`
}

// countsJSON has every state of items, also those that none is in.
type countsJSON struct {
	Pending int `json:"pending"`
	Running int `json:"running"`
	Done    int `json:"done"`
	Refused int `json:"refused"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
	Unknown int `json:"unknown"`
}

func countsOf(n ghpkg.ItemCounts) countsJSON {
	return countsJSON{
		n[ghpkg.ItemPending], n[ghpkg.ItemRunning], n[ghpkg.ItemDone], n[ghpkg.ItemRefused],
		n[ghpkg.ItemFailed], n[ghpkg.ItemSkipped], n[ghpkg.ItemUnknown],
	}
}

func (h *edge) operationToJSON(op ghpkg.Operation) operationJSON {
	row := operationJSON{
		ID: op.ID, Action: op.Action, State: op.State, Reason: op.Reason,
		Actor: actorOf(op.Actor), Total: op.Total(),
		Counts: countsOf(op.Counts), WaitingUntil: known(op.WaitingUntil), Code: op.Why, Message: op.Said,
		Path: link.Operation(op.ID), Source: op.Source, Complete: op.Complete, CreatedAt: op.CreatedAt.UTC(),
		StartedAt: known(op.StartedAt), EndedAt: known(op.EndedAt), Ledger: link.LedgerOfOperation(op.ID),
	}
	if op.Undoes != "" {
		row.Undoes = link.Operation(op.Undoes)
	}
	if op.Continues != "" {
		row.Continues = link.Operation(op.Continues)
	}
	if op.State == ghpkg.OperationRunning || op.State == ghpkg.OperationWaiting {
		row.ETA = known(h.Operations.ETA(op))
	}
	return row
}

func (h *edge) operationsJSON(all []ghpkg.Operation) []operationJSON {
	rows := make([]operationJSON, 0, len(all))
	for _, op := range all {
		rows = append(rows, h.operationToJSON(op))
	}
	return rows
}

// operationPageJSON is an operation with a page of its items. Total counts the
// operation's items; Matching those that the filters select.
type operationPageJSON struct {
	operationJSON
	Items    []itemJSON   `json:"items"`
	Matching int          `json:"matching"`
	Page     int          `json:"page"`
	PerPage  int          `json:"per_page"`
	AsOf     time.Time    `json:"as_of"`
	Notices  []noticeJSON `json:"notices"`
}

func (h *edge) operationPageToJSON(ctx context.Context, op ghpkg.Operation, items []ghpkg.OperationItem, total int, q ghpkg.Query) operationPageJSON {
	page := operationPageJSON{
		operationJSON: h.operationToJSON(op), Items: itemsJSON(items), Matching: total, Page: q.Page, PerPage: q.PerPage,
		AsOf: h.Now().UTC(), Notices: []noticeJSON{},
	}
	if !op.Complete {
		page.Notices = append(page.Notices, noticeJSON{Kind: "incomplete", Message: i18n.T(ctx, "operation.fact.incomplete")})
	}
	return page
}

// itemJSON is one item. Its id and name are those of the version, or of the
// package where that is the item.
type itemJSON struct {
	Seq         int             `json:"seq"`
	ID          int64           `json:"id"`
	Path        string          `json:"path"`
	Name        string          `json:"name"`
	PackageType ghpkg.Type      `json:"package_type"`
	Owner       string          `json:"owner"`
	Package     string          `json:"package"`
	PackageID   int64           `json:"package_id"`
	Versions    int             `json:"version_count,omitempty"` // of a whole package
	Tags        []string        `json:"tags"`
	State       ghpkg.ItemState `json:"state"`
	Message     string          `json:"message"`
	Code        string          `json:"code,omitempty"`
	Check       ghpkg.ItemCheck `json:"check"`
	CreatedAt   *time.Time      `json:"created_at,omitempty"`
	DeletedAt   *time.Time      `json:"deleted_at,omitempty"`
	At          *time.Time      `json:"at,omitempty"` // when its state changed last
	Ledger      string          `json:"ledger,omitempty"`
}

func itemsJSON(all []ghpkg.OperationItem) []itemJSON {
	rows := make([]itemJSON, 0, len(all))
	for _, i := range all {
		t := i.Target
		row := itemJSON{
			Seq: i.Seq, ID: t.PackageID, Name: t.Name, PackageType: t.Type, Owner: t.Owner.Login(), Package: t.Name,
			PackageID: t.PackageID, Versions: i.Versions, Tags: append([]string{}, t.Tags...), State: i.State, Message: i.Message, Code: i.Code,
			Check: i.Check, CreatedAt: known(i.CreatedAt), DeletedAt: known(i.DeletedAt), At: known(i.At),
		}
		if t.VersionID != 0 {
			row.ID, row.Name = t.VersionID, t.VersionName
		}
		row.Path, _ = link.Target(t)
		if i.Entry != "" {
			row.Ledger = link.LedgerEntry(i.Entry)
		}
		rows = append(rows, row)
	}
	return rows
}
