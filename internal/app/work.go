package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghclient"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/queue"
	"github.com/stockroom-dev/stockroom/internal/store"
)

const (
	// haltTimeout is more than the 14 s that the change that is on its way may
	// take when the program ends. What takes longer is asked after by the next process.
	haltTimeout = 15 * time.Second
	sweepEvery  = time.Hour
)

// work is what goes on beside the requests: operations, and the end of sessions
// that nobody needs any more.
type work struct {
	people *auth.Auth
	chores []queue.Chore
	queue  *queue.Queue // nil until start
	// ownTime: operations wait by another clock than the machine's.
	ownTime bool
	life    context.Context
	end     context.CancelFunc

	running sync.WaitGroup
	once    sync.Once
	stopped chan error // holds how it ended, once it has
}

func newWork(people *auth.Auth, chores ...queue.Chore) *work {
	w := &work{people: people, chores: chores, stopped: make(chan error, 1)}
	w.life, w.end = context.WithCancel(context.Background())
	return w
}

// wake makes a viewer's operations be worked on. It is called after start.
func (w *work) wake(ctx context.Context, viewerID int64) error { return w.queue.Wake(ctx, viewerID) }

// start begins to work, first on what an earlier process left.
func (w *work) start(ctx context.Context, db *store.Store, ops *operations.Operations) error {
	if _, alone := db.SQLite(); alone { // nobody else is at work, whatever a killed process left
		if err := errors.Join(db.BreakLeases(ctx), db.BreakTurns(ctx, ghclient.HoldTime)); err != nil {
			return fmt.Errorf("take over what an earlier process left: %w", err)
		}
	}
	var err error
	w.queue, err = queue.Open(ctx, db, queue.Options{
		Work: w.slices(ops.Work), Due: ops.Due, Chores: w.chores, Process: ops.Process, Log: ops.Log,
	})
	if err != nil {
		return err
	}
	if err := w.queue.Start(ctx); err != nil {
		return errors.Join(err, w.queue.Stop(ctx))
	}
	w.running.Go(func() { w.sweep(ops) })
	return nil
}

// lookAgain is how soon it is looked again for the end of a wait by a clock
// that the queue does not know.
const lookAgain = 100 * time.Millisecond

// slices returns the work as the queue does it, which waits by the machine's clock.
func (w *work) slices(do func(context.Context, int64) (time.Duration, error)) func(context.Context, int64) (time.Duration, error) {
	if !w.ownTime {
		return do
	}
	return func(ctx context.Context, viewerID int64) (time.Duration, error) {
		again, err := do(ctx, viewerID)
		return min(again, lookAgain), err
	}
}

// sweep ends the sessions and drafts that nobody needs any more, now and every hour.
func (w *work) sweep(ops *operations.Operations) {
	ticks := time.NewTicker(sweepEvery)
	defer ticks.Stop()
	for {
		w.people.Sweep(w.life)
		ops.Tidy(w.life)
		select {
		case <-ticks.C:
		case <-w.life.Done():
			return
		}
	}
}

// halt lets nothing further begin. It does not wait for what is on its way.
func (w *work) halt() {
	w.once.Do(func() {
		w.end()
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), haltTimeout)
			defer cancel()
			err := w.queue.Stop(ctx)
			w.running.Wait()
			w.stopped <- err
		}()
	})
}

// close waits until all is at rest, or ctx is done.
func (w *work) close(ctx context.Context) error {
	w.halt()
	select {
	case err := <-w.stopped:
		w.stopped <- err // for whoever asks again
		return err
	case <-ctx.Done():
		return fmt.Errorf("what is on its way at GitHub has not ended in time: %w", ctx.Err())
	}
}
