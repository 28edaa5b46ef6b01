package ghclient

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The times of a mutation. A web request has 15 s.
const (
	mutationTime  = 14 * time.Second         // from the call to the answer, whatever happens
	answerTime    = 500 * time.Millisecond   // of a request's time, kept for answering it
	askTime       = 5 * time.Second          // of it, kept for asking what became of the change
	lastAskTime   = time.Second              // of that, kept for asking once more
	leastTryTime  = 4 * time.Second          // without which there is no second try
	leastSendTime = 2 * time.Second          // without which it is not begun
	turnPatience  = 2 * time.Second          // how long to wait for the account's earlier mutation
	overTime      = 10500 * time.Millisecond // after which a request is over at GitHub, which gives up after 10 s (GitHub docs)
)

// change is a mutation of a package, or of one of its versions.
type change struct {
	request
	action  ghpkg.Action
	ref     ghpkg.Ref
	version int64 // 0: the package
	id      int64 // of the package; 0: not known
	seen    bool  // this token was shown the package before
}

// DeletePackage deletes a package with all its versions. id is the package's, as
// this token was shown it just before; 0: it was not.
func (c *Client) DeletePackage(ctx context.Context, ref ghpkg.Ref, id int64) error {
	r := c.request("DeletePackage", deletePackage, packageTarget(ref), ghpkg.ActionDelete)
	return c.mutate(ctx, change{request: r, action: ghpkg.ActionDelete, ref: ref, id: id, seen: id != 0})
}

// RestorePackage restores a package that was deleted in the last 30 days.
func (c *Client) RestorePackage(ctx context.Context, ref ghpkg.Ref) error {
	r := c.request("RestorePackage", restorePackage, packageTarget(ref), ghpkg.ActionRestore)
	return c.mutate(ctx, change{request: r, action: ghpkg.ActionRestore, ref: ref})
}

// DeleteVersion deletes a version; of a container, with all its tags.
func (c *Client) DeleteVersion(ctx context.Context, v ghpkg.VersionRef) error {
	r := c.request("DeleteVersion", deleteVersion, versionTarget(v), ghpkg.ActionDelete)
	return c.mutate(ctx, change{request: r, action: ghpkg.ActionDelete, ref: v.Package(), version: v.ID()})
}

// RestoreVersion restores a version that was deleted in the last 30 days.
func (c *Client) RestoreVersion(ctx context.Context, v ghpkg.VersionRef) error {
	r := c.request("RestoreVersion", restoreVersion, versionTarget(v), ghpkg.ActionRestore)
	return c.mutate(ctx, change{request: r, action: ghpkg.ActionRestore, ref: v.Package(), version: v.ID()})
}

// mutate sends ch when the account's turn comes, and does not return before it
// is known what became of it, or mutationTime is over. ctx can end the wait
// for the turn only: a change that is on its way is followed even if nobody
// waits for it any more, so that the ledger gets its outcome.
func (c *Client) mutate(ctx context.Context, ch change) error {
	end, p := endOf(ctx), patience{}
	if !c.patient {
		p.until = time.Now().Add(turnPatience)
	}
	if limit := c.account.limit(); limit != nil {
		return unsent(c.explain(ch.request, nil, limit))
	}
	turn, err := c.account.enter(ctx, p)
	if err != nil {
		return unsent(c.noTurn(ctx, ch, err))
	}
	if c.patient {
		end = time.Now().Add(mutationTime)
	}
	err = c.follow(ctx, ch, turn, end)
	turn.leave(ctx, err == nil)
	return err
}

// noTurn explains why ch was not sent. To a job, whatever kept it waiting is no
// outcome: it may come again.
func (c *Client) noTurn(ctx context.Context, ch change, err error) error {
	_, limited := limitOf(err)
	_, busy := errors.AsType[*busyError](err)
	switch {
	case limited || busy:
	case c.patient:
		err = &busyError{c.account.busyTime(), err}
	case ctx.Err() == nil && !timedOut(err):
		return &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: ch.op, Err: err}
	}
	return c.explain(ch.request, nil, err)
}

// follow sends ch, whose turn it is, and finds out until end what became of it.
func (c *Client) follow(ctx context.Context, ch change, turn *turn, end time.Time) error {
	if time.Until(end) < askTime+leastSendTime {
		return unsent(c.explain(ch.request, nil, context.DeadlineExceeded)) // too late to begin with it
	}
	asking, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	defer cancel()
	sending, cancel := context.WithDeadline(asking, end.Add(-askTime))
	defer cancel()

	sent := c.gh.opts.Now()
	err := c.try(sending, ch)
	switch {
	case heldBack(err):
		return unsent(err)
	case !uncertain(err):
		return c.settle(asking, &ch, err, false)
	}
	outcome := c.happened(asking, &ch, err, sent)
	if outcome == didNot && mayRetry(sending, err) && turn.again(sending) {
		sent = c.gh.opts.Now()
		again := c.try(sending, ch)
		switch {
		case heldBack(again):
			return ch.verdict(outcome, err)
		case !uncertain(again):
			return c.settle(asking, &ch, again, true)
		}
		err = again
		outcome = c.happened(asking, &ch, err, sent)
	}
	return ch.verdict(outcome, err)
}

// endOf returns when a mutation that begins now has to be over: in time for an
// answer to whoever waits until ctx's deadline.
func endOf(ctx context.Context) time.Time {
	end := time.Now().Add(mutationTime)
	if limit, ok := ctx.Deadline(); ok && limit.Add(-answerTime).Before(end) {
		return limit.Add(-answerTime)
	}
	return end
}

// try sends ch once. Only a 204 is a success: a proxy's login page is a 200.
func (c *Client) try(ctx context.Context, ch change) error {
	resp, err := c.send(ctx, ch.request, nil, new(bytes.Buffer))
	if err == nil && resp.StatusCode != http.StatusNoContent {
		return c.explain(ch.request, nil, &answer{status: resp.StatusCode, header: resp.Header})
	}
	return err
}

// heldBack reports whether a limit that another request met meanwhile kept the
// change from being sent.
func heldBack(err error) bool {
	limit, ok := limitOf(err)
	return ok && limit.local
}

// unsent says in the fault that err is that nothing has left.
func unsent(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		e.Unsent = true
	}
	return err
}

// uncertain reports whether the change may have happened in spite of err.
func uncertain(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Upstream || kind == fault.Timeout
}

// mayRetry reports whether a change that was not done is worth another try:
// GitHub itself failed, did not ask to come back later, and there is time.
func mayRetry(ctx context.Context, err error) bool {
	a := answerOf(err)
	if a == nil || a.status < http.StatusInternalServerError || a.header.Get("Retry-After") != "" {
		return false
	}
	end, _ := ctx.Deadline()
	return time.Until(end) >= leastTryTime
}

// neverSent reports whether no connection was made.
func neverSent(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// verdict is the fault of a change that GitHub did not answer properly, or nil
// if it happened nonetheless.
func (ch change) verdict(outcome outcome, err error) error {
	e, _ := errors.AsType[*fault.Error](err)
	verdict := &fault.Error{Op: ch.op, Said: e.Said, RetryAfter: e.RetryAfter, Err: err}
	switch outcome {
	case didHappen:
		return nil
	case didNot:
		verdict.Kind, verdict.Code = fault.Upstream, fault.CodeNotDone
	default:
		verdict.Kind, verdict.Code = fault.Unknown, fault.CodeUnknown
	}
	return verdict
}
