package handlers

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// wasDeleted is why a package is not there: somebody deleted it here.
type wasDeleted struct{ ghpkg.DeletedPackage }

func (wasDeleted) Error() string { return "it was deleted here" }

// missingPackage says more about a package that GitHub does not show: that it
// was deleted here, when, by whom and why, or that it is the other kind of
// owner's.
func (h *edge) missingPackage(c echo.Context, s *auth.Session, ref ghpkg.Ref, err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	d, ok := h.deletedHere(c.Request().Context(), s, ref)
	if !ok {
		return h.leadToRightKind(c, s, ref.Owner(), err)
	}
	e := &fault.Error{
		Kind: fault.NotFound, Code: fault.CodeDeletedHere, Op: "handlers.missingPackage",
		Args: map[string]any{"At": d.At, "Name": d.Actor.Login, "Value": ref.Name()}, Err: wasDeleted{d},
	}
	if h.mayChange(c) && ghpkg.DaysLeft(d.At, h.Now()) >= 0 {
		e.Fix = &fault.Fix{Kind: fault.FixRestore, URL: link.RestorePackage(ref)}
	}
	return e
}

// tellOf adds to a problem what the ledger knows of the package.
func (h *edge) tellOf(p *views.Problem, d wasDeleted) {
	p.Gone = h.gone(d.At)
	p.Gone.Reason, p.Entry = d.Reason, link.LedgerEntry(d.EntryID)
}

// alreadyGone returns err, or in its place that the package was already deleted
// here: GitHub's 404 to a deletion does not say so.
func (h *edge) alreadyGone(ctx context.Context, s *auth.Session, found subject, err error) error {
	if !found.whole() || found.action != ghpkg.ActionDelete || fault.KindOf(err) != fault.NotFound {
		return err
	}
	d, ok := h.deletedHere(ctx, s, found.ref())
	if !ok {
		return err
	}
	return &fault.Error{
		Kind: fault.Refused, Code: fault.CodeAlreadyGone, Op: "handlers.change", Said: asFault(err).Said,
		Args: map[string]any{"At": d.At}, Fix: &fault.Fix{Kind: fault.FixRestore, URL: link.RestorePackage(found.ref())}, Err: err,
	}
}

// deletedHere returns what the ledger knows of a deleted package.
func (h *edge) deletedHere(ctx context.Context, s *auth.Session, ref ghpkg.Ref) (ghpkg.DeletedPackage, bool) {
	visible, _, err := h.visibleTo(ctx, s)
	if err != nil {
		return ghpkg.DeletedPackage{}, false // whatever is asked of GitHub next says why
	}
	known, err := h.Ledger.Deleted(ctx, ref.Owner(), visible)
	if err != nil {
		h.Log.WarnContext(ctx, "the ledger could not be read", "error", err)
		return ghpkg.DeletedPackage{}, false
	}
	for _, d := range known {
		if d.Target.Type == ref.Type() && d.Target.Name == ref.Name() {
			return d, true
		}
	}
	return ghpkg.DeletedPackage{}, false
}

// namesake says that a package is not the one that a link was about: another has
// its name now. An id of 0 is about none.
func namesake(asked int64, p ghpkg.Package) []ghpkg.Notice {
	if asked == 0 || asked == p.ID {
		return nil
	}
	return []ghpkg.Notice{{Kind: ghpkg.NoticeNamesake, Detail: id(asked)}}
}
