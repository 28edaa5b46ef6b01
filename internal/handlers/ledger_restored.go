package handlers

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// manyRestores bounds what is searched: of one version, since one deletion of it.
const manyRestores = 20

// restoredSince returns the page of the entry that took back the deletion e, as
// far as the viewer may read it; empty if it stands.
func (h *edge) restoredSince(ctx context.Context, e ghpkg.Entry, visible ghpkg.VisibleTo) (string, error) {
	t := e.Target
	entries, _, err := h.Ledger.Entries(ctx, ghpkg.LedgerFilter{
		Actions: []ghpkg.Action{ghpkg.ActionRestore}, Outcome: ghpkg.OutcomeDone, Since: e.At,
		Owner: t.Owner.Login(), Type: t.Type, Package: t.Name, PackageID: t.PackageID, Query: t.VersionName, VisibleTo: visible,
	}, ghpkg.LedgerPage{Limit: manyRestores})
	for _, r := range entries {
		if r.Target.VersionID == t.VersionID {
			return link.LedgerEntry(r.ID), err
		}
	}
	return "", err
}
