package handlers

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// deny writes down that the viewer tried what e says, and returns why they may not.
func (h *edge) deny(c echo.Context, s *auth.Session, e ghpkg.Entry, why *fault.Error) error {
	e.Actor, e.From = s.Viewer.Actor(), clientOf(c.Request())
	e.Reason = strings.ToValidUTF8(e.Reason[:min(len(e.Reason), maxReason)], "")
	e.Outcome, e.Message, e.Code = ghpkg.OutcomeDenied, why.Said, string(why.Code)
	if err := h.Ledger.Note(c.Request().Context(), e); err != nil {
		return err
	}
	return why
}

// denyFreeze is deny for the begin of a bulk operation. A form that names no
// action has tried nothing.
func (h *edge) denyFreeze(c echo.Context, s *auth.Session, why *fault.Error) error {
	form := c.Request().PostForm
	e := ghpkg.Entry{Action: ghpkg.Action(form.Get("action")), Target: rowsAt(form["item"])}
	if e.Action != ghpkg.ActionDelete && e.Action != ghpkg.ActionRestore {
		return why
	}
	if form.Get("all") != "" {
		e.Target = tableAt(form.Get("from"))
	}
	return h.deny(c, s, e, why)
}

// denySteering is deny for what would have begun to change something with an
// operation of the viewer's. With anybody else's there is nothing that they
// could have tried.
func (h *edge) denySteering(c echo.Context, s *auth.Session, what steering, why *fault.Error) error {
	ctx := c.Request().Context()
	op, err := h.Operations.Operation(ctx, c.Param("id"), ghpkg.VisibleTo{ActorID: s.Viewer.ID})
	switch {
	case what.tries == nil || fault.KindOf(err) == fault.NotFound:
		return why
	case err != nil:
		return err
	}
	e := ghpkg.Entry{Action: what.tries(op), Target: tableAt(op.Source), Operation: op.ID, Reason: strings.TrimSpace(c.FormValue("reason"))}
	if op.Total() == 1 {
		items, _, err := h.Operations.Items(ctx, op.ID, ghpkg.ItemQuery{Limit: 1})
		if err != nil {
			return err
		}
		e.Target = items[0].Target
	}
	return h.deny(c, s, e, why)
}

// maxAsked bounds how much of what somebody may not do is written down.
const maxAsked = 1000

// rowsAt is what was selected by hand, as the form said it: GitHub was not asked
// what is there. Of several things it is their addresses, and whose they are if
// they are all somebody's.
func rowsAt(items []string) ghpkg.Target {
	if len(items) == 1 {
		if p, err := itemPath(items[0]); err == nil {
			return ghpkg.Target{Owner: p.Ref.Owner(), Type: p.Ref.Type(), Name: p.Ref.Name(), VersionID: p.Version.ID()}
		}
	}
	t := tableAt(strings.Join(items, " "))
	for _, item := range items {
		if tableAt(item).Owner != t.Owner {
			t.Owner = ghpkg.Owner{}
		}
	}
	return t
}

// tableAt is the table at an address, and whose it is, if it is somebody's.
func tableAt(from string) ghpkg.Target {
	t := ghpkg.Target{Name: from}
	if len(from) > maxAsked {
		t.Name = strings.ToValidUTF8(from[:maxAsked], "") + "…"
	}
	if u, err := url.Parse(from); err == nil {
		t.Owner, _, _ = link.ParseOwner(u.Path) // of all owners' it is nobody's
	}
	return t
}
