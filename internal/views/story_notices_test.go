package views_test

import (
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
)

func (w world) notices() []aStory {
	page := views.Notices{
		Frame:     w.frame("Notices", "/settings/notices", views.SectionSettings, views.Crumb{Text: "Settings", Href: "/settings"}, views.Crumb{Text: "Notices"}),
		Action:    "/settings/notices",
		Kinds:     []views.Option{{Value: "webhook", Selected: true, Count: -1}, {Value: "slack", Count: -1}},
		Languages: []views.Option{{Value: "en", Text: "English", Selected: true, Count: -1}, {Value: "ko", Text: "한국어", Count: -1}},
	}
	for _, e := range ghpkg.NoticeEvents() {
		page.Events = append(page.Events, views.Option{Value: string(e), Selected: true, Count: -1})
	}
	none := page
	page.Secret = "q3c5yk7nq3c5yk7nq3c5yk7n" //nolint:gosec // nobody's
	page.Tested = &views.DeliveryRow{State: ghpkg.DeliveryDead, Tries: 1, Status: 404, Answer: "no_service: " + longName}
	row := func(id, name string, kind ghpkg.DestinationKind) views.DestinationRow {
		return views.DestinationRow{
			ID: id, Name: name, Host: "hooks-1.acme.example", Kind: kind, Language: &i18n.Language{Code: "ko", Name: "한국어"}, Events: ghpkg.NoticeEvents(), By: "mona-lisa", Created: ago(40),
			Test: "#test", Pause: "#pause", Remove: "#remove", Resend: "#resend",
		}
	}
	busy, paused := row("a", longName, ghpkg.DestinationWebhook), row("b", "#packages", ghpkg.DestinationSlack)
	busy.Dead = 3
	busy.Owners = []string{"acme", "acme-labs"}
	for i, state := range ghpkg.DeliveryStates() {
		d := views.DeliveryRow{ID: "019ac0de-0000-7000-8000-00000000000" + string(rune('0'+i)), Event: ghpkg.NoticeEvents()[i], State: state, At: ago(float64(i)), Tries: 1 + i, Status: []int{500, 200, 0}[i]}
		if state == ghpkg.DeliveryPending {
			d.Next = ago(-0.01)
		}
		d.Answer = []string{"<h1>Internal Server Error</h1>", "ok", "addresses inside this network are not sent to: 10.0.0.1"}[i]
		busy.Deliveries = append(busy.Deliveries, d)
	}
	paused.Paused, paused.Pause, paused.Resume, paused.Translate, paused.Languages = true, "", "#resume", "#translate", page.Languages
	page.Rows = []views.DestinationRow{busy, paused}
	return []aStory{{"notices", page.Page()}, {"notices-none", none.Page()}}
}
