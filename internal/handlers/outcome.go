package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// flash tells, on the page that a change led to, how the change ended: by the
// ledger, so that no address can claim what did not happen.
func (h *edge) flash(c echo.Context) *views.Flash {
	entry := c.QueryParam("notice")
	s, ok := auth.From(c.Request().Context())
	if entry == "" || !ok {
		return nil
	}
	e, err := h.Ledger.Entry(c.Request().Context(), entry, ghpkg.VisibleTo{ActorID: s.Viewer.ID})
	if err != nil || e.Target.Name == "" {
		return nil
	}
	return h.flashOf(c, e)
}

func (h *edge) flashOf(c echo.Context, e ghpkg.Entry) *views.Flash {
	f := &views.Flash{
		Good: e.Outcome == ghpkg.OutcomeDone, Text: h.flashText(c, e), Said: e.Message,
		Entry: link.LedgerEntry(e.ID), Undo: h.undo(c, e), Outcome: e.Outcome, Did: e.Action,
	}
	if f.Undo != nil {
		f.Undo.Until = time.Time{} // the text says it
	}
	return f
}

// flashText is one sentence on how a change ended.
func (h *edge) flashText(c echo.Context, e ghpkg.Entry) string {
	ctx := c.Request().Context()
	what := e.Target.Name
	if e.Target.VersionID != 0 {
		what = joined(what, " ", short(e.Target.VersionName))
	}
	if e.Outcome != ghpkg.OutcomeDone {
		return i18n.T(ctx, "flash.not_done", "What", what)
	}
	if e.Action == ghpkg.ActionDelete {
		return i18n.T(ctx, "flash.deleted", "What", what, "Until", ghpkg.RestorableUntil(e.At))
	}
	return i18n.T(ctx, "flash.restored", "What", what)
}

// undo is the way back from a deletion that was done and can still be restored.
func (h *edge) undo(c echo.Context, e ghpkg.Entry) *views.Undo {
	if e.Action != ghpkg.ActionDelete || e.Outcome != ghpkg.OutcomeDone || !h.mayChange(c) ||
		ghpkg.DaysLeft(e.At, h.Now()) < 0 {
		return nil
	}
	undo := &views.Undo{Until: ghpkg.RestorableUntil(e.At)}
	if v, ok := e.Target.VersionRef(); ok {
		undo.Action = link.RestoreVersion(v)
		return undo
	}
	ref, ok := e.Target.Ref()
	if !ok {
		return nil
	}
	undo.Action = link.RestorePackage(ref)
	return undo
}

// doneRow answers htmx with the row as it is after the change.
func (h *edge) doneRow(c echo.Context, found subject, entry ghpkg.Entry) error {
	flash := h.flashOf(c, entry)
	if found.whole() {
		row := h.packageRow(c, found.pkg)
		row.DOMID, row.Done, row.Delete = found.domID(), flash, nil
		if found.action == ghpkg.ActionRestore {
			row = h.restoredRow(c, found)
			row.Done = flash
		}
		return html(c, http.StatusOK, row.Item())
	}
	row := h.subjectRow(c, found)
	row.Delete, row.Gone = nil, nil
	if found.action == ghpkg.ActionRestore {
		row = h.restoredVersionRow(c, found)
	}
	row.Done = flash
	return html(c, http.StatusOK, row.Item())
}

// restoredVersionRow is a version's row after it was restored: with the tags
// that it has now, which no list of deleted versions has. If GitHub does not
// say, nothing is said of them.
func (h *edge) restoredVersionRow(c echo.Context, found subject) views.VersionRow {
	row := h.subjectRow(c, found)
	row.Gone, row.Docker, row.Untagged = nil, false, false
	row.Delete = h.action(c, link.DeleteVersion(found.path.Version))
	if s, ok := auth.From(c.Request().Context()); ok {
		if v, err := h.GitHub.Registry(s).Version(c.Request().Context(), found.path.Version); err == nil && v.DeletedAt == nil {
			row = h.versionRow(c, found.ref(), v)
		}
	}
	return row
}

// restoredRow is a package's row after it was restored, as far as GitHub shows
// it already.
func (h *edge) restoredRow(c echo.Context, found subject) views.PackageRow {
	row := h.packageRow(c, found.pkg)
	if s, ok := auth.From(c.Request().Context()); ok {
		if p, err := h.GitHub.Registry(s).Package(c.Request().Context(), found.ref()); err == nil {
			row = h.packageRow(c, p)
		}
	}
	row.DOMID = found.domID()
	return row
}

// subjectRow is a version's row, with what is known of it.
func (h *edge) subjectRow(c echo.Context, found subject) views.VersionRow {
	if found.version != nil {
		return h.versionRow(c, found.ref(), *found.version)
	}
	return h.versionRow(c, found.ref(), ghpkg.Version{ID: found.path.Version.ID()})
}

// refusedRow answers htmx with the row as it was, GitHub's words next to it.
func (h *edge) refusedRow(c echo.Context, found subject, p views.Problem) error {
	if !found.whole() {
		row := h.subjectRow(c, found)
		row.Problem = &p
		return html(c, p.Status, row.Item())
	}
	row := h.packageRow(c, found.pkg)
	if found.action == ghpkg.ActionRestore {
		row.Delete = nil
		if d := found.deleted; d != nil {
			row = h.goneRow(c, goneOf(*d), nil)
		}
	}
	row.DOMID, row.Problem = found.domID(), &p
	return html(c, p.Status, row.Item())
}
