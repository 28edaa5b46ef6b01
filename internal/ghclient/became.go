package ghclient

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Became asks what became of a change that was begun at since by a process that
// did not live to see it: nil if it happened, a fault of code CodeNotDone if it
// did not and will not any more, and one of kind Unknown if GitHub cannot say:
// of a package that it does not show, for instance, to a viewer from whom it may
// hide one. Any other fault says why GitHub cannot be asked now.
func (c *Client) Became(ctx context.Context, begun ghpkg.Change, since time.Time) error {
	ch, err := c.begun(begun)
	if err != nil {
		return err
	}
	latest, idle, err := c.account.idleSince(ctx, since)
	if err != nil {
		return &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: ch.op, Err: err}
	}
	if idle {
		return ch.verdict(didNot, ch.unanswered())
	}
	// The request may have left long after since: it waited for its turn.
	over := later(since, latest).Add(overTime)
	for {
		// What is read is as old as the question, not as the answer.
		asked := c.gh.opts.Now()
		outcome, err := c.lookAgain(ctx, &ch)
		switch {
		case err != nil:
			return err
		case outcome == didNot && asked.Before(over):
			if err := c.gh.opts.Sleep(ctx, over.Sub(asked)); err != nil {
				return c.explain(ch.request, nil, err)
			}
		default:
			return ch.verdict(outcome, ch.unanswered())
		}
	}
}

// begun returns the change that a ledger's one was sent as.
func (c *Client) begun(begun ghpkg.Change) (change, error) {
	const op = "Became"
	ref, ok := begun.Target.Ref()
	if !ok || begun.Action != ghpkg.ActionDelete && begun.Action != ghpkg.ActionRestore {
		return change{}, noAddress(op, begun.Target)
	}
	ch := change{action: begun.Action, ref: ref, id: begun.Target.PackageID}
	if begun.Target.VersionID == 0 {
		ch.request = c.request(op, getPackage, packageTarget(ref), begun.Action)
		return ch, nil
	}
	v, ok := begun.Target.VersionRef()
	if !ok {
		return change{}, noAddress(op, begun.Target)
	}
	ch.version = v.ID()
	ch.request = c.request(op, getVersion, versionTarget(v), begun.Action)
	return ch, nil
}

// noAddress is the fault of a target that cannot be at GitHub.
func noAddress(op string, t ghpkg.Target) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: fault.CodeInvalidRef, Op: "ghclient." + op, Args: map[string]any{"Value": t.Name},
	}
}

// unanswered is the fault of a change whose answer nobody got.
func (ch change) unanswered() error {
	return &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: ch.op}
}

// later returns the later of two moments.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// How often GitHub is asked that fails to answer, and the first pause before it
// is asked again, which doubles.
const (
	askTries = 4
	askPause = time.Second
)

// lookAgain asks what became of ch until GitHub says something. The error is
// why it must not, or cannot, be asked with this token now.
func (c *Client) lookAgain(ctx context.Context, ch *change) (outcome, error) {
	for try := range askTries {
		if try > 0 {
			if err := c.gh.opts.Sleep(ctx, askPause<<(try-1)); err != nil {
				return notKnown, c.explain(ch.request, nil, err)
			}
		}
		found := c.lookAround(ctx, ch, c.look(ctx, ch))
		switch kind := fault.KindOf(found.err); {
		case found.presence == absent && len(lacking(found.header, ch.needs)) > 0:
			return notKnown, nil // it may be there, and hidden for want of a scope
		case found.err == nil:
			return ch.outcome(found), nil
		case ctx.Err() != nil, kind == fault.RateLimited, kind == fault.SignedOut:
			return notKnown, found.err
		case kind != fault.Upstream && kind != fault.Timeout:
			return notKnown, nil // asking again changes nothing
		}
	}
	return notKnown, nil
}

// lookAround adds to what was found whether GitHub would show a package that is
// to be deleted to this viewer at all: who saw it before may have lost access
// since. From its owner nothing is hidden.
func (c *Client) lookAround(ctx context.Context, ch *change, found finding) finding {
	if found.presence != absent || ch.action != ghpkg.ActionDelete || ch.seen || len(lacking(found.header, ch.needs)) > 0 {
		return found
	}
	owns, err := c.ownsAll(ctx, ch)
	switch {
	case err != nil:
		return finding{err: err}
	case !owns || ch.id == 0:
		return finding{presence: nowhere, header: found.header}
	}
	return finding{presence: gone, header: found.header}
}

// ownsAll reports whether the viewer is the owner of ch's packages, or one of the
// organization's owners.
func (c *Client) ownsAll(ctx context.Context, ch *change) (bool, error) {
	if ch.owner.Kind() != ghpkg.Organization {
		return c.owns(ch.owner), nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	r := request{op: ch.op, endpoint: membershipOf(ch.owner.Login()), owner: ch.owner, needs: ghpkg.Scopes{ghpkg.ScopeReadOrg}, fresh: true}
	is, _, err := fetch[wireMembership](ctx, c, r, nil)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return false, nil
	case err != nil:
		return false, err
	}
	return is.State == "active" && ghpkg.Role(is.Role) == ghpkg.RoleAdmin, nil
}

// Look returns what GitHub shows under the target's address now, past every
// cache, by exactly one call; a fault of kind NotFound if it shows nothing.
func (c *Client) Look(ctx context.Context, t ghpkg.Target) (ghpkg.Target, error) {
	ref, ok := t.Ref()
	if !ok {
		return ghpkg.Target{}, noAddress("Look", t)
	}
	if t.VersionID != 0 {
		return c.lookAtVersion(ctx, t)
	}
	r := c.request("Look", getPackage, packageTarget(ref), "")
	r.fresh = true
	w, _, err := fetch[wirePackage](ctx, c, r, nil)
	if err == nil && w.ID == 0 {
		err = c.explain(r, nil, errNoAnswer)
	}
	if err != nil {
		return ghpkg.Target{}, err
	}
	return ghpkg.TargetOf(w.value(c.gh.opts.WebURL, ref.Owner(), ref.Type())), nil
}

// lookAtVersion is Look for a version; what is not asked for stays as it was.
func (c *Client) lookAtVersion(ctx context.Context, t ghpkg.Target) (ghpkg.Target, error) {
	v, ok := t.VersionRef()
	if !ok {
		return ghpkg.Target{}, noAddress("Look", t)
	}
	r := c.request("Look", getVersion, versionTarget(v), "")
	r.fresh = true
	w, _, err := fetch[wireVersion](ctx, c, r, nil)
	if err == nil && w.ID == 0 {
		err = c.explain(r, nil, errNoAnswer)
	}
	if err != nil {
		return ghpkg.Target{}, err
	}
	seen := w.value(c.gh.opts.WebURL)
	t.VersionID, t.VersionName, t.Tags = seen.ID, seen.Name, seen.Tags
	return t, nil
}
