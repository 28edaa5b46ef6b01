package operations_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func nothingKnown([]ghpkg.Ref) []ghpkg.PackageFacts { return nil }

// TestContinueTakesUpWhatWasNotSent: the same items by their ids, with what is to
// be expected of them now.
func TestContinueTakesUpWhatWasNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		versions := w.npm("lib", 3)
		op := w.started(o, versions...)
		if err := o.Stop(t.Context(), op.ID, by(alice)); err != nil {
			t.Fatal(err)
		}
		var asked []string
		know := func(refs []ghpkg.Ref) []ghpkg.PackageFacts {
			var facts []ghpkg.PackageFacts
			for _, ref := range refs {
				asked = append(asked, ref.Name())
				facts = append(facts, ghpkg.PackageFacts{Ref: ref, Versions: 3, Complete: true})
			}
			return facts
		}
		rest, err := o.Continue(t.Context(), op.ID, by(alice), know)
		if err != nil {
			t.Fatal(err)
		}
		was := w.now(op.ID)
		if rest.State != ghpkg.OperationDraft || rest.Continues != op.ID || rest.Action != was.Action || rest.Source != was.Source || was.State != ghpkg.OperationStopped {
			t.Errorf("the rest is %+v, of %+v", rest, was)
		}
		items, _, err := w.store.OperationItems(t.Context(), rest.ID, ghpkg.ItemQuery{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		var ids, want []int64
		for i, item := range items {
			ids, want = append(ids, item.Target.VersionID), append(want, versions[i].VersionID)
		}
		if diff := cmp.Diff(want, ids); diff != "" || len(ids) != 3 || items[2].Check != ghpkg.CheckLastVersion || !cmp.Equal(asked, []string{"lib"}) {
			t.Errorf("asked for %v, got %+v (-want +got):\n%s", asked, items, diff)
		}
		if _, err := o.Remove(t.Context(), rest.ID, by(alice), []int{3}); err != nil {
			t.Fatal(err)
		}
		if err := o.Start(t.Context(), rest.ID, by(alice), 2, ""); err != nil {
			t.Fatal(err)
		}
		w.finish(o)
		if again, err := o.Continue(t.Context(), op.ID, by(alice), nothingKnown); err != nil || again.Total() != 1 {
			t.Errorf("taken up once more, after two of three were done: %d, %v", again.Total(), err)
		}
	})
}

// TestContinueTakesUpAllOfIt, however many pages of the store's that are.
func TestContinueTakesUpAllOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := steady(t)
		const many = 2001
		op := w.started(o, w.npm("lib", many)...)
		if err := o.Stop(t.Context(), op.ID, by(alice)); err != nil {
			t.Fatal(err)
		}
		if rest, err := o.Continue(t.Context(), op.ID, by(alice), nothingKnown); err != nil || rest.Total() != many {
			t.Errorf("the rest has %d items, %v; want %d", rest.Total(), err, many)
		}
	})
}
