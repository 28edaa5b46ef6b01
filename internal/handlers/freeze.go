package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// freeze makes a draft of what a form selected: rows of a table, or all that
// its query selects. Nothing is changed by it.
func (h *edge) freeze(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON); err != nil {
		return err
	}
	if _, err := values(c, nil); err != nil {
		return err
	}
	if err := c.Request().ParseForm(); err != nil {
		return unreadableForm(err)
	}
	if no := h.denied(c, "handlers.freeze"); no != nil {
		return h.denyFreeze(c, s, no)
	}
	ctx := c.Request().Context()
	sel, err := h.selection(ctx, s, c.Request().PostForm)
	if err != nil {
		return err
	}
	if len(sel.Items) == 0 {
		return nothing()
	}
	h.countVersions(ctx, s, sel)
	op, err := h.Operations.Freeze(ctx, sel)
	if err != nil {
		return err
	}
	return h.frozen(c, op)
}

// nothing is a selection without items.
func nothing() error {
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeNothing, Op: "handlers.freeze"}
}

// frozen leads to the draft.
func (h *edge) frozen(c echo.Context, op ghpkg.Operation) error {
	to := link.Operation(op.ID)
	switch {
	case format(c.Request()) == formatJSON:
		ctx, q := c.Request().Context(), ghpkg.Query{Page: 1, PerPage: ghpkg.DefaultPerPage}
		items, total, err := h.Operations.Items(ctx, op.ID, ghpkg.ItemQuery{Limit: q.PerPage})
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderLocation, to)
		return jsonAnswer(c, http.StatusCreated, h.operationPageToJSON(ctx, op, items, total, q))
	case isHTMX(c.Request()):
		redirectBrowser(c.Response(), to)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// maxItems bounds what is selected by hand; a query selects more.
const maxItems = 1000

// selection reads the form.
func (h *edge) selection(ctx context.Context, s *auth.Session, form url.Values) (sel operations.Selection, err error) {
	action, items := ghpkg.Action(form.Get("action")), form["item"]
	switch all := form.Get("all"); {
	case action != ghpkg.ActionDelete && action != ghpkg.ActionRestore:
		return sel, invalidForm("action")
	case all == "1":
		sel, err = h.selectAll(ctx, s, action, form.Get("from"))
	case all != "":
		return sel, invalidForm("all")
	case len(items) == 0:
		return sel, nothing()
	case len(items) > maxItems:
		return sel, &fault.Error{Kind: fault.Invalid, Code: fault.CodeTooLarge, Op: "handlers.freeze"}
	default:
		sel, err = h.selectItems(ctx, s, action, items)
		sel.Source = pickedIn(form.Get("from"), action)
	}
	sel.Actor, sel.Action = s.Viewer.Actor(), action
	if err == nil && action == ghpkg.ActionRestore {
		err = h.fillTags(ctx, s, sel.Items)
	}
	return sel, err
}

// itemPath reads the address of one item, percent-encoded or not.
func itemPath(item string) (link.Path, error) {
	path, err := url.PathUnescape(item)
	if err != nil {
		path = item // a name with a percent sign in it
	}
	p, err := link.Parse(strings.TrimSpace(path))
	if err != nil || p.Action != "" {
		return p, invalidForm("item")
	}
	return p, nil
}
