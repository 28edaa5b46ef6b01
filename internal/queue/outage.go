package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// outage is whether the database is away, as the queue finds out twice a second
// when it asks for jobs. It is told when that begins, and when it ends. What
// else fails while it lasts is because of it, and not told; nor is what failed
// before anybody had asked for jobs, hence complaints wait until that is known.
type outage struct {
	log   *slog.Logger
	mu    sync.Mutex
	since time.Time   // zero: there is none
	held  []complaint // the oldest first
	ended bool        // nobody asks any more
}

// complaint is what failed, and may be because of an outage.
type complaint struct {
	at  time.Time
	say func()
}

// complain says what failed once it is known that no outage is to blame.
func (o *outage) complain(say func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case !o.since.IsZero():
	case o.ended:
		say()
	default:
		o.held = append(o.held, complaint{time.Now(), say})
	}
}

// answered notes whether the database answered (err is nil) what it was asked then.
func (o *outage) answered(ctx context.Context, asked time.Time, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch away := !o.since.IsZero(); {
	case err != nil && !away:
		o.since, o.held = time.Now(), nil
		o.log.WarnContext(ctx, "the database does not answer the queue; this is said once until it does", "error", err)
	case err == nil && away:
		o.log.InfoContext(ctx, "the database answers the queue again", "after", time.Since(o.since).Round(time.Millisecond).String())
		o.since = time.Time{}
	case err == nil:
		o.release(asked)
	}
}

// end says what is held, since nothing more will be known.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.release(time.Now())
}

// release says what failed up to a time. The caller holds the lock.
func (o *outage) release(until time.Time) {
	for len(o.held) > 0 && !o.held[0].at.After(until) {
		o.held[0].say()
		o.held = o.held[1:]
	}
}

// watchedExecutor is a River executor that reports to an outage how the database answers.
type watchedExecutor struct {
	riverdriver.Executor
	outage *outage
}

// JobGetAvailable asks for jobs.
func (f watchedExecutor) JobGetAvailable(ctx context.Context, params *riverdriver.JobGetAvailableParams) ([]*rivertype.JobRow, error) {
	asked := time.Now()
	jobs, err := f.Executor.JobGetAvailable(ctx, params)
	f.outage.answered(ctx, asked, err)
	return jobs, err
}
