package ghclient

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPacerKeepsTheDistance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(time.Second)
		var ended time.Time
		for range 3 {
			leave, err := p.enter(t.Context(), 2*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if !ended.IsZero() && time.Since(ended) != time.Second {
				t.Errorf("%s after the one before", time.Since(ended))
			}
			time.Sleep(300 * time.Millisecond)
			leave()
			ended = time.Now()
		}
	})
}

func TestPacerIsNotPatientForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(5 * time.Second)
		leave, err := p.enter(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = p.enter(t.Context(), 2*time.Second)
		if busy, ok := errors.AsType[*busyError](err); !ok || busy.wait != 5*time.Second || time.Since(start) != 2*time.Second {
			t.Errorf("in use: %v after %s", err, time.Since(start))
		}
		leave()
		start = time.Now()
		_, err = p.enter(t.Context(), 2*time.Second)
		if busy, ok := errors.AsType[*busyError](err); !ok || busy.wait != 5*time.Second || time.Since(start) != 0 {
			t.Errorf("too early: %v after %s", err, time.Since(start))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err = p.enter(ctx, time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("left: %v", err)
		}
		if leave, err = p.enter(t.Context(), time.Minute); err != nil {
			t.Errorf("the turn was lost: %v", err)
		} else {
			leave()
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
