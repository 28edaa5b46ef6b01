package ledger

import (
	"context"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Resume finds out what became of a change that was begun at since, under the
// entry that it names, by a process that did not live to see it. It returns nil
// if it happened, a fault of code CodeNotDone if it did not, one of kind Unknown
// if that cannot be found out, and GitHub's refusal if that was written down.
// With these the entry is settled. Any other fault means that GitHub cannot be
// asked now: nothing is settled, and Resume is to be called again.
func (r *Recorded) Resume(ctx context.Context, c ghpkg.Change, since time.Time) error {
	e, begun, err := r.ledger.log.Entry(ctx, c.Entry, ghpkg.VisibleTo{All: true})
	switch {
	case err != nil:
		return internal("ledger.Resume", err)
	case !begun && r.ledger.now().Sub(since) > ghpkg.LeastRetention:
		return lost() // it may have been written down, and removed since
	case !begun:
		return notDone() // what is not written down was not sent
	}
	if err, known := settled(e); known {
		return err
	}
	err = r.registry.Became(ctx, c, since)
	s := settlement(err)
	if err != nil && fault.CodeOf(err) != fault.CodeNotDone && s.Outcome != ghpkg.OutcomeUnknown || s.Outcome == e.Outcome {
		return err
	}
	if _, settleErr := r.ledger.settle(ctx, e, s); settleErr != nil {
		r.ledger.logger.ErrorContext(ctx, "the outcome could not be written into the ledger",
			"entry", e.ID, "outcome", s.Outcome, "change", c.String(), "error", settleErr)
	}
	return err
}

// settled returns what became of the attempt that e is, as a fault, if e says
// it; false if GitHub has to be asked. What failed for a reason that has
// nothing to do with the target is as good as never sent.
func settled(e ghpkg.Entry) (err error, known bool) {
	passing := []fault.Code{
		fault.CodeRateLimited, fault.CodeSecondaryLimit, fault.CodeBusy, fault.CodeSignedOut, fault.CodeTokenRevoked, fault.CodeNotDone,
	}
	code := fault.Code(e.Code)
	switch e.Outcome {
	case ghpkg.OutcomeDone:
		return nil, true
	case ghpkg.OutcomeRefused, ghpkg.OutcomeFailed:
		if slices.Contains(passing, code) {
			return notDone(), true
		}
		if e.Outcome == ghpkg.OutcomeFailed {
			return nil, false // the answer was no answer
		}
		return &fault.Error{Kind: fault.Refused, Code: code, Op: "ledger.Resume", Said: e.Message}, true
	}
	return nil, false
}

func lost() error {
	return &fault.Error{Kind: fault.Unknown, Code: fault.CodeUnknown, Op: "ledger.Resume"}
}

func notDone() error {
	return &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "ledger.Resume"}
}
