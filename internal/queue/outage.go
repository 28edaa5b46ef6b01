package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// outage tracks whether the database can be reached, which the queue finds out
// twice a second when it asks for jobs. The log says when an outage begins and
// when it ends. Other failures meanwhile have the same cause and are not logged.
// A failure just before the outage was noticed may have it, too, so complaints are
// held until the next answer.
type outage struct {
	log   *slog.Logger
	mu    sync.Mutex
	since time.Time   // when it began; zero: there is none
	held  []complaint // the oldest first
	ended bool        // the queue has stopped, so no further answer comes
}

// complaint is a log line about a failure that an outage may have caused.
type complaint struct {
	at  time.Time
	say func()
}

// complain logs a failure by say, as soon as it is known that no outage caused it.
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

// answered records the outcome of a request for jobs that was made at asked; an
// error means that the database cannot be reached.
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

// end logs what is held: no further answer will tell more.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.release(time.Now())
}

// release logs the complaints made up to a time. The caller holds the lock.
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
func (w watchedExecutor) JobGetAvailable(ctx context.Context, params *riverdriver.JobGetAvailableParams) ([]*rivertype.JobRow, error) {
	asked := time.Now()
	jobs, err := w.Executor.JobGetAvailable(ctx, params)
	w.outage.answered(ctx, asked, err)
	return jobs, err
}
