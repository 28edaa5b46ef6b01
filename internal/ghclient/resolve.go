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
	gone                    // GitHub shows its place without it: another one has the name, or the package's versions are others
	absent                  // GitHub shows nothing there: it is gone, or hidden from this viewer
	nowhere                 // it is neither there nor among the deleted ones that this viewer may see
)

// finding is what asking found.
type finding struct {
	presence
	deletedAt time.Time   // of what is binned
	header    http.Header // of the answer; may be nil
	err       error       // why it is unclear
}

// outcome is what became of a change that was not answered.
type outcome uint8

const (
	notKnown outcome = iota
	didHappen
	didNot
)

// look asks GitHub what there is now, past every cache.
func (c *Client) look(ctx context.Context, ch *change) finding {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if ch.version == 0 {
		found := c.lookAt(ctx, *ch, getPackage)
		ch.seen = ch.seen || found.presence == present
		return found
	}
	found := c.lookAt(ctx, *ch, getVersion)
	if found.presence == absent {
		return c.lookInBin(ctx, *ch)
	}
	return found
}

// lookAt reads ch's version or package: present, absent or unclear.
func (c *Client) lookAt(ctx context.Context, ch change, op operation) finding {
	type identified struct {
		ID int64 `json:"id"`
	}
	found, header, err := fetch[identified](ctx, c, c.asking(ch, op), nil)
	switch {
	case err == nil && ch.version == 0 && ch.id != 0 && found.ID != 0 && found.ID != ch.id:
		return finding{presence: gone, header: header}
	case err == nil && found.ID != 0:
		return finding{presence: present, header: header}
	case fault.KindOf(err) == fault.NotFound:
		return finding{presence: absent, header: answerOf(err).header}
	}
	return finding{err: err}
}

// asking returns a read in the course of ch.
func (c *Client) asking(ch change, op operation) request {
	return request{
		op:       ch.op,
		endpoint: c.endpointOf(op, target{ch.owner, ch.ref, ch.version}),
		owner:    ch.owner,
		fresh:    true,
	}
}

// lookInBin looks for a version, which is not there, among those that GitHub
// lists as deleted.
func (c *Client) lookInBin(ctx context.Context, ch change) finding {
	var binnedOne *finding
	listing, stop := context.WithCancel(ctx)
	defer stop()
	_, err := c.versionPages(listing, c.asking(ch, listVersions), ghpkg.Deleted, func(page []ghpkg.Version) {
		for _, v := range page {
			if v.ID == ch.version {
				binnedOne = &finding{presence: binned, deletedAt: deref(v.DeletedAt)}
				stop()
			}
		}
	})
	switch {
	case binnedOne != nil:
		return *binnedOne
	case err == nil && c.filtersVersions(ch.owner):
		return finding{presence: nowhere}
	case err == nil:
		return finding{presence: gone}
	case fault.KindOf(err) == fault.NotFound:
		return finding{presence: nowhere, header: answerOf(err).header}
	}
	return finding{err: err}
}

// happened asks what became of ch, which was sent and failed with err.
func (c *Client) happened(ctx context.Context, ch *change, err error, sent time.Time) outcome {
	if neverSent(err) {
		return didNot
	}
	found := c.look(ctx, ch)
	if fault.KindOf(found.err) == fault.Upstream && ctx.Err() == nil && c.gh.opts.Sleep(ctx, askPause) == nil {
		found = c.look(ctx, ch)
	}
	result := ch.outcome(found)
	if result != didNot || fault.KindOf(err) != fault.Timeout {
		return result
	}
	// GitHub may still be at it. What is not done when GitHub's own time for a
	// request is over will not be done any more.
	end, _ := ctx.Deadline()
	wait := sent.Add(overTime).Sub(c.gh.opts.Now())
	if time.Until(end)-wait < lastAskTime || c.gh.opts.Sleep(ctx, wait) != nil {
		return notKnown
	}
	return ch.outcome(c.look(ctx, ch))
}

// outcome concludes from what there is now. That nothing is to be seen where
// this token saw nothing before either says nothing of a deletion.
func (ch *change) outcome(f finding) outcome {
	there := f.presence == present
	lost := f.presence == binned || f.presence == gone
	if f.presence == absent {
		lost = ch.seen || ch.action == ghpkg.ActionRestore // whoever may restore it would see it
	}
	switch deleting := ch.action == ghpkg.ActionDelete; {
	case there && !deleting, lost && deleting:
		return didHappen
	case there, lost:
		return didNot
	}
	return notKnown
}

// settle explains an answer that says for sure what became of ch. A 404 stands
// for many things, so GitHub is asked which. After a second try it may mean
// that the first one, which failed, did it after all.
func (c *Client) settle(ctx context.Context, ch *change, err error, again bool) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	found := c.look(ctx, ch)
	if again && ch.outcome(found) == didHappen {
		return nil
	}
	return c.whyNotFound(*ch, err, found)
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
