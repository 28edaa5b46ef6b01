package handlers

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// deletions are the ledger's entries of how versions were deleted, by the
// versions' ids.
type deletions map[int64]ghpkg.Entry

// How far GitHub's time of a deletion may be from ours, which is from before the
// request left: it may have waited for its turn, and clocks differ.
const (
	deletedAfter  = 5 * time.Minute
	deletedBefore = time.Minute
)

// deletionsAtOnce is how many versions the ledger is asked for in one query.
const deletionsAtOnce = 1000

// deletionsOf returns what the viewer may read of who deleted an owner's versions,
// and why: GitHub does not say. Of a version that was deleted elsewhere after it
// had been restored, say, there is nothing.
func (h *edge) deletionsOf(ctx context.Context, s *auth.Session, owner ghpkg.Owner, versions []ghpkg.Version) (deletions, error) {
	at := map[int64]time.Time{}
	for _, v := range versions {
		if v.DeletedAt != nil {
			at[v.ID] = *v.DeletedAt
		}
	}
	if len(at) == 0 {
		return nil, nil
	}
	f := ghpkg.LedgerFilter{
		Owner: owner.Login(), Actions: []ghpkg.Action{ghpkg.ActionDelete, ghpkg.ActionRestore}, Outcome: ghpkg.OutcomeDone,
		Since: h.Now().Add(-ghpkg.RestoreWindow - deletedAfter),
	}
	var err error
	if f.VisibleTo, _, err = h.visibleTo(ctx, s); err != nil {
		return nil, err
	}
	found := deletions{}
	for ids := range slices.Chunk(slices.Collect(maps.Keys(at)), deletionsAtOnce) {
		f.VersionIDs = ids
		entries, _, err := h.Ledger.Entries(ctx, f, ghpkg.LedgerPage{Limit: 4 * len(ids)})
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(entries) { // the newest last: it is the one that holds
			id := e.Target.VersionID
			passed := at[id].Sub(e.At)
			switch {
			case e.Action == ghpkg.ActionRestore:
				delete(found, id)
			case passed > -deletedBefore && passed < deletedAfter:
				found[id] = e
			}
		}
	}
	return found, nil
}

// deletionsSought returns those of a whole listing where a search needs to know
// which tags its versions had, since GitHub lists none of what is deleted.
func (h *edge) deletionsSought(ctx context.Context, s *auth.Session, ref ghpkg.Ref, search query.Versions, listing *inventory.Versions) (deletions, error) {
	if !ref.Type().Images() || !search.Tags() {
		return nil, nil
	}
	var gone []ghpkg.Version
	for n := range listing.Items {
		var v ghpkg.Version
		if listing.Items[n].Read(&v); v.DeletedAt != nil {
			gone = append(gone, v)
		}
	}
	return h.deletionsOf(ctx, s, ref.Owner(), gone)
}

// tags returns which tags the versions had.
func (d deletions) tags() map[int64][]string {
	had := make(map[int64][]string, len(d))
	for id, e := range d {
		had[id] = e.Target.Tags
	}
	return had
}

// fillTags adds to deleted images the tags that they had: people know them by
// these, and what has none is restored first.
func (h *edge) fillTags(ctx context.Context, s *auth.Session, items []ghpkg.OperationItem) error {
	gone := map[ghpkg.Owner][]ghpkg.Version{}
	for _, item := range items {
		if t := item.Target; t.VersionID != 0 && t.Type.Images() && len(t.Tags) == 0 && !item.DeletedAt.IsZero() {
			gone[t.Owner] = append(gone[t.Owner], ghpkg.Version{ID: t.VersionID, DeletedAt: &item.DeletedAt})
		}
	}
	for owner, versions := range gone {
		known, err := h.deletionsOf(ctx, s, owner, versions)
		if err != nil {
			return err
		}
		for n := range items {
			if e, ok := known[items[n].Target.VersionID]; ok {
				items[n].Target.Tags = e.Target.Tags
			}
		}
	}
	return nil
}

// row adds to a version's row what is known of its deletion. The tags are those
// that it had, which GitHub does not list any more.
func (d deletions) row(row views.VersionRow) views.VersionRow {
	if e, ok := d[row.ID]; ok && row.Gone != nil {
		row.Gone.By, row.Gone.Reason, row.Gone.Entry, row.Gone.Tags = e.Actor.Login, e.Reason, link.LedgerEntry(e.ID), e.Target.Tags
	}
	return row
}

// json does the same for programs.
func (d deletions) json(row versionJSON) versionJSON {
	if e, ok := d[row.ID]; ok {
		row.DeletedBy, row.Ledger = e.Actor.Login, link.LedgerEntry(e.ID)
	}
	return row
}
