package operations

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxItems bounds one operation: at a second for each it takes half a day.
const maxItems = 50_000

// Selection is what somebody wants to freeze.
type Selection struct {
	Actor    ghpkg.Actor
	Action   ghpkg.Action
	Source   string // the table's path and query; empty: not known
	Complete bool
	Items    []ghpkg.OperationItem // Target and times; Check where it is known better than by facts
	Facts    []ghpkg.PackageFacts
}

// Freeze makes a draft of the selection: each item once, in the order in which
// they will run, with what is expected of them.
func (o *Operations) Freeze(ctx context.Context, s Selection) (ghpkg.Operation, error) {
	op := ghpkg.Operation{Actor: s.Actor, Action: s.Action, Source: s.Source, Complete: s.Complete}
	return o.freeze(ctx, op, s.Items, s.Facts)
}

// freeze makes op a draft of the items.
func (o *Operations) freeze(ctx context.Context, op ghpkg.Operation, selected []ghpkg.OperationItem, facts []ghpkg.PackageFacts) (ghpkg.Operation, error) {
	const name = "operations.Freeze"
	if op.Action != ghpkg.ActionDelete && op.Action != ghpkg.ActionRestore {
		return ghpkg.Operation{}, &fault.Error{
			Kind: fault.Invalid, Code: fault.CodeInvalidForm, Op: name, Args: map[string]any{"Name": "action"},
		}
	}
	for _, item := range selected {
		if _, ok := item.Target.Ref(); !ok {
			return ghpkg.Operation{}, &fault.Error{
				Kind: fault.Invalid, Code: fault.CodeInvalidRef, Op: name, Args: map[string]any{"Value": item.Target.Name},
			}
		}
	}
	items := arrange(selected, op.Action)
	switch {
	case len(items) == 0:
		return ghpkg.Operation{}, nothing(name)
	case len(items) > maxItems:
		return ghpkg.Operation{}, &fault.Error{Kind: fault.Invalid, Code: fault.CodeTooLarge, Op: name}
	}
	op.ID, op.State, op.CreatedAt = o.NewID(), ghpkg.OperationDraft, o.Now()
	op.Counts = ghpkg.ItemCounts{ghpkg.ItemPending: len(items)}
	for i, check := range Preflight(items, facts, op.Action, op.CreatedAt) {
		items[i].Check = check
	}
	if err := o.Store.InsertOperation(ctx, op, items); err != nil {
		return ghpkg.Operation{}, internal(name, err)
	}
	return op, nil
}

// packageKey tells packages apart: names are reused, ids are not, and logins
// ignore case.
type packageKey struct {
	address string
	id      int64 // 0: not known
}

// itemKey tells items apart; a whole package has version 0.
type itemKey struct {
	packageKey
	version int64
}

func itemKeyOf(t ghpkg.Target) itemKey { return itemKey{keyOf(t), t.VersionID} }

func keyOf(t ghpkg.Target) packageKey {
	return packageKey{addressOf(t.Owner, t.Type, t.Name), t.PackageID}
}

func addressOf(owner ghpkg.Owner, typ ghpkg.Type, name string) string {
	return string(owner.Kind()) + "/" + strings.ToLower(owner.Login()) + "/" + string(typ) + "/" + name
}

// arrange returns what is selected as it will run: everything once, no version
// of a package that goes as a whole, package by package in the order in which
// they were given.
//
// Within a container package the tagged versions are deleted first: an index is
// refused before its images are lost, and none is there without its images.
// They are restored in the opposite order, for the same reason.
func arrange(selected []ghpkg.OperationItem, action ghpkg.Action) []ghpkg.OperationItem {
	type placed struct {
		item  ghpkg.OperationItem
		place int // of its package
		late  bool
	}
	places, seen, whole := map[packageKey]int{}, map[itemKey]bool{}, wholes(selected)
	var all []placed
	for _, item := range selected {
		t := item.Target
		key := itemKeyOf(t)
		if seen[key] || t.VersionID != 0 && whole[key.packageKey] {
			continue
		}
		seen[key] = true
		if _, known := places[key.packageKey]; !known {
			places[key.packageKey] = len(places)
		}
		untagged := t.VersionID != 0 && untagged(t)
		all = append(all, placed{item, places[key.packageKey], untagged == (action == ghpkg.ActionDelete) && t.Type.Images()})
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.place, b.place), compareBool(a.late, b.late))
	})
	items := make([]ghpkg.OperationItem, len(all))
	for i, p := range all {
		items[i] = ghpkg.OperationItem{
			Seq: i + 1, Target: p.item.Target, Versions: p.item.Versions, CreatedAt: p.item.CreatedAt, DeletedAt: p.item.DeletedAt,
			Check: p.item.Check, State: ghpkg.ItemPending,
		}
	}
	return items
}

// wholes returns the packages that are selected as a whole.
func wholes(selected []ghpkg.OperationItem) map[packageKey]bool {
	whole := map[packageKey]bool{}
	for _, item := range selected {
		if item.Target.VersionID == 0 {
			whole[keyOf(item.Target)] = true
		}
	}
	return whole
}

func untagged(t ghpkg.Target) bool { return ghpkg.Version{Tags: t.Tags}.Untagged(t.Type) }

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
