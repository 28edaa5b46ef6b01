package ledger

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Recorded is a registry whose every change is written down. It has no other
// way to change anything.
type Recorded struct {
	ledger   *Ledger
	actor    ghpkg.Actor
	registry Registry
}

// Apply sends the change to GitHub: written down before, its outcome after. An
// attempt that cannot be written down is not sent. The error is the registry's,
// and the entry says the same in the ledger's words.
func (r *Recorded) Apply(ctx context.Context, c ghpkg.Change) (ghpkg.Entry, error) {
	send, err := r.call(c)
	if err != nil {
		return ghpkg.Entry{}, err
	}
	return r.ledger.Record(ctx, r.entry(c), send)
}

// Record does what the entry says: written down before, its outcome after. What
// cannot be written down is not done. The error is that of do.
func (l *Ledger) Record(ctx context.Context, e ghpkg.Entry, do func(context.Context) error) (ghpkg.Entry, error) {
	e, err := l.begin(ctx, e)
	if err != nil {
		return ghpkg.Entry{}, err
	}
	err = do(ctx)
	e, settleErr := l.settle(ctx, e, settlement(err))
	if settleErr != nil {
		// GitHub has answered, and its answer is what the person must see. The
		// entry stays pending, and becomes unknown within the hour.
		l.logger.ErrorContext(ctx, "the outcome could not be written into the ledger",
			"entry", e.ID, "outcome", e.Outcome, "action", e.Action, "target", e.Target.Name, "error", settleErr)
	}
	return e, err
}

// Deny records that Stockroom itself did not let the change through, and
// returns why as the error.
func (r *Recorded) Deny(ctx context.Context, c ghpkg.Change, why *fault.Error) (ghpkg.Entry, error) {
	e, err := r.ledger.begin(ctx, r.entry(c))
	if err != nil {
		return ghpkg.Entry{}, err
	}
	s := ghpkg.Settlement{Outcome: ghpkg.OutcomeDenied, Message: why.Said, Code: string(why.Code)}
	if e, err = r.ledger.settle(ctx, e, s); err != nil {
		return e, err
	}
	return e, why
}

// GiveUp records an attempt that ended before anything was sent, because of why,
// and returns that as the error.
func (r *Recorded) GiveUp(ctx context.Context, c ghpkg.Change, why *fault.Error) (ghpkg.Entry, error) {
	given := *why
	given.Unsent = true
	return r.ledger.Record(ctx, r.entry(c), func(context.Context) error { return &given })
}

func (r *Recorded) entry(c ghpkg.Change) ghpkg.Entry {
	return ghpkg.Entry{
		ID: c.Entry, Actor: r.actor, Action: c.Action, Target: c.Target,
		Reason: c.Reason, From: c.From, Operation: c.Operation,
	}
}

// call returns the registry's method that makes the change, with its argument.
func (r *Recorded) call(c ghpkg.Change) (func(context.Context) error, error) {
	ref, ok := c.Target.Ref()
	if !ok {
		return nil, invalid(c)
	}
	if c.Target.VersionID == 0 {
		switch c.Action {
		case ghpkg.ActionDelete:
			return func(ctx context.Context) error { return r.registry.DeletePackage(ctx, ref, c.Target.PackageID) }, nil
		case ghpkg.ActionRestore:
			return func(ctx context.Context) error { return r.registry.RestorePackage(ctx, ref) }, nil
		}
		return nil, invalid(c)
	}
	version, ok := c.Target.VersionRef()
	if !ok {
		return nil, invalid(c)
	}
	switch c.Action {
	case ghpkg.ActionDelete:
		return func(ctx context.Context) error { return r.registry.DeleteVersion(ctx, version) }, nil
	case ghpkg.ActionRestore:
		return func(ctx context.Context) error { return r.registry.RestoreVersion(ctx, version) }, nil
	}
	return nil, invalid(c)
}

// begin writes the attempt down, without an outcome.
func (l *Ledger) begin(ctx context.Context, e ghpkg.Entry) (ghpkg.Entry, error) {
	if e.At.IsZero() {
		e.At = l.now()
	}
	if e.ID == "" {
		e.ID = l.ids.next(e.At)
	}
	e.Outcome, e.Message, e.Code = ghpkg.OutcomePending, "", ""
	if err := l.log.Begin(ctx, e); err != nil {
		return ghpkg.Entry{}, internal("ledger.begin", err)
	}
	return e, nil
}

// settleTimeout bounds the writing of an outcome, which goes on after the
// person has closed the page.
const settleTimeout = 5 * time.Second

// settle adds the outcome. The entry it returns has it even if it could not be
// written.
func (l *Ledger) settle(ctx context.Context, e ghpkg.Entry, s ghpkg.Settlement) (ghpkg.Entry, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	s.At = l.now()
	e.Outcome, e.Message, e.Code = s.Outcome, s.Message, s.Code
	if err := l.log.Settle(ctx, e.ID, s); err != nil {
		return e, internal("ledger.settle", err)
	}
	return e, nil
}

// outcomeOf says in the ledger's words what a failure of each kind means for
// the attempt.
func outcomeOf(k fault.Kind) ghpkg.Outcome {
	switch k {
	case fault.Invalid, fault.SignedOut, fault.SSORequired, fault.AppRestricted, fault.MissingScope,
		fault.Forbidden, fault.NotFound, fault.Refused, fault.RateLimited:
		return ghpkg.OutcomeRefused
	case fault.Unknown:
		return ghpkg.OutcomeUnknown
	}
	return ghpkg.OutcomeFailed // Internal, Upstream, Timeout
}

// Unsent reports whether the entry is of an attempt of which nothing was sent:
// whatever was sent and failed says that it was not done.
func Unsent(e ghpkg.Entry) bool {
	waited := []fault.Code{
		fault.CodeBusy, fault.CodeRateLimited, fault.CodeSecondaryLimit, fault.CodeUpstream, fault.CodeTimeout,
	}
	return e.Outcome == ghpkg.OutcomeFailed && slices.Contains(waited, fault.Code(e.Code))
}

// settlement returns what err, the registry's answer, means for the attempt.
func settlement(err error) ghpkg.Settlement {
	if err == nil {
		return ghpkg.Settlement{Outcome: ghpkg.OutcomeDone}
	}
	s := ghpkg.Settlement{Outcome: outcomeOf(fault.KindOf(err)), Code: string(fault.CodeOf(err))}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		s.Message = e.Said
		if e.Unsent {
			s.Outcome = ghpkg.OutcomeFailed // GitHub cannot refuse what it never got
		}
	}
	return s
}

func internal(op string, err error) error {
	return &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: op, Err: err}
}

func notFound(op string) error {
	return &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoEntry, Op: op}
}

func invalid(c ghpkg.Change) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: fault.CodeInvalidRef, Op: "ledger.Apply",
		Args: map[string]any{"Value": c.Target.Name},
	}
}
