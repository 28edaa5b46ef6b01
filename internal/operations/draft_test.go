package operations_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

func targetsOf(items []ghpkg.OperationItem) []ghpkg.Target {
	var all []ghpkg.Target
	for _, item := range items {
		all = append(all, item.Target)
	}
	return all
}

// TestFreezeArranges: each once, by package, images that others may need last, and
// otherwise as they were selected.
func TestFreezeArranges(t *testing.T) {
	t.Parallel()
	w, o := steady(t)
	api, lib, old := w.gitHub.publish(ghpkg.Container, "api"), w.gitHub.publish(ghpkg.NPM, "lib"), w.gitHub.publish(ghpkg.NPM, "old")
	child, index, lib1, lib2 := w.gitHub.version(api), w.gitHub.version(api, "v1"), w.gitHub.version(lib), w.gitHub.version(lib)
	child2, index2 := w.gitHub.version(api), w.gitHub.version(api, "v2")
	selected := []ghpkg.Target{child, lib2, w.gitHub.version(old), index, lib1, child, child2, old, index2, lib2}
	for _, test := range []struct {
		action ghpkg.Action
		want   []ghpkg.Target
	}{
		{ghpkg.ActionDelete, []ghpkg.Target{index, index2, child, child2, lib2, lib1, old}},
		{ghpkg.ActionRestore, []ghpkg.Target{child, child2, index, index2, lib2, lib1, old}},
	} {
		op := w.frozen(o, test.action, selected...)
		got := w.itemsOf(op.ID)
		if diff := cmp.Diff(test.want, targetsOf(got), cmp.AllowUnexported(ghpkg.Owner{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.action, diff)
		}
		for i, item := range got {
			if item.Seq != i+1 || item.State != ghpkg.ItemPending || item.Check == "" {
				t.Errorf("item %d: %+v", i, item)
			}
		}
		if op.State != ghpkg.OperationDraft || op.Total() != len(test.want) || op.Actor.ID != alice {
			t.Errorf("frozen: %+v", op)
		}
	}
}

func TestFreezeRefuses(t *testing.T) {
	t.Parallel()
	w, o := steady(t)
	lib := w.gitHub.publish(ghpkg.NPM, "lib")
	many := make([]ghpkg.OperationItem, 50_001)
	for i := range many {
		many[i].Target = lib
		many[i].Target.VersionID = int64(i + 1)
	}
	nameless := lib
	nameless.Name = ".."
	for _, test := range []struct {
		name   string
		action ghpkg.Action
		items  []ghpkg.OperationItem
		want   fault.Code
	}{
		{"nothing", ghpkg.ActionDelete, nil, fault.CodeNothing},
		{"too many", ghpkg.ActionDelete, many, fault.CodeTooLarge},
		{"as many as may be", ghpkg.ActionDelete, many[1:], ""},
		{"another action", ghpkg.ActionLogin, items(lib), fault.CodeInvalidForm},
		{"what has no address", ghpkg.ActionDelete, items(nameless), fault.CodeInvalidRef},
	} {
		_, err := o.Freeze(t.Context(), operations.Selection{Actor: ghpkg.Actor{ID: alice}, Action: test.action, Items: test.items})
		wantCode(t, test.name, err, test.want)
	}
}

// TestDraftIsItsActors: nobody else starts, narrows or discards it.
func TestDraftIsItsActors(t *testing.T) {
	t.Parallel()
	w, o := steady(t)
	op := w.frozen(o, ghpkg.ActionDelete, w.npm("lib", 2)...)
	ctx := t.Context()
	_, err := o.Remove(ctx, op.ID, by(bob), []int{1})
	wantCode(t, "Remove", err, fault.CodeNoOperation)
	wantCode(t, "Discard", o.Discard(ctx, op.ID, by(bob)), fault.CodeNoOperation)
	wantCode(t, "Start", o.Start(ctx, op.ID, by(bob), 2, ""), fault.CodeNoOperation)
	if got := w.now(op.ID); got.State != ghpkg.OperationDraft || got.Total() != 2 {
		t.Errorf("afterwards it is %s with %d items", got.State, got.Total())
	}
	wantCode(t, "Discard of one's own", o.Discard(ctx, op.ID, by(alice)), "")
	_, err = o.Operation(ctx, op.ID, ghpkg.VisibleTo{All: true})
	wantCode(t, "a discarded draft", err, fault.CodeNoOperation)
}

func TestStartNeedsTheNumber(t *testing.T) {
	t.Parallel()
	w, o := steady(t)
	op := w.frozen(o, ghpkg.ActionDelete, w.npm("lib", 3)...)
	ctx := t.Context()
	wantCode(t, "another number", o.Start(ctx, op.ID, by(alice), 2, ""), fault.CodeWrongConfirm)
	wantCode(t, "too long a reason", o.Start(ctx, op.ID, by(alice), 3, strings.Repeat("x", 2001)), fault.CodeInvalidForm)
	if n, err := o.Remove(ctx, op.ID, by(alice), []int{2, 9}); n != 1 || err != nil {
		t.Errorf("Remove = %d, %v", n, err)
	}
	wantCode(t, "the number before", o.Start(ctx, op.ID, by(alice), 3, ""), fault.CodeWrongConfirm)
	if got := w.now(op.ID); got.State != ghpkg.OperationDraft || w.woken != 0 {
		t.Errorf("afterwards it is %s, woken %d times", got.State, w.woken)
	}
	wantCode(t, "the right number", o.Start(ctx, op.ID, by(alice), 2, "old"), "")
	got := w.now(op.ID)
	if got.State != ghpkg.OperationRunning || got.Session != "session-1" || got.Reason != "old" || got.From != "192.0.2.1" || got.StartedAt.IsZero() || w.woken != 1 {
		t.Errorf("started: %+v, woken %d times", got, w.woken)
	}
	if _, err := o.Remove(ctx, op.ID, by(alice), []int{1}); fault.CodeOf(err) != fault.CodeState {
		t.Errorf("Remove from what runs: %v", err)
	}
	empty := w.frozen(o, ghpkg.ActionDelete, w.npm("other", 1)...)
	if _, err := o.Remove(ctx, empty.ID, by(alice), []int{1}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "an empty draft", o.Start(ctx, empty.ID, by(alice), 0, ""), fault.CodeNothing)
}

// TestRemoveSaysAnewWhatIsExpected: what is last depends on what goes.
func TestRemoveSaysAnewWhatIsExpected(t *testing.T) {
	t.Parallel()
	npm := func(id int64) ghpkg.OperationItem { return of(ghpkg.NPM, ghpkg.Private, id) }
	image := func(id int64, tags ...string) ghpkg.OperationItem {
		return of(ghpkg.Container, ghpkg.Private, id, tags...)
	}
	signedImage, signature, some := signed()
	const ok, last, tagged, bare = ghpkg.CheckOK, ghpkg.CheckLastVersion, ghpkg.CheckLastTagged, ghpkg.CheckUntagged
	for _, test := range []struct {
		name   string
		items  []ghpkg.OperationItem
		facts  []ghpkg.PackageFacts
		before []ghpkg.ItemCheck
		remove []int
		want   []ghpkg.ItemCheck
	}{
		{"another stays", []ghpkg.OperationItem{npm(1), npm(2), npm(3)}, facts(ghpkg.NPM, 3, 0, true), []ghpkg.ItemCheck{ok, ok, last}, []int{1}, []ghpkg.ItemCheck{ok, ok}},
		{"the last itself stays", []ghpkg.OperationItem{npm(1), npm(2)}, facts(ghpkg.NPM, 2, 0, true), []ghpkg.ItemCheck{ok, last}, []int{2}, []ghpkg.ItemCheck{ok}},
		{"nothing was last", []ghpkg.OperationItem{npm(1), npm(2)}, facts(ghpkg.NPM, 3, 0, true), []ghpkg.ItemCheck{ok, ok}, []int{2}, []ghpkg.ItemCheck{ok}},
		{
			"an untagged image stays", []ghpkg.OperationItem{image(1, "a"), image(2, "b"), image(3)}, facts(ghpkg.Container, 3, 2, true),
			[]ghpkg.ItemCheck{ok, last, bare}, []int{3}, []ghpkg.ItemCheck{ok, tagged},
		},
		{
			"a tagged image stays", []ghpkg.OperationItem{image(1, "a"), image(2, "b")}, facts(ghpkg.Container, 5, 2, true),
			[]ghpkg.ItemCheck{ok, tagged}, []int{1}, []ghpkg.ItemCheck{ok},
		},
		{
			"the signature stays", []ghpkg.OperationItem{signedImage, signature}, some, []ghpkg.ItemCheck{ok, ok},
			[]int{2}, []ghpkg.ItemCheck{ghpkg.CheckReferred},
		},
		{
			"the image stays", []ghpkg.OperationItem{signedImage, signature}, some, []ghpkg.ItemCheck{ok, ok},
			[]int{1}, []ghpkg.ItemCheck{ghpkg.CheckReferring},
		},
		{
			"what belongs to what was never selected", []ghpkg.OperationItem{image(3, "b"), signature}, some, []ghpkg.ItemCheck{ok, ghpkg.CheckReferring},
			[]int{1}, []ghpkg.ItemCheck{ghpkg.CheckReferring},
		},
		{
			"what a signature that was never selected is about", []ghpkg.OperationItem{signedImage, image(3, "b"), image(4, "sha256-"+strings.Repeat("6", 64)+".sig")}, some,
			[]ghpkg.ItemCheck{ghpkg.CheckReferred, ok, ok}, []int{2}, []ghpkg.ItemCheck{ghpkg.CheckReferred, ok},
		},
	} {
		w, o := steady(t)
		op, err := o.Freeze(t.Context(), operations.Selection{Actor: ghpkg.Actor{ID: alice}, Action: ghpkg.ActionDelete, Items: test.items, Facts: test.facts})
		if err != nil {
			t.Fatal(err)
		}
		checks := func() (all []ghpkg.ItemCheck) {
			for _, item := range w.itemsOf(op.ID) {
				all = append(all, item.Check)
			}
			return all
		}
		if diff := cmp.Diff(test.before, checks()); diff != "" {
			t.Errorf("%s: frozen (-want +got):\n%s", test.name, diff)
		}
		if _, err := o.Remove(t.Context(), op.ID, by(alice), test.remove); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, checks()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestUndo: a draft of what went, with the moment at which it went.
func TestUndo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		versions := w.npm("lib", 4)
		w.gitHub.refuse[versions[1].VersionID] = &fault.Error{Kind: fault.Refused, Code: fault.CodeDownloads, Op: "do"}
		op := w.started(o, versions[:3]...)
		_, err := o.Undo(t.Context(), op.ID, by(alice))
		wantCode(t, "Undo of what runs", err, fault.CodeState)
		w.finish(o)
		_, err = o.Undo(t.Context(), op.ID, by(bob))
		wantCode(t, "Undo by another", err, fault.CodeNoOperation)

		undo, err := o.Undo(t.Context(), op.ID, by(alice))
		if err != nil {
			t.Fatal(err)
		}
		if undo.Action != ghpkg.ActionRestore || undo.State != ghpkg.OperationDraft || undo.Undoes != op.ID {
			t.Errorf("the undo is %+v", undo)
		}
		for i, item := range w.itemsOf(undo.ID) {
			was := w.itemsOf(op.ID)[2*i]
			if item.Target.VersionID != was.Target.VersionID || !item.DeletedAt.Equal(was.At) || item.Check != ghpkg.CheckOK {
				t.Errorf("item %d of the undo: %+v", i, item)
			}
		}
		if err := o.Start(t.Context(), undo.ID, by(alice), 2, "a mistake"); err != nil {
			t.Fatal(err)
		}
		w.finish(o)
		for _, v := range versions {
			if w.gitHub.there[v.VersionID].gone {
				t.Errorf("%d is still gone", v.VersionID)
			}
		}
		_, err = o.Undo(t.Context(), undo.ID, by(alice))
		wantCode(t, "Undo of a restoration", err, fault.CodeState)
		_, err = o.Undo(t.Context(), op.ID, by(alice))
		wantCode(t, "Undo of what was undone", err, fault.CodeState)
		time.Sleep(ghpkg.RestoreWindow)
		_, err = o.Undo(context.Background(), op.ID, by(alice))
		wantCode(t, "Undo after 30 days", err, fault.CodeState)
	})
}
