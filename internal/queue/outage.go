package queue

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// outage is whether the database is away, as the queue finds out twice a second
// when it asks for jobs. It is told when that begins, and when it ends.
type outage struct {
	log   *slog.Logger
	since atomic.Pointer[time.Time] // nil: there is none
}

func (o *outage) on() bool { return o.since.Load() != nil }

// felt notes how the database answered.
func (o *outage) felt(ctx context.Context, err error) {
	if err == nil {
		if began := o.since.Swap(nil); began != nil {
			o.log.InfoContext(ctx, "the database answers the queue again", "after", time.Since(*began).Round(time.Millisecond).String())
		}
		return
	}
	if now := time.Now(); o.since.CompareAndSwap(nil, &now) {
		o.log.WarnContext(ctx, "the database does not answer the queue; this is said once until it does", "error", err)
	}
}

// feeling is a River's executor that tells an outage.
type feeling struct {
	riverdriver.Executor
	outage *outage
}

// JobGetAvailable asks for jobs.
func (f feeling) JobGetAvailable(ctx context.Context, params *riverdriver.JobGetAvailableParams) ([]*rivertype.JobRow, error) {
	jobs, err := f.Executor.JobGetAvailable(ctx, params)
	f.outage.felt(ctx, err)
	return jobs, err
}
