package operations

import (
	"context"
	"sync/atomic"
	"time"
)

// The times of a lease. They are by the real clock, as processes live by it.
const (
	leaseTime = 6 * time.Second
	renewTime = 1500 * time.Millisecond
	writeTime = 5 * time.Second // for writing down what is known, also while the process ends
)

// lease is the right to work on one viewer's operations, as long as ctx lives;
// and to settle what is on its way after that, as long as it is not lost.
type lease struct {
	o        *Operations
	ctx      context.Context
	viewerID int64
	holder   string
	end      context.CancelFunc // of ctx
	stop     context.CancelFunc // of renewing it
	kept     chan struct{}      // closed when nobody renews it any more
	lost     atomic.Bool        // somebody else may be at work by now
	tick     atomic.Pointer[func(context.Context)]
}

// lease takes the viewer's lease and keeps it until it is given back, also when
// ctx is done before: a change that was sent is followed to its end. nil if
// somebody else has it, also within this process.
func (o *Operations) lease(ctx context.Context, viewerID int64) (*lease, error) {
	l := &lease{o: o, viewerID: viewerID, holder: o.Process + "/" + o.NewID(), kept: make(chan struct{})}
	until := time.Now().Add(leaseTime)
	if ok, err := o.Store.Lease(ctx, viewerID, l.holder, time.Now(), until); err != nil || !ok {
		return nil, err
	}
	l.ctx, l.end = context.WithCancel(ctx)
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.keep(keeping, until)
	return l, nil
}

// keep renews the lease. It ends the lease's context in time if that does not
// work out.
func (l *lease) keep(ctx context.Context, until time.Time) {
	defer close(l.kept)
	ticker := time.NewTicker(renewTime)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		next := time.Now().Add(leaseTime)
		ok, err := l.renew(ctx, until, next)
		switch {
		case ok:
			until = next
		case ctx.Err() != nil:
			return
		case err == nil || time.Until(until) < renewTime:
			l.lost.Store(true)
			l.end()
			return
		}
		if tick := l.tick.Load(); tick != nil {
			(*tick)(l.ctx)
		}
	}
}

func (l *lease) renew(ctx context.Context, until, next time.Time) (bool, error) {
	ctx, cancel := context.WithDeadline(ctx, until.Add(-renewTime/2))
	defer cancel()
	return l.o.Store.Lease(ctx, l.viewerID, l.holder, time.Now(), next)
}

// giveBack lets somebody else work.
func (l *lease) giveBack() {
	l.stop()
	<-l.kept
	l.end()
	ctx, cancel := lasting(l.ctx)
	defer cancel()
	if err := l.o.Store.Unlease(ctx, l.viewerID, l.holder); err != nil {
		l.o.Log.WarnContext(ctx, "a lease could not be given back", "viewer", l.viewerID, "error", err)
	}
}

// lasting returns a context for writing down what is known already, which
// outlives the work.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), writeTime)
}
