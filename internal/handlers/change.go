package handlers

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// subject is what a change is about, as far as GitHub and the ledger show it.
// Parts that nobody shows are zero but for their address: whether the change
// is possible all the same is for GitHub to say.
type subject struct {
	path    link.Path
	action  ghpkg.Action
	pkg     ghpkg.Package
	version *ghpkg.Version // nil: the package as a whole
	deleted *ghpkg.DeletedPackage
}

func (s subject) ref() ghpkg.Ref { return s.path.Ref }

// whole reports whether the change is about the package as a whole.
func (s subject) whole() bool { return s.path.Version.ID() == 0 }

// target returns the subject as the ledger writes it down.
func (s subject) target() ghpkg.Target {
	if s.version != nil {
		return ghpkg.TargetOfVersion(s.pkg, *s.version)
	}
	if s.whole() && s.pkg.ID == 0 && s.deleted != nil {
		return s.deleted.Target
	}
	t := ghpkg.TargetOf(s.pkg)
	t.VersionID = s.path.Version.ID()
	return t
}

// look finds out what the change is about. The error is why parts of it are not
// known.
func (h *edge) look(c echo.Context, s *auth.Session, p link.Path) (subject, error) {
	found := subject{path: p, action: ghpkg.Action(p.Action)}
	found.pkg = ghpkg.Package{Owner: p.Ref.Owner(), Type: p.Ref.Type(), Name: p.Ref.Name()}
	ctx := c.Request().Context()
	if found.whole() && found.action == ghpkg.ActionRestore {
		if d, ok := h.deletedHere(ctx, s, p.Ref); ok {
			found.deleted = &d
		}
		return found, nil
	}
	if found.whole() {
		pkg, err := h.GitHub.Registry(s).Package(ctx, p.Ref)
		if err == nil {
			found.pkg = pkg
		}
		return found, err
	}
	pkg, v, err := h.packageAndVersion(c, s, p.Version)
	if pkg.ID != 0 {
		found.pkg = pkg
	}
	if v.ID != 0 {
		found.version = &v
	}
	return found, err
}

// lookTimeout bounds the look at the subject before a change, so that the
// change itself has time left.
const lookTimeout = 4 * time.Second

// lookFirst is look just before a change. The fault is why nothing may be sent:
// GitHub did not say what would be deleted. If it says no, its answer to the
// change says that, too.
func (h *edge) lookFirst(c echo.Context, s *auth.Session, p link.Path) (subject, *fault.Error) {
	request := c.Request()
	ctx, cancel := context.WithTimeout(request.Context(), lookTimeout)
	defer cancel()
	found, err := h.look(c.Echo().NewContext(request.WithContext(ctx), c.Response()), s, p)
	if err == nil || found.action != ghpkg.ActionDelete {
		return found, nil
	}
	switch e := asFault(err); e.Kind {
	case fault.Upstream, fault.Timeout, fault.RateLimited, fault.Internal:
		return found, e
	}
	return found, nil
}

// change deletes or restores what the form was about.
func (h *edge) change(c echo.Context, s *auth.Session, p link.Path) error {
	if err := checkFormat(c.Request(), formatJSON); err != nil {
		return err
	}
	if err := c.Request().ParseForm(); err != nil {
		return unreadableForm(err)
	}
	found, unseen := h.lookFirst(c, s, p)
	change := ghpkg.Change{
		Action: found.action, Target: found.target(),
		Reason: strings.TrimSpace(c.FormValue("reason")), From: clientOf(c.Request()),
	}
	ctx, changer := c.Request().Context(), h.GitHub.Changer(s)
	if no := h.denied(c, "handlers.change"); no != nil {
		change.Reason = strings.ToValidUTF8(change.Reason[:min(len(change.Reason), maxReason)], "")
		entry, err := changer.Deny(ctx, change, no)
		return h.refused(c, s, found, entry, err)
	}
	if err := h.check(c, found, change); err != nil {
		return h.refused(c, s, found, ghpkg.Entry{}, err)
	}
	if unseen != nil {
		entry, err := changer.GiveUp(ctx, change, unseen)
		return h.refused(c, s, found, entry, err)
	}
	entry, err := changer.Apply(ctx, change)
	if mayHaveChanged(entry) {
		h.Inventory.Changed(context.WithoutCancel(ctx), p.Ref)
	}
	if err != nil {
		return h.refused(c, s, found, entry, h.alreadyGone(ctx, s, found, err))
	}
	return h.done(c, found, entry)
}

// mayHaveChanged reports whether an attempt may have changed something. What was
// refused did not, and must not make everybody's listings be fetched again.
func mayHaveChanged(e ghpkg.Entry) bool {
	switch e.Outcome {
	case ghpkg.OutcomeDone, ghpkg.OutcomeUnknown:
		return true
	case ghpkg.OutcomeFailed:
		return !ledger.Unsent(e)
	}
	return false
}

// maxReason bounds what is written into the ledger.
const maxReason = 2000

// check is Stockroom's own judgement of the form, before anything is sent.
func (h *edge) check(c echo.Context, found subject, change ghpkg.Change) error {
	e := &fault.Error{Kind: fault.Invalid, Op: "handlers.change"}
	switch {
	case len(change.Reason) > maxReason:
		e.Code, e.Args = fault.CodeInvalidForm, map[string]any{"Name": "reason"}
	case found.whole() && found.action == ghpkg.ActionDelete && c.FormValue("confirm") != found.ref().Name():
		e.Code, e.Args = fault.CodeWrongConfirm, map[string]any{"Name": found.ref().Name()}
	case c.FormValue("id") != "" && found.pkg.ID != 0 && c.FormValue("id") != id(found.pkg.ID):
		e.Kind, e.Code = fault.Refused, fault.CodeReplaced
	case c.FormValue("shown") != "" && found.shown() != "" && c.FormValue("shown") != found.shown():
		e.Kind, e.Code = fault.Refused, fault.CodeChanged
	default:
		return nil
	}
	return e
}

func unreadableForm(err error) error {
	e := asFault(err)
	if e.Code != fault.CodeTooLarge {
		e.Kind, e.Code, e.Args = fault.Invalid, fault.CodeInvalidForm, map[string]any{"Name": "?"}
	}
	return e
}

// answerJSON is how a change ended, for programs.
type answerJSON struct {
	Outcome string `json:"outcome"`
	Message string `json:"message"`
	Ledger  string `json:"ledger,omitempty"`
	Path    string `json:"path,omitempty"`
}

// done answers after a change that GitHub made.
func (h *edge) done(c echo.Context, found subject, entry ghpkg.Entry) error {
	switch {
	case format(c.Request()) == formatJSON:
		return jsonAnswer(c, http.StatusOK, answerJSON{
			Outcome: past(found.action), Message: h.flashText(c, entry),
			Ledger: link.LedgerEntry(entry.ID), Path: whereToLook(found),
		})
	case isSwap(c.Request()):
		return h.doneRow(c, found, entry)
	}
	return c.Redirect(http.StatusSeeOther, link.WithNotice(whereToLook(found), entry.ID))
}

// past is the outcome's word in JSON.
func past(action ghpkg.Action) string {
	if action == ghpkg.ActionDelete {
		return "deleted"
	}
	return "restored"
}

// whereToLook is the page that shows what the change did.
func whereToLook(found subject) string {
	if found.whole() && found.action == ghpkg.ActionDelete {
		return link.Packages(found.ref().Owner())
	}
	return link.Package(found.ref())
}

// refused answers after a change that did not happen, or that nobody knows of:
// next to the row for htmx, else with the form again, the words above it. What was
// filled in wrongly is always corrected in the form, as far as there is one, and
// what has changed is shown there as it is now.
func (h *edge) refused(c echo.Context, s *auth.Session, found subject, entry ghpkg.Entry, err error) error {
	e := asFault(err)
	if e.Code == fault.CodeTokenRevoked || e.Kind == fault.Internal {
		return err
	}
	h.logFault(c, e)
	setRetryAfter(c.Response().Header(), e)
	p := h.problem(c, e)
	if entry.ID != "" {
		p.Entry = link.LedgerEntry(entry.ID)
	}
	switch {
	case format(c.Request()) == formatJSON:
		answer := problemJSON(e, p)
		answer.Path = whereToLook(found)
		return jsonAnswer(c, p.Status, answer)
	case isSwap(c.Request()) && e.Kind != fault.Invalid && e.Code != fault.CodeChanged:
		return h.refusedRow(c, found, p)
	case !h.mayChange(c), e.Code == fault.CodeAlreadyGone && found.whole():
		return html(c, p.Status, h.errorPage(c, p).Page()) // the form would be refused again
	}
	return h.confirmAgain(c, s, found, p)
}
