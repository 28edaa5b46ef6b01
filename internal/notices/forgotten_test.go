package notices_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestOldDeliveriesAreForgotten after a month, but never one that is yet to be sent.
func TestOldDeliveriesAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, _ := w.add(t, to, nil)
		w.done(t, nil)
		w.work(t)
		to.answer(http.StatusInternalServerError)
		w.done(t, nil)
		w.work(t)
		if err := w.Pause(t.Context(), olivia(), d.ID); err != nil {
			t.Fatal(err)
		}
		for day := 1; day <= 40; day++ {
			w.clock.advance(24 * time.Hour)
			w.work(t)
			want := 2
			if day > 30 {
				want = 1
			}
			if got := w.deliveries(t, d); len(got) != want || got[0].State != ghpkg.DeliveryPending {
				t.Fatalf("after %d days: %+v; want %d", day, got, want)
			}
		}
	})
}
