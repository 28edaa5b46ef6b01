package ghclient

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// newAccount returns an account of a process that is alone, by the real clock.
func newAccount(interval time.Duration) *account {
	return newAccounts(&Options{MutationInterval: interval, Now: time.Now, Sleep: sleep}).of("olivia", sessionKey{})
}

// patientFor waits for at most d.
func patientFor(d time.Duration) patience { return patience{time.Now().Add(d)} }

func TestTurnsKeepTheDistance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(time.Second)
		var ended time.Time
		for range 3 {
			turn, err := a.enter(t.Context(), patientFor(2*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			if !ended.IsZero() && time.Since(ended) != time.Second {
				t.Errorf("%s after the one before", time.Since(ended))
			}
			time.Sleep(300 * time.Millisecond)
			turn.leave(t.Context(), true)
			ended = time.Now()
		}
	})
}

func TestAPersonIsNotKeptWaitingForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(5 * time.Second)
		first, err := a.enter(t.Context(), patientFor(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = a.enter(t.Context(), patientFor(2*time.Second))
		if busy, ok := errors.AsType[*busyError](err); !ok || busy.wait != 5*time.Second || time.Since(start) != 2*time.Second {
			t.Errorf("in use: %v after %s", err, time.Since(start))
		}
		first.leave(t.Context(), true)
		start = time.Now()
		_, err = a.enter(t.Context(), patientFor(2*time.Second))
		if busy, ok := errors.AsType[*busyError](err); !ok || busy.wait != 5*time.Second || time.Since(start) != 0 {
			t.Errorf("too early: %v after %s", err, time.Since(start))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err = a.enter(ctx, patientFor(time.Minute)); !errors.Is(err, context.Canceled) {
			t.Errorf("left: %v", err)
		}
		if turn, err := a.enter(t.Context(), patientFor(time.Minute)); err != nil {
			t.Errorf("the turn was lost: %v", err)
		} else {
			turn.leave(t.Context(), true)
		}
	})
}

// TestAJobWaitsForAsLongAsItLives lets a change take its time, and a job wait
// for it; one that is ended meanwhile has sent nothing, and may come again.
func TestAJobWaitsForAsLongAsItLives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		o := options(t, "https://github.com", "https://api.github.com")
		o.MutationInterval = 20 * time.Second
		o.Transport = transport(func(*http.Request) (*http.Response, error) {
			sent++
			return reply(http.StatusNoContent, ""), nil
		})
		c, ref := New(o).For("t", "olivia").Patient(), mustRef(t, acme(t), ghpkg.NPM, "x")
		start := time.Now()
		for range 3 {
			if err := c.DeletePackage(t.Context(), ref, 1); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took < 40*time.Second || took > 41*time.Second {
			t.Errorf("three changes took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		wantUnsent(t, c.DeletePackage(ctx, ref, 1), fault.RateLimited, fault.CodeBusy)
		if sent != 3 {
			t.Errorf("sent %d times", sent)
		}
	})
}

func TestSleepDoesNotBeginWhatCannotEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := sleep(ctx, 2*time.Second); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

// TestChangesOfOneTokenGoInSeries sends two at once: the second waits, a third
// that would wait too long is told to come back.
func TestChangesOfOneTokenGoInSeries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inside, sent := 0, []time.Time{}
		o := options(t, "https://github.com", "https://api.github.com")
		o.MutationInterval = 1500 * time.Millisecond
		o.Transport = transport(func(*http.Request) (*http.Response, error) {
			if inside++; inside > 1 {
				t.Error("two at a time")
			}
			sent = append(sent, time.Now())
			time.Sleep(200 * time.Millisecond)
			inside--
			return reply(http.StatusNoContent, ""), nil
		})
		c, ref := New(o).For("t", ""), mustRef(t, acme(t), ghpkg.NPM, "x")
		results := make(chan error, 3)
		for range 3 {
			go func() { results <- c.DeletePackage(context.Background(), ref, 1) }()
		}
		busy := 0
		for range 3 {
			if err := <-results; err != nil {
				busy++
				if e := wantFault(t, err, fault.RateLimited, fault.CodeBusy); e.RetryAfter <= 0 {
					t.Errorf("wait %s", e.RetryAfter)
				}
			}
		}
		if busy != 1 || len(sent) != 2 || sent[1].Sub(sent[0]) != 1700*time.Millisecond {
			t.Errorf("%d told to wait, sent at %v", busy, sent)
		}
	})
}
