package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestTotals counts everybody's: of items what is still to be done where
// somebody works, of sessions those of people who are in.
func TestTotals(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s, now := open(t, url), time.UnixMilli(1_800_000_000_000)
		want := store.Totals{
			Operations: map[ghpkg.OperationState]int{},
			Deliveries: map[ghpkg.DeliveryState]int{ghpkg.DeliveryPending: 0, ghpkg.DeliveryDead: 0},
		}
		for _, state := range ghpkg.OperationStates() {
			want.Operations[state] = 0
		}
		if got, err := s.Totals(t.Context(), now); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("of nothing: %+v, %v", got, err)
		}
		for i, state := range append(ghpkg.OperationStates(), ghpkg.OperationRunning) {
			op := ghpkg.Operation{ID: fmt.Sprint(i), Actor: ghpkg.Actor{ID: int64(i)}, Action: ghpkg.ActionDelete, State: state, CreatedAt: now}
			insert(t, s, op, frozen(t, 3, func(item *ghpkg.OperationItem) {
				if item.Seq == 2 {
					item.State = ghpkg.ItemDone
				}
			}))
			want.Operations[state]++
		}
		for i, r := range []ghpkg.SessionRecord{
			{Key: "in", ViewerID: 1, ExpiresAt: now.Add(time.Hour)},
			{Key: "in again", ViewerID: 1, ExpiresAt: now.Add(time.Millisecond)},
			{Key: "another", ViewerID: 2, ExpiresAt: now.Add(time.Hour)},
			{Key: "over", ViewerID: 2, ExpiresAt: now},
			{Key: "signing in", ExpiresAt: now.Add(time.Hour)},
			{Key: ghpkg.DetachedKey + "out", ViewerID: 3, ExpiresAt: now.Add(time.Hour)},
		} {
			r.ID, r.Sealed, r.CreatedAt = fmt.Sprint(i), []byte{1}, now.Add(-time.Hour)
			if err := s.InsertSession(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		undelivered(t, s, now)
		want.Deliveries = map[ghpkg.DeliveryState]int{ghpkg.DeliveryPending: 2, ghpkg.DeliveryDead: 1}
		want.Pending, want.Sessions = 6, 3 // of two that run, and one that waits
		got, err := s.Totals(t.Context(), now)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// undelivered writes down deliveries of each state: two that are to be sent, one
// that was given up, and tests.
func undelivered(t *testing.T, s *store.Store, now time.Time) {
	t.Helper()
	if err := s.AddDestination(t.Context(), ghpkg.Destination{ID: "d", Kind: ghpkg.DestinationWebhook, Sealed: []byte{1}, CreatedAt: now}); err != nil {
		t.Fatal(err)
	}
	for i, d := range []ghpkg.Delivery{
		{Event: ghpkg.NoticeDeleted, State: ghpkg.DeliveryPending},
		{Event: ghpkg.NoticeRestored, State: ghpkg.DeliveryPending},
		{Event: ghpkg.NoticeDeleted, State: ghpkg.DeliveryDead},
		{Event: ghpkg.NoticeDeleted, State: ghpkg.DeliveryDone},
		{Event: ghpkg.NoticePing, State: ghpkg.DeliveryDead},
	} {
		d.ID, d.Destination, d.At, d.DueAt = fmt.Sprint(i), "d", now, now
		if err := s.AddDelivery(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if dead, err := s.DeadDeliveries(t.Context()); err != nil || dead["d"] != 1 {
		t.Errorf("given up: %v, %v; want 1", dead, err)
	}
}
