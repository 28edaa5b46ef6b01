package handlers

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// What makes another list of an operation's items, or takes from it.

func (h *edge) discardOperation(c echo.Context, id string, by operations.By) (string, error) {
	return link.Operations, h.Operations.Discard(c.Request().Context(), id, by)
}

// factsTimeout bounds how long the packages of a rest are looked into. What is
// not known by then is expected to be unknown.
const factsTimeout = 5 * time.Second

// continueOperation makes a draft of what a stopped operation did not send.
func (h *edge) continueOperation(c echo.Context, id string, by operations.By) (string, error) {
	ctx := c.Request().Context()
	draft, err := h.Operations.Continue(ctx, id, by, func(refs []ghpkg.Ref) []ghpkg.PackageFacts { return h.factsNow(ctx, refs) })
	return link.Operation(draft.ID), err
}

// factsNow says what packages have now, of those that the viewer is shown.
func (h *edge) factsNow(ctx context.Context, refs []ghpkg.Ref) []ghpkg.PackageFacts {
	s, ok := auth.From(ctx)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, factsTimeout)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(selectionsAtOnce)
	var mu sync.Mutex
	var facts []ghpkg.PackageFacts
	for _, ref := range refs {
		group.Go(func() error {
			active, err := h.Inventory.Versions(ctx, h.eyes(s), ref, ghpkg.Active)
			if err != nil {
				return nil // without facts the item that they are about is unknown
			}
			mu.Lock()
			defer mu.Unlock()
			facts = append(facts, factsOf(ref, active))
			return nil
		})
	}
	_ = group.Wait()
	return facts
}

// removeItems takes items out of a draft: those that were chosen, or all of
// which the same is expected.
func (h *edge) removeItems(c echo.Context, id string, by operations.By) (string, error) {
	var seqs []int
	for _, s := range c.Request().PostForm["item"] {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return "", invalidForm("item")
		}
		seqs = append(seqs, n)
	}
	if check := ghpkg.ItemCheck(c.FormValue("check")); check != "" {
		if !contains(ghpkg.ItemChecks(), check) {
			return "", invalidForm("check")
		}
		expected, err := h.expected(c, id, by, check)
		if err != nil {
			return "", err
		}
		seqs = append(seqs, expected...)
	}
	if len(seqs) == 0 {
		return "", nothing()
	}
	_, err := h.Operations.Remove(c.Request().Context(), id, by, seqs)
	return link.Operation(id), err
}

// expected returns the items of a viewer's own operation with that check.
func (h *edge) expected(c echo.Context, id string, by operations.By, check ghpkg.ItemCheck) ([]int, error) {
	ctx := c.Request().Context()
	if _, err := h.Operations.Operation(ctx, id, ghpkg.VisibleTo{ActorID: by.ViewerID}); err != nil {
		return nil, err
	}
	items, _, err := h.Operations.Items(ctx, id, ghpkg.ItemQuery{Check: check, Limit: wholeTable})
	seqs := make([]int, len(items))
	for i, item := range items {
		seqs[i] = item.Seq
	}
	return seqs, err
}
