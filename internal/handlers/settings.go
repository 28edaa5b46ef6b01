package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// themes are the choices of the setting; "system" is what the browser says.
var themes = []string{"system", "light", "dark"}

// settings is who the viewer is here, and what they chose.
func (h *edge) settings(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON); err != nil {
		return err
	}
	if _, err := values(c, []string{"saved"}); err != nil {
		return err
	}
	ctx := c.Request().Context()
	sessions, err := h.Auth.Sessions(ctx, s.Viewer.ID)
	if err != nil {
		return err
	}
	page := h.settingsPage(c, s)
	for _, other := range sessions {
		page.Sessions = append(page.Sessions, views.SessionRow{
			ID: other.ID, Current: other.ID == s.ID, Kept: other.Kept,
			Created: other.CreatedAt, Seen: other.SeenAt, Browser: browser(other.UserAgent),
		})
	}
	rate, err := h.GitHub.Registry(s).RateLimit(ctx)
	switch {
	case fault.KindOf(err) == fault.SignedOut:
		return err
	case err != nil:
		p := h.problem(c, asFault(err))
		page.RateError = &p
	default:
		page.Rate = rateView(rate)
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, settingsToJSON(s, page))
	}
	return html(c, http.StatusOK, page.Page())
}

func (h *edge) settingsPage(c echo.Context, s *auth.Session) views.Settings {
	ctx := c.Request().Context()
	chosen, _ := c.Get(preferencesKey).(ghpkg.Preferences)
	page := views.Settings{
		Frame: h.frame(c, i18n.T(ctx, "settings.title"), views.SectionSettings),
		Login: s.Viewer.Login, ID: s.Viewer.ID, Name: s.Viewer.Name,
		Language: chosen.Language, Theme: chosen.Theme,
		Languages: []views.Option{{Selected: chosen.Language == "", Count: -1}},
		Revoke:    link.Revoke, Action: link.Settings, Saved: c.QueryParam("saved") != "",
	}
	for _, l := range h.Catalogue.Languages() {
		page.Languages = append(page.Languages, views.Option{Value: l.Code, Text: l.Name, Selected: chosen.Language == l.Code, Count: -1})
	}
	for _, d := range densities {
		selected := chosen.Density == d || chosen.Density == "" && d == densities[0]
		page.Density = append(page.Density, views.Option{Value: d, Selected: selected, Count: -1})
	}
	hidden := hiddenColumns(chosen)
	for _, column := range hideable {
		page.Hidden = append(page.Hidden, views.Option{Value: column, Selected: hidden[column], Count: -1})
	}
	if rightsOf(c).Admin {
		page.Notices = link.Notices
	}
	page.Views = h.savedViews(c, s)
	page.Views.Path = ""
	for _, t := range themes {
		selected := chosen.Theme == t || chosen.Theme == "" && t == themes[0]
		page.Themes = append(page.Themes, views.Option{Value: t, Selected: selected, Count: -1})
	}
	for _, scope := range grantable {
		row := views.ScopeRow{Name: scope, Granted: s.Viewer.Scopes.Has(scope)}
		if !row.Granted {
			row.Grant = link.SignIn(link.Settings, ghpkg.Scopes{scope})
		}
		page.Scopes = append(page.Scopes, row)
	}
	return page
}

func rateView(r ghpkg.RateLimit) *views.Rate {
	view := &views.Rate{Limit: r.Limit, Used: r.Used, Remaining: r.Remaining, Reset: r.Reset}
	if r.Limit > 0 {
		view.Percent = 100 * r.Remaining / r.Limit
	}
	return view
}

// browser names the browser of a user agent, without pretending to know its version.
func browser(agent string) string {
	for _, known := range []struct{ token, name string }{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	} {
		if strings.Contains(agent, known.token) {
			return known.name
		}
	}
	name, _, _ := strings.Cut(agent, "/")
	return name
}

// saveSettings keeps the language and the theme.
func (h *edge) saveSettings(c echo.Context, s *auth.Session) error {
	if err := c.Request().ParseForm(); err != nil {
		return unreadableForm(err)
	}
	p := ghpkg.Preferences{
		Language: c.FormValue("language"), Theme: c.FormValue("theme"),
		Density: c.FormValue("density"), Hidden: strings.Join(c.Request().PostForm["hidden"], ","),
	}
	if p.Density != "" && !contains(densities, p.Density) {
		return invalidForm("density")
	}
	for column := range hiddenColumns(p) {
		if !contains(hideable, column) {
			return invalidForm("hidden")
		}
	}
	if p.Theme != "" && !contains(themes, p.Theme) {
		return invalidForm("theme")
	}
	if p.Language != "" && h.Catalogue.Match(p.Language, "").Code != p.Language {
		return invalidForm("language")
	}
	if err := h.Preferences.SavePreferences(c.Request().Context(), s.Viewer.ID, p); err != nil {
		return err
	}
	return h.saved(c, link.Settings+"?saved=1")
}

// revokeSessions ends one of the viewer's sessions, or all of them.
func (h *edge) revokeSessions(c echo.Context, s *auth.Session) error {
	if err := c.Request().ParseForm(); err != nil {
		return unreadableForm(err)
	}
	ctx, one := c.Request().Context(), c.FormValue("session")
	switch {
	case c.FormValue("all") == "1":
		if err := h.forgetAll(ctx, s.Viewer.ID); err != nil {
			return err
		}
		if err := h.Auth.RevokeAll(ctx, s.Viewer.ID); err != nil {
			return err
		}
		return h.saved(c, link.SignedOut)
	case one != "":
		found, err := h.Auth.RevokeSession(ctx, s.Viewer.ID, one)
		if err != nil {
			return err
		}
		if !found { // nor is it theirs to have forgotten what it was shown
			return &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoSession, Op: "handlers.revokeSessions"}
		}
		h.Inventory.Forget(ctx, one)
		if one == s.ID { // the settings would lead straight to GitHub, and back in
			return h.saved(c, link.SignedOut)
		}
		return h.saved(c, link.Settings+"?saved=1")
	}
	return invalidForm("session")
}

// forgetAll drops what all of a viewer's sessions were shown.
func (h *edge) forgetAll(ctx context.Context, viewerID int64) error {
	sessions, err := h.Auth.Sessions(ctx, viewerID)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		h.Inventory.Forget(ctx, s.ID)
	}
	return nil
}

// saved leads on after a form that changed something of ours.
func (h *edge) saved(c echo.Context, to string) error {
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, answerJSON{Outcome: "saved", Path: to})
	}
	return c.Redirect(http.StatusSeeOther, to)
}

func invalidForm(name string) error {
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeInvalidForm, Op: "handlers.settings", Args: map[string]any{"Name": name}}
}

// settingsJSON is the viewer for programs.
type settingsJSON struct {
	Login     string       `json:"login"`
	ID        int64        `json:"id"`
	Name      string       `json:"name"`
	Scopes    ghpkg.Scopes `json:"scopes"`
	Language  string       `json:"language"`
	Theme     string       `json:"theme"`
	RateLimit *rateJSON    `json:"rate_limit"`
	Path      string       `json:"path"`
}

type rateJSON struct {
	Limit     int   `json:"limit"`
	Used      int   `json:"used"`
	Remaining int   `json:"remaining"`
	Reset     int64 `json:"reset"` // Unix seconds, as GitHub gives it
}

func settingsToJSON(s *auth.Session, page views.Settings) settingsJSON {
	v := settingsJSON{
		Login: page.Login, ID: page.ID, Name: page.Name, Scopes: s.Viewer.Scopes,
		Language: page.Language, Theme: page.Theme, Path: link.Settings,
	}
	if r := page.Rate; r != nil {
		v.RateLimit = &rateJSON{r.Limit, r.Used, r.Remaining, r.Reset.Unix()}
	}
	return v
}
