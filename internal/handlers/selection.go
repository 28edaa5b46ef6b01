package handlers

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// selectable is the form that takes rows of the table at an address together;
// nil where nothing may be changed.
func (h *edge) selectable(c echo.Context, from string, state ghpkg.State, total int) *views.Selection {
	if !h.mayChange(c) {
		return nil
	}
	action := ghpkg.ActionDelete
	if state == ghpkg.Deleted {
		action = ghpkg.ActionRestore
	}
	return &views.Selection{Action: link.Operations, Do: action, From: from, Total: total}
}

// picked is the address that selects a row, if something can be done to it.
func picked(address string, action *views.Action) string {
	if action == nil {
		return ""
	}
	return address
}

// loadingAgain is after how long a table that is still loading is asked again.
const loadingAgain = 2 * time.Second

// decided is the form without its choice of all that match, where it is not
// known what does.
func decided(s *views.Selection, notices []ghpkg.Notice) (form *views.Selection, unclear bool) {
	unclear = inventory.Undecided(notices)
	if s == nil || !unclear {
		return s, unclear
	}
	byHand := *s
	byHand.Total = 0
	return &byHand, unclear
}

// newSelection begins what is selected from a table, unless that is still
// loading, or does not know what its query selects: what is not there would be
// left out without anybody having seen it.
func newSelection(from string, notices ...[]ghpkg.Notice) (operations.Selection, error) {
	sel := operations.Selection{Source: from, Complete: true}
	for _, some := range notices {
		if inventory.Undecided(some) {
			return sel, undecided(some)
		}
		if loading(some) {
			return sel, &fault.Error{Kind: fault.RateLimited, Code: fault.CodeLoading, Op: "handlers.select", RetryAfter: loadingAgain}
		}
		sel.Complete = sel.Complete && ghpkg.Listing[ghpkg.Package]{Notices: some}.Complete()
	}
	return sel, nil
}

// undecided refuses all that match, and says of what that is not known.
func undecided(notices []ghpkg.Notice) error {
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeUndecided, Op: "handlers.select", Args: map[string]any{"Notices": notices}}
}

// add takes an item in. One whose name has no address here cannot be changed
// from here, and is left out with a word.
func add(sel *operations.Selection, item ghpkg.OperationItem) {
	if _, ok := item.Target.Ref(); !ok {
		sel.Complete = false
		return
	}
	sel.Items = append(sel.Items, item)
}

func packageItem(p ghpkg.Package) ghpkg.OperationItem {
	return ghpkg.OperationItem{Target: ghpkg.TargetOf(p), Versions: versionCount(p), CreatedAt: p.CreatedAt}
}

func versionItem(p ghpkg.Package, v ghpkg.Version) ghpkg.OperationItem {
	item := ghpkg.OperationItem{Target: ghpkg.TargetOfVersion(p, v), CreatedAt: v.CreatedAt}
	if v.DeletedAt != nil {
		item.DeletedAt = *v.DeletedAt
	}
	return item
}

func goneItem(g gonePackage, taken map[name]bool) ghpkg.OperationItem {
	item := ghpkg.OperationItem{Target: ghpkg.TargetOf(g.pkg), DeletedAt: g.at}
	if taken[nameOf(g.pkg)] {
		item.Check = ghpkg.CheckNameReused
	}
	return item
}

func factsOf(ref ghpkg.Ref, active *inventory.Versions) ghpkg.PackageFacts {
	return ghpkg.PackageFacts{
		Ref: ref, Versions: len(active.Items), Tagged: active.Tagged, References: active.References(), Complete: active.Complete(),
	}
}

// name is what only one active package can have.
type name struct {
	kind              ghpkg.OwnerKind
	owner, typ, named string
}

func nameOf(p ghpkg.Package) name {
	return name{p.Owner.Kind(), strings.ToLower(p.Owner.Login()), string(p.Type), p.Name}
}

func namesTaken(active *inventory.Packages) map[name]bool {
	taken := make(map[name]bool, len(active.Items))
	for _, p := range active.Items {
		taken[nameOf(p)] = true
	}
	return taken
}
