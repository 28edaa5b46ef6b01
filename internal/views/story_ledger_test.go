package views_test

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

func (w world) ledger() []aStory {
	page := views.LedgerTable{
		Frame:   w.frame("Ledger", "/ledger", views.SectionLedger),
		Filter:  views.LedgerFilter{Action: "/ledger", Clear: "/ledger", Since: "2026-11-01", Actions: []views.Option{{Count: -1}}, Outcomes: []views.Option{{Count: -1}}},
		Tabs:    []views.Option{{Text: "Everything", Href: "/ledger", Selected: true, Count: -1}, {Text: "Only deletions and restores", Href: "/ledger?action=delete,restore", Count: -1}},
		Exports: views.Exports{JSON: "?format=json", CSV: "?format=csv"},
	}
	for _, a := range ghpkg.Actions() {
		page.Filter.Actions = append(page.Filter.Actions, views.Option{Value: string(a), Count: -1})
	}
	for _, o := range ghpkg.Outcomes() {
		page.Filter.Outcomes = append(page.Filter.Outcomes, views.Option{Value: string(o), Count: -1})
	}
	none := page
	none.Part = true
	for i, o := range ghpkg.Outcomes() {
		page.Rows = append(page.Rows, views.LedgerRow{
			ID: "01", Href: "/ledger/01", At: ago(float64(i)), Actor: "mona-lisa", ProxyUser: "mona@acme.example", Action: ghpkg.Actions()[i%4],
			Target: "acme/container/api · " + shortDigest, TargetURL: "#t", Type: ghpkg.Container, Tags: []string{"latest", "v2"}, Reason: "clean-up of old builds", Outcome: o,
		})
	}
	page.Rows[2].Said = "You cannot delete the last tagged version of a package. You must delete the package instead."
	trim := views.LedgerRow{
		ID: "07", Href: "/ledger/07", At: ago(7), Actor: "the portal itself", Action: ghpkg.ActionTrim, Outcome: ghpkg.OutcomeDone,
		Reason: "STOCKROOM_LEDGER_RETENTION=400d", Did: "1,204 entries from before 2025-10-21 were removed.",
	}
	page.Rows, page.KeptDays = append(page.Rows, trim), 400
	page.Total = len(page.Rows)
	page.Pages = views.Pages{Page: 1, Last: 1, First: 1, To: 7, Total: 7}

	entry := views.LedgerEntry{
		Frame: w.frame("Delete", "/ledger/01", views.SectionLedger, views.Crumb{Text: "Ledger", Href: "/ledger"}, views.Crumb{Text: "01"}),
		Row:   page.Rows[0], ActorID: 1, PackageID: 42, VersionID: 9001, VersionName: digest, From: "203.0.113.7",
		Undo: &views.Undo{Action: "#undo", Until: ago(-30)},
	}
	entry.Row.Action, entry.Row.Outcome = ghpkg.ActionDelete, ghpkg.OutcomeDone
	refused := entry
	refused.Row, refused.Undo, refused.Explanation = page.Rows[2], nil, "GitHub keeps the last tagged version of an image."
	removal := views.LedgerEntry{Frame: entry.Frame, Row: trim, RemovedLink: 2408, RemovedHash: digest[len("sha256:"):]}
	restored := entry
	restored.Restored = "/ledger/02"
	return []aStory{
		{"ledger", page.Page()}, {"ledger-none", none.Page()}, {"entry", entry.Page()}, {"entry-restored", restored.Page()}, {"entry-refused", refused.Page()}, {"entry-trim", removal.Page()},
	}
}

func (w world) settings() []aStory {
	page := views.Settings{
		Frame: w.frame("Settings", "/settings", views.SectionSettings), Login: "mona-lisa", ID: 1, Name: "Mona Lisa", Action: "/settings", Revoke: "/settings/sessions/revoke", Saved: true,
		Languages: []views.Option{{Value: "", Count: -1}, {Value: "en", Text: "English", Selected: true}, {Value: "ko", Text: "한국어"}},
		Themes:    []views.Option{{Value: "system", Selected: true}, {Value: "light"}, {Value: "dark"}},
		Rate:      &views.Rate{Limit: 5000, Remaining: 3788, Percent: 75, Reset: now().Add(30 * time.Minute)},
		Sessions: []views.SessionRow{
			{ID: "a", Current: true, Created: ago(0.2), Seen: ago(0), Address: "203.0.113.7", Browser: "Firefox 145 · Linux"},
			{ID: "b", Created: ago(9), Seen: ago(2), Address: "198.51.100.23", Browser: "Safari · iPhone"},
			{ID: "c", Kept: true, Created: ago(30), Seen: ago(5), Browser: "Chrome"},
		},
	}
	for i, scope := range []string{ghpkg.ScopeReadPackages, ghpkg.ScopeReadOrg, ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages, ghpkg.ScopeRepo} {
		page.Scopes = append(page.Scopes, views.ScopeRow{Name: scope, Granted: i < 2, Grant: "/login?scope=" + scope})
	}
	page.Density = []views.Option{{Value: "comfortable", Selected: true}, {Value: "compact"}}
	page.Hidden = []views.Option{{Value: "versions"}, {Value: "updated", Selected: true}, {Value: "repository"}}
	page.Views = savedViews("")
	unasked := page
	unasked.Views = views.SavedViews{}
	unasked.Rate, unasked.Saved = nil, false
	unasked.RateError = &views.Problem{Title: "GitHub did not answer properly", Text: "GitHub did not answer in time. Try again in a moment."}
	return []aStory{{"settings", page.Page()}, {"settings-no-rate", unasked.Page()}}
}
