package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

func TestItemsLeaveADraftOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		op := insert(t, s, draft(1, nil), frozen(t, 600, nil))
		other := insert(t, s, draft(2, nil), frozen(t, 5, nil))
		var most []int
		for seq := 2; seq < 600; seq++ {
			most = append(most, seq)
		}
		for _, tt := range []struct {
			seqs []int
			want int
		}{{nil, 0}, {most, 598}, {[]int{1, 1, 2, 601, -1}, 1}, {[]int{1}, 0}} {
			if n, err := s.RemoveItems(ctx, op.ID, tt.seqs); n != tt.want || err != nil {
				t.Errorf("took %d out, %v; want %d", n, err, tt.want)
			}
		}
		if diff := cmp.Diff([]int{600}, seqs(t, s, op.ID, ghpkg.ItemQuery{})); diff != "" {
			t.Errorf("what is left (-want +got):\n%s", diff)
		}
		if n := operation(t, s, other.ID).Total(); n != 5 {
			t.Errorf("another draft has %d items left of 5", n)
		}
		for n, state := range ghpkg.OperationStates()[1:] {
			op := insert(t, s, draft(10+n, func(op *ghpkg.Operation) { op.State = state }), frozen(t, 2, nil))
			if n, err := s.RemoveItems(ctx, op.ID, []int{1}); n != 0 || err != nil {
				t.Errorf("took %d out of one that is %s, %v", n, state, err)
			}
			if ok, err := s.DiscardDraft(ctx, op.ID); ok || err != nil {
				t.Errorf("discarded one that is %s: %v, %v", state, ok, err)
			}
			if n := operation(t, s, op.ID).Total(); n != 2 {
				t.Errorf("one that is %s has %d items left of 2", state, n)
			}
		}
		if n, err := s.RemoveItems(ctx, "no such one", []int{1}); n != 0 || err != nil {
			t.Errorf("took %d out of nothing, %v", n, err)
		}
	})
}

func TestOldDraftsAreDiscarded(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		at := func(age time.Duration, state ghpkg.OperationState) func(*ghpkg.Operation) {
			return func(op *ghpkg.Operation) { op.CreatedAt, op.State = epoch.Add(-age), state }
		}
		old := insert(t, s, draft(1, at(time.Hour+time.Millisecond, ghpkg.OperationDraft)), frozen(t, 3, nil))
		insert(t, s, draft(2, at(time.Hour, ghpkg.OperationDraft)), frozen(t, 5, nil))
		for n, state := range ghpkg.OperationStates()[1:] {
			insert(t, s, draft(10+n, at(1000*time.Hour, state)), frozen(t, 1, nil))
		}
		if n, err := s.DiscardDrafts(t.Context(), epoch.Add(-time.Hour)); n != 1 || err != nil {
			t.Errorf("%d were discarded, %v; want 1", n, err)
		}
		if _, ok, err := s.Operation(t.Context(), old.ID, ghpkg.VisibleTo{All: true}); ok || err != nil {
			t.Errorf("the old draft is still there: %v, %v", ok, err)
		}
		if n, err := s.Rows(t.Context(), "operation_items"); n != 10 || err != nil {
			t.Errorf("%d items are left, %v; want 10", n, err)
		}
	})
}

func TestDraftIsDiscardedWithItsItems(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		op := insert(t, s, draft(1, nil), frozen(t, 30, nil))
		insert(t, s, draft(2, nil), frozen(t, 5, nil))
		for _, want := range []bool{true, false} {
			if ok, err := s.DiscardDraft(t.Context(), op.ID); ok != want || err != nil {
				t.Errorf("DiscardDraft: %v, %v; want %v", ok, err, want)
			}
		}
		if n, err := s.Rows(t.Context(), "operation_items"); n != 5 || err != nil {
			t.Errorf("%d items are left, %v; want the 5 of the other", n, err)
		}
	})
}

func TestStartTakesWhatWasConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		op := insert(t, s, draft(1, nil), frozen(t, 3, nil))
		op.State, op.Session, op.Reason, op.From = ghpkg.OperationRunning, "s1", "disk is full", "192.0.2.7"
		op.StartedAt = epoch.Add(time.Hour)
		for _, total := range []int{2, 4, 0, -1} {
			if ok, err := s.StartOperation(t.Context(), op, total); ok || err != nil {
				t.Errorf("started 3 items as %d: %v, %v", total, ok, err)
			}
			if got := operation(t, s, op.ID); got.State != ghpkg.OperationDraft || got.Session != "" {
				t.Fatalf("it did not stay a draft: %+v", got)
			}
		}
		changed := op
		changed.Source, changed.Actor.Login, changed.Action = "elsewhere", "hubot", ghpkg.ActionRestore // what starting is not about
		for _, want := range []bool{true, false} {
			if ok, err := s.StartOperation(t.Context(), changed, 3); ok != want || err != nil {
				t.Errorf("StartOperation: %v, %v; want %v", ok, err, want)
			}
		}
		op.Counts = ghpkg.ItemCounts{ghpkg.ItemPending: 3}
		if diff := cmp.Diff(op, operation(t, s, op.ID)); diff != "" {
			t.Errorf("what was started (-want +got):\n%s", diff)
		}
	})
}

func TestMoveIsFromWhereItIsOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		want := started(t, s, 1, 2)
		bystander := started(t, s, 2, 2)
		want.Counts = ghpkg.ItemCounts{ghpkg.ItemPending: 2}
		steps := []struct {
			from []ghpkg.OperationState
			to   func(*ghpkg.Operation)
			ok   bool
		}{
			{[]ghpkg.OperationState{ghpkg.OperationPaused, ghpkg.OperationWaiting}, func(op *ghpkg.Operation) { op.State = ghpkg.OperationRunning }, false},
			{nil, func(op *ghpkg.Operation) { op.State = ghpkg.OperationDone }, false},
			{[]ghpkg.OperationState{ghpkg.OperationRunning}, func(op *ghpkg.Operation) {
				op.State, op.WaitingUntil, op.Why, op.Said = ghpkg.OperationWaiting, epoch.Add(time.Hour), "rate_limited", "API rate limit exceeded"
			}, true},
			{[]ghpkg.OperationState{ghpkg.OperationRunning, ghpkg.OperationWaiting}, func(op *ghpkg.Operation) {
				op.State, op.WaitingUntil, op.Why, op.Said, op.Session = ghpkg.OperationPaused, time.Time{}, "", "", "s2"
			}, true},
			{[]ghpkg.OperationState{ghpkg.OperationPaused}, func(op *ghpkg.Operation) {
				op.State, op.EndedAt = ghpkg.OperationStopped, epoch.Add(2*time.Hour)
			}, true},
		}
		for i, step := range steps {
			next := want
			step.to(&next)
			given := next
			given.Reason, given.Source, given.StartedAt = "another", "elsewhere", epoch // what moving is not about
			if ok, err := s.MoveOperation(t.Context(), given, step.from...); ok != step.ok || err != nil {
				t.Errorf("step %d: %v, %v; want %v", i, ok, err, step.ok)
			}
			if step.ok {
				want = next
			}
			if diff := cmp.Diff(want, operation(t, s, want.ID)); diff != "" {
				t.Errorf("after step %d (-want +got):\n%s", i, diff)
			}
		}
		if got := operation(t, s, bystander.ID).State; got != ghpkg.OperationRunning {
			t.Errorf("another operation is %s", got)
		}
	})
}

func TestRetryTakesWhatItIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		all := frozen(t, 8, func(i *ghpkg.OperationItem) { i.Message, i.Entry, i.At = "No.", "e", epoch })
		for i, state := range []ghpkg.ItemState{
			ghpkg.ItemDone, ghpkg.ItemFailed, ghpkg.ItemUnknown, ghpkg.ItemRefused, ghpkg.ItemRefused, ghpkg.ItemSkipped,
			ghpkg.ItemRunning, ghpkg.ItemFailed,
		} {
			all[i].State, all[i].Code = state, "scope"
		}
		all[4].Code = "refused"
		op := insert(t, s, draft(1, nil), all)
		insert(t, s, draft(2, nil), all)
		tests := []struct {
			states []ghpkg.ItemState
			codes  []string
			want   []int // pending then
		}{
			{nil, nil, []int{}},
			{nil, []string{"sso", "scope"}, []int{4}},
			{[]ghpkg.ItemState{ghpkg.ItemFailed, ghpkg.ItemUnknown}, nil, []int{2, 3, 4, 8}},
			{[]ghpkg.ItemState{ghpkg.ItemFailed}, []string{"scope"}, []int{2, 3, 4, 8}},
		}
		for _, tt := range tests {
			before := len(seqs(t, s, op.ID, ghpkg.ItemQuery{State: ghpkg.ItemPending}))
			n, err := s.RetryItems(t.Context(), op.ID, tt.states, tt.codes)
			if n != len(tt.want)-before || err != nil {
				t.Errorf("retries %d, %v; want %d", n, err, len(tt.want)-before)
			}
			if diff := cmp.Diff(tt.want, seqs(t, s, op.ID, ghpkg.ItemQuery{State: ghpkg.ItemPending})); diff != "" {
				t.Errorf("pending after %v, %v (-want +got):\n%s", tt.states, tt.codes, diff)
			}
		}
		want := all[1]
		want.State, want.Message, want.Code = ghpkg.ItemPending, "", ""
		got, _ := items(t, s, op.ID, ghpkg.ItemQuery{Offset: 1, Limit: 1})
		if diff := cmp.Diff([]ghpkg.OperationItem{want}, got, compareOwners); diff != "" {
			t.Errorf("an item that is tried again (-want +got):\n%s", diff)
		}
		if n := operation(t, s, draft(2, nil).ID).Counts[ghpkg.ItemPending]; n != 0 {
			t.Errorf("%d items of another operation are tried again", n)
		}
	})
}

// processes are two that share a database.
func processes(t *testing.T, databaseURL string) []*store.Store {
	t.Helper()
	return []*store.Store{open(t, databaseURL), open(t, databaseURL)}
}

// together calls do of each process four times at the same moment, and counts
// how often it worked.
func together(t *testing.T, processes []*store.Store, do func(s *store.Store, process int) (bool, error)) int {
	t.Helper()
	var wg sync.WaitGroup
	var worked atomic.Int64
	begin := make(chan struct{})
	for process, s := range processes {
		for range 4 {
			wg.Go(func() {
				<-begin
				ok, err := do(s, process)
				if err != nil {
					t.Error(err)
				}
				if ok {
					worked.Add(1)
				}
			})
		}
	}
	close(begin)
	wg.Wait()
	return int(worked.Load())
}

func TestOfTwoWhoStartOneDoes(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		two := processes(t, databaseURL)
		s := two[0]
		for n := range 10 {
			op := insert(t, s, draft(n, nil), frozen(t, 3, nil))
			op.State, op.StartedAt = ghpkg.OperationRunning, epoch
			if n := together(t, two, func(s *store.Store, _ int) (bool, error) {
				return s.StartOperation(t.Context(), op, 3)
			}); n != 1 {
				t.Fatalf("%d started it", n)
			}
		}
	})
}

// What starts is what was confirmed, also if something is taken out at the same moment.
func TestNothingLeavesWhatStarts(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		two := processes(t, databaseURL)
		s := two[0]
		for n := range 20 {
			op := insert(t, s, draft(n, nil), frozen(t, 4, nil))
			op.State, op.StartedAt = ghpkg.OperationRunning, epoch
			var removed, starts atomic.Int64
			together(t, two, func(s *store.Store, process int) (bool, error) {
				if process == 0 {
					took, err := s.RemoveItems(t.Context(), op.ID, []int{2, 4, 3})
					removed.Add(int64(took))
					return false, err
				}
				ok, err := s.StartOperation(t.Context(), op, 4)
				if ok {
					starts.Add(1)
				}
				return ok, err
			})
			got := operation(t, s, op.ID)
			if removed.Load()+3*starts.Load() != 3 || got.Total() != 4-int(removed.Load()) {
				t.Fatalf("%d were taken out, %d starts, and %d items of one that is %s",
					removed.Load(), starts.Load(), got.Total(), got.State)
			}
		}
	})
}
