package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// confirm is the page of consequences before a change; htmx opens it as a dialog.
func (h *edge) confirm(c echo.Context, s *auth.Session, p link.Path) error {
	if err := checkFormat(c.Request()); err != nil {
		return err
	}
	if _, err := values(c, nil); err != nil {
		return err
	}
	if no := h.denied(c, "handlers.confirm"); no != nil {
		return no
	}
	found, err := h.lookOrFail(c, s, p)
	if err != nil {
		return err
	}
	return h.sendConfirm(c, found, http.StatusOK, h.confirmView(c, s, found))
}

// sendConfirm answers with the page, or for a true swap with its dialog, whose
// form is answered in the row.
func (h *edge) sendConfirm(c echo.Context, found subject, status int, view views.Confirm) error {
	if isSwap(c.Request()) {
		view.Target = "#" + found.domID()
		return html(c, status, view.Dialog())
	}
	return html(c, status, view.Page())
}

// lookOrFail is look for somebody who has not decided yet: what GitHub does not
// show them, they cannot be shown the consequences of.
func (h *edge) lookOrFail(c echo.Context, s *auth.Session, p link.Path) (subject, error) {
	found, err := h.look(c, s, p)
	switch {
	case err == nil:
		return found, nil
	case found.whole():
		return found, h.missingPackage(c, s, p.Ref, err)
	case fault.KindOf(err) != fault.NotFound:
		return found, err
	}
	// It may be the package that is missing.
	pkg, missing := h.GitHub.Registry(s).Package(c.Request().Context(), p.Ref)
	switch {
	case missing != nil:
		return found, h.missingPackage(c, s, p.Ref, missing)
	case found.action == ghpkg.ActionDelete:
		return found, err
	}
	found.pkg = pkg // not everybody is shown which versions are deleted
	return found, nil
}

// confirmAgain shows the page of consequences with what went wrong above it.
func (h *edge) confirmAgain(c echo.Context, s *auth.Session, found subject, p views.Problem) error {
	view := h.confirmView(c, s, found)
	view.Problem = &p
	view.Reason = c.FormValue("reason")
	if shown := c.FormValue("shown"); shown == "" || shown == view.Shown {
		view.Confirm = c.FormValue("confirm") // else it was typed for something else
	}
	if isSwap(c.Request()) {
		retarget(c.Response(), views.DialogTarget, "innerHTML") // not the form's row
	}
	return h.sendConfirm(c, found, p.Status, view)
}

// domID is the row that shows the subject in its table.
func (s subject) domID() string {
	switch {
	case !s.whole():
		return domID("version", s.path.Version.ID())
	case s.pkg.ID == 0 && s.deleted != nil && s.deleted.Target.PackageID == 0:
		return "deleted-" + s.deleted.EntryID
	case s.pkg.ID == 0 && s.deleted != nil:
		return domID("package", s.deleted.Target.PackageID)
	}
	return domID("package", s.pkg.ID)
}

func (h *edge) confirmView(c echo.Context, s *auth.Session, found subject) views.Confirm {
	ctx := c.Request().Context()
	kind, brings := kindOf(found), h.consequences(c, s, found)
	view := views.Confirm{
		Kind: kind, Action: c.Request().URL.EscapedPath(), Back: link.Package(found.ref()),
		Package: found.ref().Name(), PackageType: found.ref().Type(), PackageID: found.pkg.ID,
		Shown: found.shown(), Owner: found.ref().Owner().Login(), Typed: kind == views.ConfirmDeletePackage,
		Consequences: brings.all, Instead: brings.instead,
	}
	if kind == views.ConfirmRestorePackage {
		view.Back = link.WithQuery(link.Packages(found.ref().Owner()), ghpkg.Query{State: ghpkg.Deleted})
		if d := found.deleted; d != nil {
			view.Gone = h.gone(d.At)
			view.Gone.By, view.Gone.Reason, view.Gone.Entry = d.Actor.Login, d.Reason, link.LedgerEntry(d.EntryID)
		}
	}
	if v := found.version; v != nil {
		view.Version, view.Tags = v.Name, v.Tags
		if v.DeletedAt != nil {
			view.Gone = h.gone(*v.DeletedAt)
		}
	}
	if view.Instead == nil && len(s.Viewer.Scopes.Missing(ghpkg.NeededScopes(found.action, found.ref().Type()))) > 0 {
		missing := s.Viewer.Scopes.Missing(ghpkg.ScopesToGrant(found.ref().Type()))
		view.Grant = &views.Fix{
			Label: i18n.T(ctx, "fix.grant_scope"), Href: link.SignIn(c.Request().URL.RequestURI(), missing),
		}
		view.Missing = missing
		if owner := found.ref().Owner(); owner.Kind() == ghpkg.Organization {
			view.Member = h.onlyMember(ctx, s, owner.Login())
		}
	}
	view.Frame = h.frame(c, i18n.T(ctx, "confirm."+string(kind)+".title"), views.SectionOwners,
		ownerCrumbs(found.ref().Owner(), views.Crumb{Text: found.ref().Name(), Href: link.Package(found.ref())})...)
	return view
}

func kindOf(found subject) views.ConfirmKind {
	switch {
	case found.whole() && found.action == ghpkg.ActionDelete:
		return views.ConfirmDeletePackage
	case found.whole():
		return views.ConfirmRestorePackage
	case found.action == ghpkg.ActionDelete:
		return views.ConfirmDeleteVersion
	}
	return views.ConfirmRestoreVersion
}
