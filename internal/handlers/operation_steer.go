package handlers

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// steering is one thing that can be done with an operation.
type steering struct {
	outcome string // the word for programs, and the sentence "operation.answer.<outcome>"
	calms   bool   // less happens by it, so it is possible to whoever started it whatever they may do now
	do      func(c echo.Context, id string, by operations.By) (leads string, err error)
	tries   func(op ghpkg.Operation) ghpkg.Action // what would be done to packages; nil: nothing
}

// discarded is the outcome of which nothing is left to look at.
const discarded = "discarded"

// steerings are what can be done with an operation, by the last part of the address.
func (h *edge) steerings() map[string]steering {
	plain := func(do func(o Operations, ctx context.Context, id string, by operations.By) error) func(echo.Context, string, operations.By) (string, error) {
		return func(c echo.Context, id string, by operations.By) (string, error) {
			return link.Operation(id), do(h.Operations, c.Request().Context(), id, by)
		}
	}
	its := func(op ghpkg.Operation) ghpkg.Action { return op.Action }
	return map[string]steering{
		"start":    {"started", false, h.startOperation, its},
		"pause":    {"paused", true, plain(Operations.Pause), nil},
		"resume":   {"resumed", false, plain(Operations.Resume), its},
		"stop":     {"stopped", true, plain(Operations.Stop), nil},
		"retry":    {"retried", false, plain(Operations.Retry), its},
		"undo":     {"undone", false, h.undoOperation, func(ghpkg.Operation) ghpkg.Action { return ghpkg.ActionRestore }},
		"continue": {"continued", false, h.continueOperation, its},
		"remove":   {"removed", false, h.removeItems, nil},
		"discard":  {discarded, false, h.discardOperation, nil},
	}
}

// steer does one thing with an operation of the viewer's.
func (h *edge) steer(what steering) func(echo.Context, *auth.Session) error {
	return func(c echo.Context, s *auth.Session) error {
		if err := checkFormat(c.Request(), formatJSON); err != nil {
			return err
		}
		if _, err := values(c, nil); err != nil {
			return err
		}
		if err := c.Request().ParseForm(); err != nil {
			return unreadableForm(err)
		}
		if no := h.denied(c, "handlers.steer"); no != nil && !what.calms {
			return h.denySteering(c, s, what, no)
		}
		leads, err := what.do(c, c.Param("id"), operations.By{ViewerID: s.Viewer.ID, Session: s.ID, From: clientOf(c.Request())})
		if err != nil {
			return h.notSteered(c, s, err)
		}
		return h.steered(c, s, what.outcome, leads)
	}
}

// steered answers after something was done: with the page that it leads to.
func (h *edge) steered(c echo.Context, s *auth.Session, outcome, leads string) error {
	r := c.Request()
	switch {
	case format(r) == formatJSON:
		return jsonAnswer(c, http.StatusOK, answerJSON{
			Outcome: outcome, Message: i18n.T(r.Context(), "operation.answer."+outcome), Path: leads,
		})
	case isSwap(r) && leads != link.Operation(c.Param("id")):
		redirectBrowser(c.Response(), pageAfter(outcome, leads))
		return c.NoContent(http.StatusOK)
	case isSwap(r):
		return h.operationAgain(c, s, http.StatusOK, nil)
	}
	return c.Redirect(http.StatusSeeOther, pageAfter(outcome, leads))
}

// pageAfter is where a browser is led to: what is gone cannot tell of itself there.
func pageAfter(outcome, leads string) string {
	if outcome == discarded {
		return link.Discarded
	}
	return leads
}

// notSteered shows the operation as it is now, with what went wrong above it.
func (h *edge) notSteered(c echo.Context, s *auth.Session, err error) error {
	e := asFault(err)
	if e.Kind != fault.Invalid && e.Kind != fault.Refused {
		return err
	}
	h.logFault(c, e)
	p := h.problem(c, e)
	if e.Code == fault.CodeWrongConfirm {
		p.Text = i18n.T(c.Request().Context(), "operation.wrong_confirm", "Value", e.Args["Name"])
	}
	if format(c.Request()) == formatJSON {
		answer := problemJSON(e, p)
		answer.Path = link.Operation(c.Param("id"))
		return jsonAnswer(c, p.Status, answer)
	}
	return h.operationAgain(c, s, p.Status, &p)
}

// operationAgain answers a form with the operation's page.
func (h *edge) operationAgain(c echo.Context, s *auth.Session, status int, p *views.Problem) error {
	op, err := h.Operations.Operation(c.Request().Context(), c.Param("id"), ghpkg.VisibleTo{ActorID: s.Viewer.ID})
	if err != nil {
		return err
	}
	a := opened{s: s, op: op, page: ghpkg.Query{Page: 1, PerPage: ghpkg.DefaultPerPage}}
	a.items.Limit = a.page.PerPage
	return h.sendOperation(c, a, status, p)
}

// startOperation starts a draft. The number may be typed as it is shown, with
// the separators of a language.
func (h *edge) startOperation(c echo.Context, id string, by operations.By) (string, error) {
	typed := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,.\u00a0\u202f", r) {
			return -1
		}
		return r
	}, c.FormValue("confirm"))
	n, err := strconv.Atoi(typed)
	if err != nil {
		n = -1 // no draft has as many
	}
	return link.Operation(id), h.Operations.Start(c.Request().Context(), id, by, n, strings.TrimSpace(c.FormValue("reason")))
}

func (h *edge) undoOperation(c echo.Context, id string, by operations.By) (string, error) {
	draft, err := h.Operations.Undo(c.Request().Context(), id, by)
	return link.Operation(draft.ID), err
}
