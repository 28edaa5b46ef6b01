package store_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func session(n int, viewerID int64) ghpkg.SessionRecord {
	return ghpkg.SessionRecord{
		Key: fmt.Sprintf("key-%d", n), ID: fmt.Sprintf("id-%d", n), ViewerID: viewerID,
		Sealed: []byte{1, 0, 255, byte(n)}, UserAgent: "Firefox",
		CreatedAt: epoch, SeenAt: epoch.Add(time.Duration(n) * time.Minute), ExpiresAt: epoch.Add(time.Hour),
	}
}

func TestSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		one, two, other := session(1, 7), session(2, 7), session(3, 8)
		for _, r := range []ghpkg.SessionRecord{one, two, other} {
			if err := s.InsertSession(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.InsertSession(ctx, one); err == nil {
			t.Error("the same session was added twice")
		}
		got, ok, err := s.Session(ctx, one.Key, epoch)
		if err != nil || !ok {
			t.Fatalf("Session = %v, %v", ok, err)
		}
		if diff := cmp.Diff(one, got); diff != "" {
			t.Errorf("Session (-want +got):\n%s", diff)
		}
		list, err := s.SessionsOf(ctx, 7, epoch)
		if diff := cmp.Diff([]ghpkg.SessionRecord{two, one}, list); diff != "" || err != nil {
			t.Errorf("SessionsOf: %v (-want +got):\n%s", err, diff)
		}
		if _, ok, err := s.TakeSessionOf(ctx, 8, one.ID); ok || err != nil {
			t.Errorf("somebody else's session was taken: %v, %v", ok, err)
		}
		if got, ok, err := s.TakeSessionOf(ctx, 7, one.ID); !ok || err != nil || got.Key != one.Key {
			t.Errorf("TakeSessionOf = %v, %v, %v", got, ok, err)
		}
		if rest, err := s.TakeSessionsOf(ctx, 7); err != nil || len(rest) != 1 || rest[0].Key != two.Key {
			t.Errorf("TakeSessionsOf = %v, %v", rest, err)
		}
		if _, ok, _ := s.Session(ctx, other.Key, epoch); !ok {
			t.Error("another viewer's session is gone")
		}
	})
}

func TestSessionExpiresAndIsRemoved(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		old := session(1, 7)
		if err := s.InsertSession(ctx, old); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Session(ctx, old.Key, old.ExpiresAt); ok || err != nil {
			t.Errorf("expired, but Session = %v, %v", ok, err)
		}
		if list, err := s.SessionsOf(ctx, 7, old.ExpiresAt); len(list) != 0 || err != nil {
			t.Errorf("expired, but SessionsOf = %v, %v", list, err)
		}
		later := session(2, 7)
		later.CreatedAt, later.ExpiresAt = old.ExpiresAt, old.ExpiresAt.Add(time.Hour)
		if err := s.InsertSession(ctx, later); err != nil {
			t.Fatal(err)
		}
		if got, err := s.TakeSessionsLeft(ctx, "", old.ExpiresAt); !slices.Equal(idsOf(got), []string{old.ID}) || err != nil {
			t.Errorf("TakeSessionsLeft = %v, %v; want the expired one, whose token is to be revoked", idsOf(got), err)
		}
	})
}

// TestSignInsThatNobodyFinishedAreRemoved: they hold no token, and anybody can
// begin them.
func TestSignInsThatNobodyFinishedAreRemoved(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		given, young := session(1, 0), session(2, 0)
		young.ExpiresAt = given.ExpiresAt.Add(time.Minute)
		later := session(3, 0)
		later.CreatedAt = given.ExpiresAt
		for _, r := range []ghpkg.SessionRecord{given, young, later} {
			if err := s.InsertSession(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok, err := s.TakeSession(ctx, given.Key); ok || err != nil {
			t.Errorf("the expired row is still there: %v, %v", ok, err)
		}
		if _, ok, err := s.TakeSession(ctx, young.Key); !ok || err != nil {
			t.Errorf("one that can still be finished is gone: %v, %v", ok, err)
		}
	})
}

func TestEndedSessionStaysEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		r := session(1, 7)
		if err := s.InsertSession(ctx, r); err != nil {
			t.Fatal(err)
		}
		r.Sealed, r.ExpiresAt = []byte("new"), epoch.Add(2*time.Hour)
		if ok, err := s.UpdateSession(ctx, r); !ok || err != nil {
			t.Errorf("UpdateSession = %v, %v", ok, err)
		}
		r.SeenAt = epoch.Add(30 * time.Minute)
		if ok, err := s.TouchSession(ctx, r.Key, r.SeenAt, r.ExpiresAt); !ok || err != nil {
			t.Errorf("TouchSession = %v, %v", ok, err)
		}
		got, ok, err := s.TakeSession(ctx, r.Key)
		if diff := cmp.Diff(r, got); diff != "" || !ok || err != nil {
			t.Errorf("TakeSession: %v, %v (-want +got):\n%s", ok, err, diff)
		}
		if ok, err := s.UpdateSession(ctx, r); ok || err != nil {
			t.Errorf("UpdateSession brought it back: %v, %v", ok, err)
		}
		if ok, err := s.TouchSession(ctx, r.Key, r.SeenAt, r.ExpiresAt); ok || err != nil {
			t.Errorf("TouchSession brought it back: %v, %v", ok, err)
		}
	})
}

func TestOneTakesASession(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		if err := s.InsertSession(t.Context(), session(1, 0)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var taken atomic.Int32
		for range 8 {
			wg.Go(func() {
				_, ok, err := s.TakeSession(t.Context(), "key-1")
				if err != nil {
					t.Error(err)
				}
				if ok {
					taken.Add(1)
				}
			})
		}
		wg.Wait()
		if taken.Load() != 1 {
			t.Errorf("%d took the session, want 1", taken.Load())
		}
	})
}
