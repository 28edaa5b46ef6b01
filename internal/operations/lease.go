package operations

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// The times of a lease. They are by the real clock, as processes live by it.
const (
	leaseTime = 6 * time.Second
	renewTime = 1500 * time.Millisecond
	writeTime = 5 * time.Second // for writing down what is known, also while the process ends
)

// errLeaseLost is the cause of the end of a lease's context when somebody else
// may be at work by now.
var errLeaseLost = errors.New("the lease of the viewer's operations is lost")

// lease is the right to work on one viewer's operations, as long as ctx lives.
type lease struct {
	o        *Operations
	ctx      context.Context
	viewerID int64
	holder   string
	end      context.CancelCauseFunc
	kept     chan struct{} // closed when nobody renews it any more
	tick     atomic.Pointer[func(context.Context)]
}

// lease takes the viewer's lease and keeps it until it is given back; nil if
// somebody else has it, also within this process.
func (o *Operations) lease(ctx context.Context, viewerID int64) (*lease, error) {
	l := &lease{o: o, viewerID: viewerID, holder: o.Process + "/" + o.NewID(), kept: make(chan struct{})}
	until := time.Now().Add(leaseTime)
	if ok, err := o.Store.Lease(ctx, viewerID, l.holder, time.Now(), until); err != nil || !ok {
		return nil, err
	}
	l.ctx, l.end = context.WithCancelCause(ctx)
	go l.keep(until)
	return l, nil
}

// keep renews the lease. It ends its context in time if that does not work out.
func (l *lease) keep(until time.Time) {
	defer close(l.kept)
	ticker := time.NewTicker(renewTime)
	defer ticker.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-ticker.C:
		}
		next := time.Now().Add(leaseTime)
		ok, err := l.renew(until, next)
		switch {
		case ok:
			until = next
		case err == nil || time.Until(until) < renewTime:
			l.end(errLeaseLost)
			return
		}
		if tick := l.tick.Load(); tick != nil {
			(*tick)(l.ctx)
		}
	}
}

func (l *lease) renew(until, next time.Time) (bool, error) {
	ctx, cancel := context.WithDeadline(l.ctx, until.Add(-renewTime/2))
	defer cancel()
	return l.o.Store.Lease(ctx, l.viewerID, l.holder, time.Now(), next)
}

// giveBack lets somebody else work.
func (l *lease) giveBack() {
	l.end(nil)
	<-l.kept
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
