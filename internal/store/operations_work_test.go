package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

func TestWhoIsDue(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		now := epoch.Add(time.Hour)
		for n, state := range ghpkg.OperationStates() {
			insert(t, s, draft(n, func(op *ghpkg.Operation) {
				op.Actor.ID, op.State, op.Session = int64(10+n), state, "of-"+string(state)
				op.WaitingUntil = now.Add(time.Millisecond)
			}), nil)
		}
		// Of two, one is due: the viewer is, and once.
		for n := range 2 {
			insert(t, s, draft(20+n, func(op *ghpkg.Operation) { op.Actor.ID, op.State = 11, ghpkg.OperationRunning }), nil)
		}
		for _, tt := range []struct {
			now  time.Time
			want []int64
		}{{now, []int64{11}}, {now.Add(time.Millisecond), []int64{11, 12}}} {
			got, err := s.DueViewers(t.Context(), tt.now)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("due at %v: %v (-want +got):\n%s", tt.now, err, diff)
			}
		}
		for _, state := range ghpkg.OperationStates() {
			want := state == ghpkg.OperationRunning || state == ghpkg.OperationWaiting
			if got, err := s.SessionInUse(t.Context(), "of-"+string(state)); got != want || err != nil {
				t.Errorf("the session of one that is %s is in use: %v, %v; want %v", state, got, err, want)
			}
		}
	})
}

func TestUnfinishedAreTheViewersInTheirOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		var want []string
		for n, state := range ghpkg.OperationStates() {
			op := insert(t, s, draft(n, func(op *ghpkg.Operation) {
				op.State, op.StartedAt = state, epoch.Add(time.Duration(-n)*time.Hour) // the last frozen started first
			}), frozen(t, n+1, nil))
			if state != ghpkg.OperationDraft && !op.Over() {
				want = append(want, fmt.Sprint(op.ID, n+1))
			}
			insert(t, s, draft(10+n, func(op *ghpkg.Operation) { op.State, op.Actor.ID = state, 2 }), nil)
		}
		slices.Reverse(want)
		ops, err := s.UnfinishedOperations(t.Context(), 1)
		var got []string
		for _, op := range ops {
			got = append(got, fmt.Sprint(op.ID, op.Counts[ghpkg.ItemPending]))
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func next(t *testing.T, s *store.Store, id string) (ghpkg.OperationItem, bool) {
	t.Helper()
	item, ok, err := s.NextItem(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return item, ok
}

func TestItemsAreWorkedOnOneAfterAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		op, other := started(t, s, 1, 3), started(t, s, 2, 3)
		if n, err := s.RemoveItems(ctx, op.ID, []int{1}); n != 0 || err != nil {
			t.Fatalf("%d left what runs, %v", n, err)
		}
		for seq, state := range []ghpkg.ItemState{ghpkg.ItemDone, ghpkg.ItemRefused, ghpkg.ItemSkipped} {
			item, ok := next(t, s, op.ID)
			if !ok || item.Seq != seq+1 || item.State != ghpkg.ItemPending {
				t.Fatalf("next is %+v, %v; want %d", item, ok, seq+1)
			}
			item.Entry, item.At = fmt.Sprintf("entry-%d", seq), epoch.Add(time.Minute)
			for _, want := range []bool{true, false} {
				if ok, err := s.BeginItem(ctx, op.ID, item); ok != want || err != nil {
					t.Fatalf("BeginItem: %v, %v; want %v", ok, err, want)
				}
			}
			item.State = ghpkg.ItemRunning
			if again, _ := next(t, s, op.ID); cmp.Diff(item, again, compareOwners) != "" {
				t.Fatalf("the one that is running (-want +got):\n%s", cmp.Diff(item, again, compareOwners))
			}
			item.State, item.Message, item.Code, item.At = state, "GitHub's word", "code", epoch.Add(time.Hour)
			for _, want := range []bool{true, false} {
				if ok, err := s.SettleItem(ctx, op.ID, item); ok != want || err != nil {
					t.Fatalf("SettleItem: %v, %v; want %v", ok, err, want)
				}
			}
			got, _ := items(t, s, op.ID, ghpkg.ItemQuery{State: state})
			if diff := cmp.Diff([]ghpkg.OperationItem{item}, got, compareOwners); diff != "" {
				t.Errorf("settled (-want +got):\n%s", diff)
			}
		}
		if item, ok := next(t, s, op.ID); ok {
			t.Errorf("after the last comes %+v", item)
		}
		if diff := cmp.Diff(ghpkg.ItemCounts{ghpkg.ItemPending: 3}, operation(t, s, other.ID).Counts); diff != "" {
			t.Errorf("another operation (-want +got):\n%s", diff)
		}
	})
}

func TestRunningItemComesBeforePendingOnes(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		op := started(t, s, 1, 3)
		item := ghpkg.OperationItem{Seq: 3, Entry: "e", At: epoch}
		if ok, err := s.BeginItem(t.Context(), op.ID, item); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if got, _ := next(t, s, op.ID); got.Seq != 3 {
			t.Errorf("next is %d, want the running 3", got.Seq)
		}
		item.State = ghpkg.ItemPending // put back
		if ok, err := s.SettleItem(t.Context(), op.ID, item); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if got, _ := next(t, s, op.ID); got.Seq != 1 {
			t.Errorf("next is %d, want the first pending", got.Seq)
		}
		item.State, item.Code = ghpkg.ItemSkipped, "changed" // it was never sent
		if ok, err := s.SettleItem(t.Context(), op.ID, item); !ok || err != nil {
			t.Errorf("a pending item was not settled: %v, %v", ok, err)
		}
	})
}

func TestNoItemBeginsUnlessTheOperationRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		for n, state := range ghpkg.OperationStates() {
			op := insert(t, s, draft(n, func(op *ghpkg.Operation) { op.State = state }), frozen(t, 1, nil))
			want := state == ghpkg.OperationRunning
			if ok, err := s.BeginItem(t.Context(), op.ID, ghpkg.OperationItem{Seq: 1, Entry: "e"}); ok != want || err != nil {
				t.Errorf("an item of one that is %s begins: %v, %v; want %v", state, ok, err, want)
			}
		}
		if ok, err := s.BeginItem(t.Context(), draft(1, nil).ID, ghpkg.OperationItem{Seq: 7}); ok || err != nil {
			t.Errorf("an item that there is not begins: %v, %v", ok, err)
		}
	})
}

// A process was held up for so long that another one took over, and sent the
// item again: what the first knows of its own attempt is not the outcome.
func TestItemIsSettledByWhoSentIt(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		op := started(t, s, 1, 1)
		first := ghpkg.OperationItem{Seq: 1, Entry: "first", At: epoch}
		second := ghpkg.OperationItem{Seq: 1, Entry: "second", At: epoch}
		step := func(what string, do func(context.Context, string, ghpkg.OperationItem) (bool, error),
			item ghpkg.OperationItem, to ghpkg.ItemState, want bool) {
			t.Helper()
			item.State = to
			if ok, err := do(t.Context(), op.ID, item); ok != want || err != nil {
				t.Errorf("%s: %v, %v; want %v", what, ok, err, want)
			}
		}
		step("the first sends it", s.BeginItem, first, ghpkg.ItemRunning, true)
		step("the second finds it not done", s.SettleItem, first, ghpkg.ItemPending, true)
		step("and sends it again", s.BeginItem, second, ghpkg.ItemRunning, true)
		step("the first awakes", s.SettleItem, first, ghpkg.ItemFailed, false)
		step("the second has its answer", s.SettleItem, second, ghpkg.ItemDone, true)
		if got := seqs(t, s, op.ID, ghpkg.ItemQuery{State: ghpkg.ItemDone}); len(got) != 1 {
			t.Error("the item is not done")
		}
	})
}

// What a worker decides holds for what it has read: between that and its writing
// it down a person is faster.
func TestAWorkersMoveComesAfterAPersons(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		for n, tt := range []struct {
			name     string
			to       ghpkg.OperationState
			session  string // of the person who resumed it
			settled  bool   // nothing is left to do
			want     bool
			elsewise bool // it has been paused
		}{
			{name: "nobody was", to: ghpkg.OperationWaiting, session: "s1", want: true},
			{name: "paused", to: ghpkg.OperationWaiting, session: "s1", elsewise: true},
			{name: "resumed with the same session", to: ghpkg.OperationPaused, session: "s1", want: true},
			{name: "resumed with another", to: ghpkg.OperationWaiting, session: "s2"},
			{name: "resumed with another, and all is done", to: ghpkg.OperationDone, session: "s2", settled: true},
			{name: "more to do", to: ghpkg.OperationDone, session: "s1"},
			{name: "all is done", to: ghpkg.OperationDone, session: "s1", settled: true, want: true},
		} {
			read := started(t, s, n, 1)
			person := read
			person.Session = tt.session
			if tt.elsewise {
				person.State = ghpkg.OperationPaused
			}
			if ok, err := s.MoveOperation(t.Context(), person, ghpkg.OperationRunning); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if tt.settled {
				item := ghpkg.OperationItem{Seq: 1, State: ghpkg.ItemDone}
				if ok, err := s.SettleItem(t.Context(), read.ID, item); !ok || err != nil {
					t.Fatal(ok, err)
				}
			}
			read.State = tt.to
			if ok, err := s.AdvanceOperation(t.Context(), read, ghpkg.OperationRunning); ok != tt.want || err != nil {
				t.Errorf("%s: %v, %v; want %v", tt.name, ok, err, tt.want)
			}
			want := person
			if tt.want {
				want = read
			}
			if got := operation(t, s, read.ID); got.State != want.State || got.Session != want.Session {
				t.Errorf("%s: %s with %s; want %s with %s", tt.name, got.State, got.Session, want.State, want.Session)
			}
		}
	})
}

// Two workers begin and settle as fast as they can, until a third stops the
// operation: each item begins once, and none after the stop.
func TestPauseWins(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		two, ctx := processes(t, databaseURL), t.Context()
		s := two[0]
		for round := range 5 {
			op := started(t, s, round, 200)
			var wg sync.WaitGroup
			var mu sync.Mutex
			begun := map[int]int{}
			halfway := make(chan struct{})
			var once sync.Once
			for _, worker := range two {
				wg.Go(func() {
					for seq := 1; seq <= 200; seq++ {
						item := ghpkg.OperationItem{Seq: seq, Entry: "e", At: epoch}
						ok, err := worker.BeginItem(ctx, op.ID, item)
						if err != nil {
							t.Error(err)
							return
						}
						if seq == 20 {
							once.Do(func() { close(halfway) })
						}
						if !ok {
							continue
						}
						mu.Lock()
						begun[seq]++
						mu.Unlock()
						item.State = ghpkg.ItemDone
						if ok, err := worker.SettleItem(ctx, op.ID, item); !ok || err != nil {
							t.Errorf("item %d was not settled: %v, %v", seq, ok, err)
						}
					}
				})
			}
			<-halfway
			stop := op
			stop.State, stop.EndedAt = ghpkg.OperationStopped, epoch
			if ok, err := s.MoveOperation(ctx, stop, ghpkg.OperationRunning); !ok || err != nil {
				t.Errorf("it was not stopped: %v, %v", ok, err)
			}
			pending := operation(t, s, op.ID).Counts[ghpkg.ItemPending]
			wg.Wait()
			counts := operation(t, s, op.ID).Counts
			if counts[ghpkg.ItemPending] != pending || counts[ghpkg.ItemDone] != 200-pending {
				t.Errorf("%d were pending at the stop, and then %v", pending, counts)
			}
			for seq, n := range begun {
				if n != 1 {
					t.Errorf("item %d began %d times", seq, n)
				}
			}
			if len(begun) != counts[ghpkg.ItemDone] {
				t.Errorf("%d began, %d are done", len(begun), counts[ghpkg.ItemDone])
			}
		}
	})
}

// Everything that changes an operation happens at once, from two processes: no
// deadlock, no error, and nothing lost.
func TestAllHandsAtOneOperation(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		two, ctx := processes(t, databaseURL), t.Context()
		s := two[0]
		const n = 60
		op := started(t, s, 1, n)
		paused, running := op, op
		paused.State = ghpkg.OperationPaused
		var wg sync.WaitGroup
		for process, s := range two {
			must := func(_ any, err error) {
				if err != nil {
					t.Error(err)
				}
			}
			wg.Go(func() {
				for i := range n {
					item := ghpkg.OperationItem{Seq: 1 + (i+process*n/2)%n, Entry: "e", At: epoch}
					ok, err := s.BeginItem(ctx, op.ID, item)
					must(ok, err)
					item.State = ghpkg.ItemFailed
					if ok {
						must(s.SettleItem(ctx, op.ID, item))
					}
				}
			})
			wg.Go(func() {
				for range n {
					must(s.RetryItems(ctx, op.ID, []ghpkg.ItemState{ghpkg.ItemFailed}, []string{"scope"}))
				}
			})
			wg.Go(func() {
				for range n {
					must(s.MoveOperation(ctx, paused, ghpkg.OperationRunning))
					must(s.MoveOperation(ctx, running, ghpkg.OperationPaused))
					must(s.RemoveItems(ctx, op.ID, []int{1, 2, 3}))
					must(s.DiscardDraft(ctx, op.ID))
				}
			})
		}
		wg.Wait()
		if got := operation(t, s, op.ID); got.Total() != n || got.Counts[ghpkg.ItemRunning] != 0 {
			t.Errorf("%v of %d items", got.Counts, n)
		}
	})
}
