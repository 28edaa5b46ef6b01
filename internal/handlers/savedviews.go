package handlers

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// How tables can be drawn.
const densityCompact = "compact"

var (
	densities = []string{"comfortable", densityCompact}
	hideable  = []string{"versions", "updated", "repository"}
)

// hiddenColumns is the set of columns that a viewer does not want to see.
func hiddenColumns(p ghpkg.Preferences) map[string]bool {
	hidden := map[string]bool{}
	for column := range strings.SplitSeq(p.Hidden, ",") {
		if column != "" {
			hidden[column] = true
		}
	}
	return hidden
}

// savedViews are the tables that the viewer kept, and that others shared.
func (h *edge) savedViews(c echo.Context, s *auth.Session) views.SavedViews {
	shown := views.SavedViews{Action: link.Views, Path: c.Request().URL.RequestURI()}
	all, err := h.Views.Views(c.Request().Context(), s.Viewer.ID)
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "saved views could not be read", "error", err)
		return shown
	}
	for _, v := range all {
		row := views.SavedView{ID: v.ID, Name: v.Name, Href: v.Path, Shared: v.Shared, By: v.Login}
		if v.ViewerID == s.Viewer.ID {
			row.By, row.Delete = "", link.ForgetView(v.ID)
		}
		shown.Rows = append(shown.Rows, row)
	}
	return shown
}

// What bounds a saved view: its name in characters, and its address in bytes,
// for what is shared is on everybody's pages.
const (
	maxViewName = 80
	maxViewPath = 4096
)

// saveView keeps a table with its filters. Only a table of packages can be
// shared: the address of a package tells its name.
func (h *edge) saveView(c echo.Context, s *auth.Session) error {
	if err := c.Request().ParseForm(); err != nil {
		return unreadableForm(err)
	}
	name, path := strings.TrimSpace(c.FormValue("name")), auth.ReturnTo(c.FormValue("path"))
	shared := c.FormValue("shared") == "1"
	page, _, _ := strings.Cut(path, "?")
	ofPackage := isPackage(page)
	switch {
	case name == "" || utf8.RuneCountInString(name) > maxViewName:
		return invalidForm("name")
	case len(path) > maxViewPath, !ofPackage && !isTable(page), ofPackage && shared:
		return invalidForm("path")
	}
	v := ghpkg.SavedView{
		ID: rand.Text(), ViewerID: s.Viewer.ID, Login: s.Viewer.Login, Name: name, Path: path, Shared: shared, CreatedAt: h.Now(),
	}
	if err := h.Views.SaveView(c.Request().Context(), v); err != nil {
		return err
	}
	return h.saved(c, path)
}

// isPackage reports whether an escaped path is that of a package, and not of
// something inside it or of what is done to it.
func isPackage(path string) bool {
	path, err := url.PathUnescape(path)
	if err != nil {
		return false
	}
	p, err := link.Parse(path)
	return err == nil && p.Action == "" && p.Version.ID() == 0
}

// isTable reports whether a path is that of a table of packages.
func isTable(path string) bool {
	segments := strings.Split(path, "/")
	return path == link.All ||
		len(segments) == 4 && slices.Contains([]string{"orgs", "users"}, segments[1]) && slices.Contains([]string{"packages", "bin"}, segments[3])
}

// forgetView drops one of the viewer's saved views.
func (h *edge) forgetView(c echo.Context, s *auth.Session) error {
	found, err := h.Views.ForgetView(c.Request().Context(), s.Viewer.ID, c.Param("id"))
	if err != nil {
		return err
	}
	if !found {
		return &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoPage, Op: "handlers.forgetView"}
	}
	if isHTMX(c.Request()) {
		redirectBrowser(c.Response(), link.Settings)
		return c.NoContent(http.StatusOK)
	}
	return h.saved(c, link.Settings+"?saved=1")
}
