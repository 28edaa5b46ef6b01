package operations

import (
	"context"
	"errors"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// outage returns why nothing can be done at GitHub at all, after a request that
// it did not answer properly: that is no outcome of the item, and would be the
// same for all behind it. nil: GitHub answers, so that it is about the item.
func (r *run) outage(ctx context.Context, err error) *fault.Error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || ctx.Err() != nil || e.Kind != fault.Unknown && !unanswered(e.Kind) {
		return nil
	}
	if told := toldToWait(err); told != nil {
		return told
	}
	e, ok = errors.AsType[*fault.Error](r.hand.Up(ctx))
	if !ok || ctx.Err() != nil || !unanswered(e.Kind) {
		return nil
	}
	return e
}

func unanswered(kind fault.Kind) bool { return kind == fault.Upstream || kind == fault.Timeout }

// toldToWait returns the failure with which GitHub said when to come again, or nil.
func toldToWait(err error) *fault.Error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind == fault.RateLimited || e.RetryAfter <= 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: e.Op, Said: e.Said, RetryAfter: e.RetryAfter, Err: e}
}
