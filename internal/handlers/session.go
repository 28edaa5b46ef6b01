package handlers

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/middleware"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// grantable are the scopes that a sign-in can be asked for by its address.
var grantable = ghpkg.Scopes{
	ghpkg.ScopeReadPackages, ghpkg.ScopeWritePackages, ghpkg.ScopeDeletePackages, ghpkg.ScopeReadOrg, ghpkg.ScopeRepo,
}

// login sends the browser to GitHub, and back to return_to afterwards.
func (h *edge) login(c echo.Context) error {
	query := c.Request().URL.Query()
	scopes := ghpkg.SignInScopes()
	for _, scope := range query["scope"] {
		if !slices.Contains(grantable, scope) {
			return invalidFilter("scope", scope)
		}
		scopes = append(scopes, scope)
	}
	to, err := h.Auth.Begin(c.Response(), c.Request(), query.Get("return_to"), scopes)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// callback is where GitHub sends the browser back to.
func (h *edge) callback(c echo.Context) error {
	if s, ok := auth.From(c.Request().Context()); ok {
		h.Inventory.Forget(c.Request().Context(), s.ID) // a step-up brings another token, which may see more
	}
	viewer, returnTo, err := h.Auth.Finish(c.Response(), c.Request(), h.recorded(c))
	if err != nil {
		h.noteDenied(c, viewer, err)
		return err
	}
	return c.Redirect(http.StatusSeeOther, returnTo)
}

// logout ends the session here and the token at GitHub.
func (h *edge) logout(c echo.Context) error {
	s, ok := auth.From(c.Request().Context())
	if !ok {
		return signedOut(c, link.Home, "")
	}
	h.Inventory.Forget(c.Request().Context(), s.ID)
	viewer := s.Viewer
	if err := h.Auth.Logout(c.Response(), c.Request()); err != nil {
		return err
	}
	err := h.Ledger.Note(c.Request().Context(), ghpkg.Entry{Actor: viewer.Actor(), Action: ghpkg.ActionLogout, From: clientOf(c.Request())})
	if err != nil {
		return err
	}
	return signedOut(c, link.SignedOut, i18n.T(c.Request().Context(), "landing.signed_out"))
}

// signedOut answers whoever has no session any more, or never had one.
func signedOut(c echo.Context, to, message string) error {
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, answerJSON{Outcome: "signed_out", Message: message, Path: to})
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// recorded writes a sign-in into the ledger: without its entry no session begins.
func (h *edge) recorded(c echo.Context) auth.Recording {
	return func(viewer ghpkg.Viewer, begin func(context.Context) error) error {
		_, err := h.Ledger.Record(c.Request().Context(), ghpkg.Entry{
			Actor: viewer.Actor(), Action: ghpkg.ActionLogin, From: clientOf(c.Request()),
		}, begin)
		return err
	}
}

// home is the landing page, or the viewer's owners.
func (h *edge) home(c echo.Context) error {
	if s, ok := auth.From(c.Request().Context()); ok {
		return h.owners(c, s)
	}
	if isProgram(c.Request()) {
		return &fault.Error{Kind: fault.SignedOut, Code: fault.CodeSignedOut, Op: "handlers.home"}
	}
	return h.landing(c)
}

// clientOf returns the client's address for the ledger; empty if it is not known.
func clientOf(r *http.Request) string {
	if a := middleware.ClientAddr(r.Context()); a.IsValid() {
		return a.String()
	}
	return ""
}
