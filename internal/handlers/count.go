package handlers

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

// mostCounted bounds the packages of which GitHub is asked how many versions go
// with them: its lists leave that out, and each costs a request.
const mostCounted = 20

// countVersions finds out how many versions go with the packages that are
// selected to be deleted as a whole. What cannot be found out stays unknown.
func (h *edge) countVersions(ctx context.Context, s *auth.Session, sel operations.Selection) {
	if sel.Action != ghpkg.ActionDelete {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(selectionsAtOnce)
	asked := 0
	for n := range sel.Items {
		item := &sel.Items[n]
		ref, ok := item.Target.Ref()
		if !ok || item.Target.VersionID != 0 || item.Versions != 0 || item.Check != "" {
			continue
		}
		if asked++; asked > mostCounted {
			break
		}
		group.Go(func() error {
			p, err := h.Inventory.Package(ctx, h.eyes(s), ref)
			if err == nil && p.ID == item.Target.PackageID {
				item.Versions = versionCount(p)
			}
			return nil
		})
	}
	_ = group.Wait() // none of them fails
}
