package ghclient

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// presence is what GitHub says of a package or version when it is asked.
type presence uint8

const (
	unclear presence = iota // GitHub could not be asked
	present                 // it is there
	binned                  // GitHub lists it as deleted
	absent                  // it is not there, and GitHub lists no deleted ones to look into
	hidden                  // nothing is to be seen, not even where it should be
)

// finding is what asking found.
type finding struct {
	presence
	deletedAt time.Time   // of what is binned
	header    http.Header // of the answer; may be nil
}

// outcome is what became of a change that was not answered.
type outcome uint8

const (
	notKnown outcome = iota
	didHappen
	didNot
)

// look asks GitHub what there is now, past every cache.
func (c *Client) look(ctx context.Context, ch change) finding {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	op, t := getPackage, packageTarget(ch.ref)
	if ch.version != 0 {
		op, t.version = getVersion, ch.version
	}
	r := c.request("look", op, t, "")
	r.op, r.fresh = ch.op, true
	found, header, err := fetch[struct {
		ID int64 `json:"id"`
	}](ctx, c, r, nil)
	switch {
	case err == nil && found.ID != 0:
		return finding{presence: present, header: header}
	case fault.KindOf(err) != fault.NotFound:
		return finding{}
	case ch.version == 0:
		return finding{presence: absent, header: answerOf(err).header}
	}
	return c.lookInBin(ctx, ch)
}

// lookInBin looks for a version among those that GitHub lists as deleted.
func (c *Client) lookInBin(ctx context.Context, ch change) finding {
	found := finding{presence: hidden}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := c.request("look", listVersions, packageTarget(ch.ref), "")
	r.op, r.fresh = ch.op, true
	_, err := c.versionPages(ctx, r, ghpkg.Deleted, func(page []ghpkg.Version) {
		for _, v := range page {
			if v.ID == ch.version {
				found = finding{presence: binned, deletedAt: deref(v.DeletedAt)}
				stop()
			}
		}
	})
	switch {
	case found.presence == binned:
	case fault.KindOf(err) == fault.NotFound:
		found.header = answerOf(err).header
	case err != nil:
		return finding{}
	case !c.filtersVersions(ch.ref.Owner()):
		found.presence = absent
	}
	return found
}

// happened asks what became of ch, which was sent and failed with err.
func (c *Client) happened(ctx context.Context, ch change, err error, sent time.Time) outcome {
	if neverSent(err) {
		return didNot
	}
	result := ch.outcome(c.look(ctx, ch))
	if result != didNot || fault.KindOf(err) != fault.Timeout {
		return result
	}
	// GitHub may still be at it. What is not done when GitHub's own time for a
	// request is over will not be done any more.
	end, _ := ctx.Deadline()
	over := sent.Add(gitHubTime + 500*time.Millisecond)
	if end.Sub(over) < lastAskTime || sleep(ctx, time.Until(over)) != nil {
		return notKnown
	}
	return ch.outcome(c.look(ctx, ch))
}

// outcome concludes from what there is now.
func (ch change) outcome(f finding) outcome {
	wanted := f.presence == present
	if ch.action == ghpkg.ActionDelete {
		wanted = f.presence == binned || f.presence == absent
	}
	switch {
	case wanted:
		return didHappen
	case f.presence == unclear || f.presence == hidden:
		return notKnown
	}
	return didNot
}

// settle explains an answer that says for sure what became of ch. A 404 stands
// for many things, so GitHub is asked which.
func (c *Client) settle(ctx context.Context, ch change, err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return c.whyNotFound(ch, err, c.look(ctx, ch))
}

// settleAgain is settle for the second try: if GitHub knows nothing to change
// any more, the first one did it after all.
func (c *Client) settleAgain(ctx context.Context, ch change, err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	found := c.look(ctx, ch)
	if ch.outcome(found) == didHappen {
		return nil
	}
	return c.whyNotFound(ch, err, found)
}

// whyNotFound says what a 404 on a change means, by what there is now.
func (c *Client) whyNotFound(ch change, err error, found finding) error {
	a := answerOf(err)
	e := &fault.Error{Kind: fault.NotFound, Code: fault.CodeNotFound, Op: ch.op, Said: a.said, Err: err}
	missing := lacking(a.header, ch.needs)
	if len(missing) == 0 {
		missing = lacking(found.header, ch.needs)
	}
	said, restoring := strings.ToLower(a.said), ch.action == ghpkg.ActionRestore
	switch {
	case restoring && restoreRefusal(said) != fault.CodeRefused:
		e.Kind, e.Code = fault.Refused, restoreRefusal(said)
	case restoring && found.presence == present:
		e.Kind, e.Code = fault.Refused, fault.CodeAlreadyThere
	case restoring && found.presence == binned && c.tooLate(found.deletedAt):
		e.Kind, e.Code = fault.Refused, fault.CodeTooLate
	case !restoring && found.presence == binned:
		e.Kind, e.Code, e.Args = fault.Refused, fault.CodeAlreadyGone, map[string]any{"At": found.deletedAt}
	case found.presence == present || found.presence == binned:
		e.Kind, e.Code = fault.Forbidden, fault.CodeNoAdmin
		if len(missing) > 0 {
			missingScope(e, missing)
		}
	case len(missing) > 0:
		// Nothing is to be seen, which may be for want of a scope.
		e.Fix = &fault.Fix{Kind: fault.FixGrantScope, Scopes: missing}
	}
	return e
}

// tooLate reports whether GitHub no longer restores what was deleted at.
func (c *Client) tooLate(deletedAt time.Time) bool {
	return !deletedAt.IsZero() && c.gh.opts.Now().After(ghpkg.RestorableUntil(deletedAt))
}
