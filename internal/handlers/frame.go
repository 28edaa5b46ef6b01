package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// preferencesKey holds the viewer's preferences in the echo context.
const preferencesKey = "preferences"

// locale says in which language, zone and theme the answer is to be: by the
// viewer's setting, then by what the browser says.
func (h *edge) locale(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		var chosen ghpkg.Preferences
		if s, ok := auth.From(r.Context()); ok {
			var err error
			if chosen, err = h.Preferences.Preferences(r.Context(), s.Viewer.ID); err != nil {
				h.Log.WarnContext(r.Context(), "preferences could not be read", "error", err)
			}
		}
		c.Set(preferencesKey, chosen)
		ctx := i18n.With(r.Context(), i18n.Locale{
			Language: h.Catalogue.Match(chosen.Language, r.Header.Get("Accept-Language")),
			Zone:     zoneOf(r),
			Now:      h.Now(),
		})
		c.SetRequest(r.WithContext(ctx))
		return next(c)
	}
}

// zoneOf returns the browser's time zone, which app.js keeps in a cookie.
func zoneOf(r *http.Request) *time.Location {
	cookie, err := r.Cookie("tz")
	if err != nil || len(cookie.Value) > 64 {
		return time.UTC
	}
	name, err := url.QueryUnescape(cookie.Value)
	if err != nil || name == "" || name == "Local" || strings.Contains(name, "..") {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// frame returns what every page has around its content.
func (h *edge) frame(c echo.Context, title string, section views.Section, crumbs ...views.Crumb) views.Frame {
	chosen, _ := c.Get(preferencesKey).(ghpkg.Preferences)
	f := views.Frame{
		Title: title, Here: comeBackTo(c.Request()), Theme: themeOf(chosen), Section: section,
		Crumbs: crumbs, ReadOnly: h.ReadOnly, Practice: h.Practice,
	}
	if why := rightsOf(c).Why; why != nil && !h.ReadOnly {
		key := "layout.not_admin"
		switch why.Code {
		case fault.CodeAdminUnknown:
			key = "layout.admin_unknown"
		case fault.CodeAccessUnknown:
			key = "layout.access_unknown"
		}
		f.LookOnly = i18n.T(c.Request().Context(), key, "Value", why.Args["Value"])
	}
	if s, ok := auth.From(c.Request().Context()); ok {
		v := s.Viewer
		f.Badge = h.badge(c, s)
		f.Viewer = &views.Person{Login: v.Login, Name: v.Name, AvatarURL: v.AvatarURL, ProxyUser: v.ProxyUser}
	}
	return f
}

func themeOf(p ghpkg.Preferences) string {
	if p.Theme == "light" || p.Theme == "dark" {
		return p.Theme
	}
	return "auto"
}

// ownerCrumbs is the way to an owner's pages.
func ownerCrumbs(o ghpkg.Owner, more ...views.Crumb) []views.Crumb {
	return append([]views.Crumb{{Text: o.Login(), Href: link.Packages(o)}}, more...)
}

// ownerHead returns the head that an owner's pages share.
func (h *edge) ownerHead(o ghpkg.Owner, current string) views.OwnerHead {
	return views.OwnerHead{
		Login: o.Login(), Kind: o.Kind(), GitHub: h.GitHubURL.JoinPath(o.Login()).String(),
		Packages: link.Packages(o), Conflicts: link.Conflicts(o), Bin: link.Bin(o), Current: current,
	}
}
