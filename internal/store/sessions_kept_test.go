package store_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// keep adds sessions, and an operation in each state that acts with the session
// of that number.
func keep(t *testing.T, s *store.Store, sessions []ghpkg.SessionRecord, uses map[int]ghpkg.OperationState) {
	t.Helper()
	for _, r := range sessions {
		if err := s.InsertSession(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for n, state := range uses {
		op := insert(t, s, draft(n, nil), frozen(t, 1, nil))
		op.State, op.Session, op.StartedAt = ghpkg.OperationRunning, session(n, 7).ID, op.CreatedAt
		if ok, err := s.StartOperation(t.Context(), op, 1); !ok || err != nil {
			t.Fatalf("StartOperation: %v, %v", ok, err)
		}
		op.State = state
		if ok, err := s.MoveOperation(t.Context(), op, ghpkg.OperationRunning); !ok || err != nil {
			t.Fatalf("MoveOperation: %v, %v", ok, err)
		}
	}
}

// detached is a session that its person has signed out of.
func detached(n int, viewerID int64) ghpkg.SessionRecord {
	r := session(n, viewerID)
	r.Key = ghpkg.DetachedKey + r.Key
	return r
}

func idsOf(records []ghpkg.SessionRecord) []string {
	var all []string
	for _, r := range records {
		all = append(all, r.ID)
	}
	slices.Sort(all)
	return all
}

func TestSessionsInUseOutliveTheirTime(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		uses := map[int]ghpkg.OperationState{
			1: ghpkg.OperationRunning, 2: ghpkg.OperationWaiting, 3: ghpkg.OperationPaused, 4: ghpkg.OperationStopped, 5: ghpkg.OperationDone,
		}
		var all []ghpkg.SessionRecord
		for n := range 6 {
			all = append(all, session(n+1, 7))
		}
		all = append(all, detached(7, 7))
		keep(t, s, all, uses)
		end := session(1, 7).ExpiresAt
		list, err := s.SessionsOf(ctx, 7, end)
		if diff := cmp.Diff([]string{"id-1", "id-2"}, idsOf(list)); diff != "" || err != nil {
			t.Errorf("SessionsOf at the end of their time: %v (-want +got):\n%s", err, diff)
		}
		got, err := s.TakeSessionsLeft(ctx, "", end)
		if diff := cmp.Diff([]string{"id-3", "id-4", "id-5", "id-6", "id-7"}, idsOf(got)); diff != "" || err != nil {
			t.Errorf("TakeSessionsLeft at the end of their time: %v (-want +got):\n%s", err, diff)
		}
		for n, want := range map[int]bool{1: true, 2: true, 3: false} {
			if got, ok, err := s.SessionByID(ctx, session(n, 7).ID); ok != want || err != nil || ok && got.ID != session(n, 7).ID {
				t.Errorf("session %d: %v, %v, %v, want it there: %t", n, got.ID, ok, err, want)
			}
		}
	})
}

func TestSessionsThatAreLeftAreTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		expired := session(3, 7)
		expired.ExpiresAt = epoch.Add(time.Minute)
		keep(t, s, []ghpkg.SessionRecord{session(1, 7), detached(2, 7), expired, detached(4, 8), detached(5, 8), session(6, 8)},
			map[int]ghpkg.OperationState{2: ghpkg.OperationRunning, 5: ghpkg.OperationDone, 6: ghpkg.OperationDone})
		now := epoch.Add(time.Minute)
		for id, want := range map[string][]string{
			"id-1": nil, "id-2": nil, "unknown": nil, "id-4": {"id-4"}, "id-6": nil,
		} {
			if got, err := s.TakeSessionsLeft(ctx, id, now); !slices.Equal(idsOf(got), want) || err != nil {
				t.Errorf("TakeSessionsLeft(%q) = %v, %v; want %v", id, idsOf(got), err, want)
			}
		}
		got, err := s.TakeSessionsLeft(ctx, "", now)
		if diff := cmp.Diff([]string{"id-3", "id-5"}, idsOf(got)); diff != "" || err != nil {
			t.Errorf("TakeSessionsLeft of all: %v (-want +got):\n%s", err, diff)
		}
		if rest, err := s.TakeSessionsOf(ctx, 7); !slices.Equal(idsOf(rest), []string{"id-1", "id-2"}) || err != nil {
			t.Errorf("TakeSessionsOf = %v, %v; want also the one that is in use", idsOf(rest), err)
		}
	})
}

func TestOneMovesASession(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		was := session(1, 7)
		keep(t, s, []ghpkg.SessionRecord{was}, nil)
		var wg sync.WaitGroup
		var moved atomic.Int32
		for n := range 8 {
			wg.Go(func() {
				ok, err := s.MoveSession(ctx, was, detached(n, 7).Key, []byte{byte(n)})
				if err != nil {
					t.Error(err)
				}
				if ok {
					moved.Add(1)
				}
			})
		}
		wg.Wait()
		if moved.Load() != 1 {
			t.Errorf("%d moved the session, want 1", moved.Load())
		}
		now, ok, err := s.SessionByID(ctx, was.ID)
		if err != nil || !ok || !now.Detached() || was.Detached() {
			t.Fatalf("SessionByID = %+v, %v, %v", now, ok, err)
		}
		if _, ok, err := s.Session(ctx, was.Key, epoch); ok || err != nil {
			t.Errorf("the old key still finds it: %v, %v", ok, err)
		}
		stale := now
		stale.Sealed = []byte("read before a refresh")
		if ok, err := s.MoveSession(ctx, stale, "elsewhere", nil); ok || err != nil {
			t.Errorf("a session that was changed since was moved: %v, %v", ok, err)
		}
		was.Key, was.Sealed = now.Key, now.Sealed
		if diff := cmp.Diff(was, now); diff != "" {
			t.Errorf("moved (-want +got):\n%s", diff)
		}
	})
}
