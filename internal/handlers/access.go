package handlers

import (
	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/access"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// rightsKey holds the viewer's rights in the echo context.
const rightsKey = "rights"

// admit lets a session go on only while its viewer may be here, and notes what
// they may do. It is in front of every route, so that none can forget it.
func (h *edge) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		s, ok := auth.From(c.Request().Context())
		if !ok || unguarded[c.Path()] {
			return next(c)
		}
		rights, err := h.Access.Check(c.Request().Context(), s)
		if err != nil {
			if access.Refused(err) {
				h.expel(c, s, err)
			}
			return err
		}
		c.Set(rightsKey, rights)
		return next(c)
	}
}

// expel ends the session of somebody who may not be here any more, and writes it down.
func (h *edge) expel(c echo.Context, s *auth.Session, why error) {
	ctx := c.Request().Context()
	h.Inventory.Forget(ctx, s.ID)
	// At once, also if operations act with it: those may not go on either.
	if _, err := h.Auth.RevokeSession(ctx, s.Viewer.ID, s.ID); err != nil {
		h.Log.ErrorContext(ctx, "a session could not be revoked", "session", s, "error", err)
	}
	if err := h.Auth.Logout(c.Response(), c.Request()); err != nil {
		h.Log.ErrorContext(ctx, "a session could not be ended", "session", s, "error", err)
	}
	h.noteDenied(c, s.Viewer, why)
	c.SetRequest(c.Request().WithContext(auth.Without(ctx)))
}

// noteDenied writes into the ledger that somebody was not let in. They are not,
// whether or not it can be written.
func (h *edge) noteDenied(c echo.Context, viewer ghpkg.Viewer, why error) {
	e, ctx := asFault(why), c.Request().Context()
	if viewer.ID == 0 || e.Kind == fault.Internal {
		return // nobody that is known, or nothing that they were told
	}
	code := e.Code
	if access.Refused(why) {
		code = fault.CodeNotAllowed // whatever keeps them out; GitHub's words say it
	}
	err := h.Ledger.Note(ctx, ghpkg.Entry{
		Actor: viewer.Actor(), Action: ghpkg.ActionLogin, From: clientOf(c.Request()),
		Outcome: ghpkg.OutcomeDenied, Message: e.Said, Code: string(code),
	})
	if err != nil {
		h.Log.ErrorContext(ctx, "a refused sign-in could not be written into the ledger", "viewer", viewer.Login, "error", err)
	}
}

// rightsOf returns what the viewer may do here; somebody who is not known may nothing.
func rightsOf(c echo.Context) access.Rights {
	rights, _ := c.Get(rightsKey).(access.Rights)
	return rights
}

// mayChange reports whether deleting and restoring is offered at all.
func (h *edge) mayChange(c echo.Context) bool { return h.denied(c, "handlers.mayChange") == nil }

// denied says why Stockroom itself does not let the viewer delete and restore;
// nil if it does. Whether GitHub does is for GitHub to say.
func (h *edge) denied(c echo.Context, op string) *fault.Error {
	rights := rightsOf(c)
	switch {
	case h.ReadOnly:
		return &fault.Error{Kind: fault.Forbidden, Code: fault.CodeReadOnly, Op: op}
	case rights.Change:
		return nil
	case rights.Why != nil:
		return rights.Why
	}
	return &fault.Error{Kind: fault.Forbidden, Code: fault.CodeNotAdmin, Op: op}
}
