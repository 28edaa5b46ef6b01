package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/notices"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// shownDeliveries is how many of a destination's deliveries its box lists.
const shownDeliveries = 10

// admins lets only admins of the portal through. Where no teams are named there
// are none: anybody who may enter could otherwise have everybody's deletions
// sent to wherever they like.
func admins(next func(echo.Context, *auth.Session) error) func(echo.Context, *auth.Session) error {
	return func(c echo.Context, s *auth.Session) error {
		if why := notAdmin(c); why != nil {
			return why
		}
		return next(c, s)
	}
}

// notAdmin says why the viewer is no admin of the portal; nil if they are.
func notAdmin(c echo.Context) *fault.Error {
	rights := rightsOf(c)
	switch {
	case rights.Admin:
		return nil
	case rights.Why != nil:
		return rights.Why
	}
	return &fault.Error{Kind: fault.Forbidden, Code: fault.CodeNoTeams, Op: "handlers.admins"}
}

// changing is admins for what the ledger records, refusals included.
func (h *edge) changing(action ghpkg.Action, next func(echo.Context, *auth.Session) error) func(echo.Context, *auth.Session) error {
	return func(c echo.Context, s *auth.Session) error {
		why := notAdmin(c)
		if why == nil {
			return next(c, s)
		}
		return h.deny(c, s, ghpkg.Entry{Action: action}, why)
	}
}

// changerOf is who changes destinations.
func changerOf(c echo.Context, s *auth.Session) notices.By {
	return notices.By{Actor: s.Viewer.Actor(), From: clientOf(c.Request())}
}

// destinations is who is told what, and how that went.
func (h *edge) destinations(c echo.Context, _ *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON); err != nil {
		return err
	}
	v, err := values(c, []string{"saved", "tested"})
	if err != nil {
		return err
	}
	page, err := h.noticesPage(c)
	if err != nil {
		return err
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, noticesToJSON(page))
	}
	page.Saved = v.Get("saved") != ""
	for _, r := range page.Rows {
		for _, d := range r.Deliveries {
			if r.ID == v.Get("tested") && d.Event == ghpkg.NoticePing && page.Tested == nil {
				page.Tested = &d
			}
		}
	}
	return html(c, http.StatusOK, page.Page())
}

func (h *edge) noticesPage(c echo.Context) (views.Notices, error) {
	ctx := c.Request().Context()
	title := i18n.T(ctx, "notices.title")
	page := views.Notices{
		Frame: h.frame(c, title, views.SectionSettings,
			views.Crumb{Text: i18n.T(ctx, "settings.title"), Href: link.Settings}, views.Crumb{Text: title}),
		Action: link.Notices,
	}
	for i, kind := range ghpkg.DestinationKinds() {
		page.Kinds = append(page.Kinds, views.Option{Value: string(kind), Selected: i == 0, Count: -1})
	}
	page.Languages = h.languages(i18n.Code(ctx))
	for _, event := range ghpkg.NoticeEvents() {
		page.Events = append(page.Events, views.Option{Value: string(event), Selected: true, Count: -1})
	}
	all, err := h.Notices.Destinations(ctx)
	if err != nil {
		return page, err
	}
	dead, err := h.Notices.Dead(ctx)
	if err != nil {
		return page, err
	}
	for _, d := range all {
		deliveries, err := h.Notices.Deliveries(ctx, d.ID, shownDeliveries)
		if err != nil {
			return page, err
		}
		row := destinationRow(d, deliveries)
		row.Dead = dead[d.ID]
		row.Language = h.Catalogue.Match(d.Language, "")
		row.Languages = h.languages(row.Language.Code)
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

// languages are those that a chat can be told in.
func (h *edge) languages(chosen string) []views.Option {
	var all []views.Option
	for _, l := range h.Catalogue.Languages() {
		all = append(all, views.Option{Value: l.Code, Text: l.Name, Selected: l.Code == chosen, Count: -1})
	}
	return all
}

func destinationRow(d ghpkg.Destination, deliveries []ghpkg.Delivery) views.DestinationRow {
	row := views.DestinationRow{
		ID: d.ID, Name: d.Name, Host: d.Host, Kind: d.Kind, Events: d.Events, Owners: d.Owners, Paused: d.Paused,
		By: d.CreatedBy, Created: d.CreatedAt, Test: link.Destination(d.ID, "test"), Remove: link.Destination(d.ID, "remove"),
		Resend: link.Destination(d.ID, "resend"),
	}
	if d.Kind == ghpkg.DestinationSlack {
		row.Translate = link.Destination(d.ID, "language")
	}
	if d.Paused {
		row.Resume = link.Destination(d.ID, "resume")
	} else {
		row.Pause = link.Destination(d.ID, "pause")
	}
	for _, one := range deliveries {
		shown := views.DeliveryRow{
			ID: one.ID, Event: one.Event, State: one.State, At: one.At, Tries: one.Tries, Status: one.Status, Answer: one.Answer,
		}
		if one.State == ghpkg.DeliveryPending && one.Tries > 0 {
			shown.Next = one.DueAt
		}
		row.Deliveries = append(row.Deliveries, shown)
	}
	return row
}

// addDestination adds one, and shows the secret, which no page shows again.
func (h *edge) addDestination(c echo.Context, s *auth.Session) error {
	if err := c.Request().ParseForm(); err != nil {
		return unreadableForm(err)
	}
	w := notices.Wanted{
		Kind: ghpkg.DestinationKind(c.FormValue("kind")), Name: strings.TrimSpace(c.FormValue("name")),
		URL: strings.TrimSpace(c.FormValue("url")), Language: c.FormValue("language"),
		Owners: strings.FieldsFunc(c.FormValue("owners"), func(r rune) bool { return r == ',' || r == ' ' }),
	}
	for _, event := range c.Request().PostForm["event"] {
		w.Events = append(w.Events, ghpkg.NoticeEvent(event))
	}
	d, secret, err := h.Notices.Add(c.Request().Context(), changerOf(c, s), w)
	if err != nil {
		return err
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, addedJSON{"saved", d.ID, secret, link.Notices})
	}
	if secret == "" {
		return c.Redirect(http.StatusSeeOther, link.Notices+"?saved=1")
	}
	page, err := h.noticesPage(c)
	if err != nil {
		return err
	}
	page.Secret = secret
	return html(c, http.StatusOK, page.Page())
}

// testDestination sends a ping now, and shows how it went.
func (h *edge) testDestination(c echo.Context, _ *auth.Session) error {
	d, err := h.Notices.Ping(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, deliveryToJSON(destinationRow(ghpkg.Destination{}, []ghpkg.Delivery{d}).Deliveries[0]))
	}
	return c.Redirect(http.StatusSeeOther, link.Tested(c.Param("id")))
}

// steerDestination does one of the verbs of a destination.
func (h *edge) steerDestination(verb string) func(echo.Context, *auth.Session) error {
	return func(c echo.Context, s *auth.Session) error {
		ctx, id, by := c.Request().Context(), c.Param("id"), changerOf(c, s)
		do := map[string]func() error{
			"language": func() error { return h.Notices.Translate(ctx, by, id, c.FormValue("language")) },
			"pause":    func() error { return h.Notices.Pause(ctx, by, id) },
			"resume":   func() error { return h.Notices.Resume(ctx, by, id) },
			"remove":   func() error { return h.Notices.Remove(ctx, by, id) },
			"resend":   func() error { return h.Notices.Resend(ctx, id, c.FormValue("delivery")) },
		}[verb]
		if err := do(); err != nil {
			return err
		}
		h.Log.InfoContext(ctx, "a destination of notices was changed", "destination", id, "verb", verb, "by", s.Viewer.Login)
		return h.saved(c, link.Notices+"?saved=1")
	}
}
