package notices_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "; ")
}

// TestSign holds the signature against that of `openssl dgst -sha256 -hmac`.
func TestSign(t *testing.T) {
	t.Parallel()
	const want = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	if got := notices.Sign("It's a Secret to Everybody", []byte("Hello, World!")); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestItIsTriedForADay: eight times, further and further apart, always the same
// body under the same id; then it lies there until somebody sends it again.
func TestItIsTriedForADay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, secret := w.add(t, to, nil)
		to.answer(500, 404, 429, 302, 503, 410, 500, 500)
		w.done(t, nil)
		began := w.clock.Now()
		w.work(t)
		tries := 1
		for w.deliveries(t, d)[0].State == ghpkg.DeliveryPending {
			due := w.deliveries(t, d)[0].DueAt
			w.clock.advance(due.Sub(w.clock.Now()) - time.Millisecond)
			w.work(t)
			if n := w.deliveries(t, d)[0].Tries; n != tries {
				t.Fatalf("try %d came too early", n)
			}
			w.clock.advance(time.Millisecond)
			w.work(t)
			tries++
		}
		last := w.deliveries(t, d)[0]
		if took := w.clock.Now().Sub(began); tries != 8 || took < 20*time.Hour || took > 25*time.Hour || last.State != ghpkg.DeliveryDead {
			t.Errorf("%d tries in %v, then %s", tries, took, last.State)
		}
		if dead, err := w.Dead(t.Context()); dead[d.ID] != 1 || err != nil {
			t.Errorf("Dead = %v, %v", dead, err)
		}
		w.clock.advance(24 * time.Hour)
		w.work(t)
		if err := w.Resend(t.Context(), w.log.NewID(), last.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("sent again as if it were another's: %v", err)
		}
		if err := w.Resend(t.Context(), d.ID, last.ID); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		got := to.all()
		for _, one := range got {
			if one.delivery != last.ID || one.body != got[0].body || !one.signed(secret) {
				t.Errorf("another notice came: %+v", one)
			}
		}
		if state := w.deliveries(t, d)[0].State; len(got) != 9 || state != ghpkg.DeliveryDone {
			t.Errorf("arrived %d times, then %s", len(got), state)
		}
	})
}

// TestNoAnswerIsNoArrival: where nobody listens it is tried again, like after a
// bad answer, and what is kept says why.
func TestNoAnswerIsNoArrival(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, _ := w.add(t, to, nil)
		to.Close()
		w.done(t, nil)
		w.work(t)
		got := w.deliveries(t, d)[0]
		if got.State != ghpkg.DeliveryPending || got.Status != 0 || got.Tries != 1 || !strings.Contains(got.Answer, "refused") {
			t.Errorf("nobody listens: %+v", got)
		}
		if now := w.clock.Now(); !got.TriedAt.Equal(now) || !got.DueAt.Equal(now.Add(time.Minute)) {
			t.Errorf("tried at %s, due at %s; it is %s", got.TriedAt, got.DueAt, now)
		}
		if err := w.Resend(t.Context(), d.ID, w.log.NewID()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("what there never was is sent again: %v", err)
		}
	})
}

// TestWhatIsPausedIsNotSentTo, and gets what was pending once it goes on.
func TestWhatIsPausedIsNotSentTo(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, _ := w.add(t, to, nil)
		to.answer(http.StatusInternalServerError)
		w.done(t, nil)
		w.work(t)
		to.all()
		if err := w.Pause(t.Context(), olivia(), d.ID); err != nil {
			t.Fatal(err)
		}
		w.clock.advance(time.Hour)
		w.work(t)
		if got := to.events(); got != "" {
			t.Errorf("while it is paused came %s", got)
		}
		if err := w.Resume(t.Context(), olivia(), d.ID); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		if got := to.events(); got != "deleted team/web" {
			t.Errorf("then came %q", got)
		}
	})
}

// TestNothingIsLostWhenAProcessDies: what one has taken and not settled comes to
// another, under the same id.
func TestNothingIsLostWhenAProcessDies(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, _ := w.add(t, to, nil)
		w.done(t, nil)
		if _, err := w.Work(cancelled(t)); err == nil {
			t.Log("a program that was ending has read the news already")
		}
		to.answer(500)
		w.work(t)
		first := w.deliveries(t, d)[0]
		w.clock.advance(first.DueAt.Sub(w.clock.Now()))
		taken, err := w.db.TakeDelivery(t.Context(), first, w.clock.Now().Add(time.Minute)) // and dies
		if !taken || err != nil {
			t.Fatal(taken, err)
		}
		w.work(t)
		if got := to.all(); len(got) != 1 {
			t.Errorf("sent %d times while another has it", len(got))
		}
		w.clock.advance(time.Minute)
		w.work(t)
		if got := to.all(); len(got) != 1 || got[0].delivery != first.ID {
			t.Errorf("then came %+v", got)
		}
		if late := w.deliveries(t, d)[0]; late.State != ghpkg.DeliveryDone || late.Tries != 3 {
			t.Errorf("in the end: %+v", late)
		}
	})
}

// TestReplicasSendOnce: whoever of several is faster, each event comes once.
func TestReplicasSendOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		w.add(t, to, nil)
		replicas := []*notices.Notices{w.Notices, w.portal(t, here(), "a"), w.portal(t, here(), "a")}
		const events = 30
		for i := range events {
			w.done(t, func(e *ghpkg.Entry) { e.Target.Name = fmt.Sprint("n", i) })
		}
		var working sync.WaitGroup
		for _, n := range replicas {
			working.Go(func() {
				if _, err := n.Work(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		working.Wait()
		w.work(t)
		names, ids := map[string]int{}, map[string]int{}
		for _, one := range to.all() {
			names[one.news.Target.Name]++
			ids[one.delivery]++
		}
		if len(names) != events || len(ids) != events {
			t.Fatalf("%d events came under %d ids, want %d", len(names), len(ids), events)
		}
		for name, n := range names {
			if n != 1 {
				t.Errorf("%s came %d times", name, n)
			}
		}
	})
}

func TestPing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, secret := w.add(t, to, func(d *notices.Wanted) { d.Events = []ghpkg.NoticeEvent{ghpkg.NoticeDeleted} })
		sent, err := w.Ping(t.Context(), d.ID)
		if got := to.all(); err != nil || sent.Status != 200 || len(got) != 1 || got[0].event != "ping" || !got[0].signed(secret) {
			t.Errorf("%+v, %v; came %+v", sent, err, got)
		}
		to.answer(http.StatusFound)
		sent, err = w.Ping(t.Context(), d.ID)
		if got := to.all(); err != nil || sent.Status != http.StatusFound || sent.State != ghpkg.DeliveryDead || len(got) != 1 {
			t.Errorf("a redirect: %+v, %v; came %d", sent, err, len(got))
		}
		w.clock.advance(24 * time.Hour)
		w.work(t)
		if got := to.all(); len(got) != 0 {
			t.Errorf("a test was tried again: %+v", got)
		}
		if _, err := w.Ping(t.Context(), "nobody"); err == nil {
			t.Error("nobody was sent a test")
		}
	})
}

// TestWhatComesBackIsBounded: no more than a bit of it is kept, and it is not
// waited for long.
func TestWhatComesBackIsBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		to.say = strings.Repeat("\xff\x00 no ", 1<<20)
		d, _ := w.add(t, to, nil)
		sent, err := w.Ping(t.Context(), d.ID)
		if err != nil || sent.Status != 200 || len(sent.Answer) > 3<<10 {
			t.Errorf("kept %d bytes, status %d: %v", len(sent.Answer), sent.Status, err)
		}
		w.HurryUp(time.Nanosecond)
		sent, err = w.Ping(t.Context(), d.ID)
		if err != nil || sent.Status != 0 || !strings.Contains(sent.Answer, "no answer") {
			t.Errorf("without an answer: %+v, %v", sent, err)
		}
	})
}

// TestTheAddressIsASecret: it is in no row, no answer and no log, and opens with
// the key alone; a new key takes over.
func TestTheAddressIsASecret(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, secret := w.add(t, to, nil)
		rotated, fresh := w.portal(t, here(), "b", "a"), w.portal(t, here(), "b")
		if sent, err := fresh.Ping(t.Context(), d.ID); err != nil || sent.Status != 0 || !strings.Contains(sent.Answer, "not configured") {
			t.Errorf("without the key: %+v, %v", sent, err)
		}
		if _, err := rotated.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if sent, err := fresh.Ping(t.Context(), d.ID); err != nil || sent.Status != 200 {
			t.Errorf("with the new key alone: %+v, %v", sent, err)
		}
		to.Close()
		sent, err := fresh.Ping(t.Context(), d.ID)
		if err != nil || sent.Status != 0 || sent.Answer == "" || strings.Contains(sent.Answer, "hush") {
			t.Errorf("a closed door: %+v, %v", sent, err)
		}
		all, err := w.Destinations(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		for _, hidden := range []string{secret, "hush", "/hook"} {
			if bytes.Contains(all[0].Sealed, []byte(hidden)) {
				t.Errorf("%q can be read in the database", hidden)
			}
		}
	})
}
