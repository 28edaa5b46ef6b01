package views_test

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

func (w world) operations() []aStory {
	page := views.Operations{
		Frame: w.frame("Operations", "/operations", views.SectionOperations), Exports: views.Exports{JSON: "?format=json", CSV: "?format=csv"},
		States: []views.Option{{Href: "#all", Selected: true}},
	}
	for _, s := range ghpkg.OperationStates() {
		page.States = append(page.States, views.Option{Value: string(s), Href: "#" + string(s)})
	}
	none := page
	unmatched := page
	unmatched.Clear, unmatched.Badge = "/operations", &views.Badge{}
	for i, s := range ghpkg.OperationStates() {
		page.Rows = append(page.Rows, views.OperationRow{
			Href: "/operations/" + string(s), Title: "Delete 800 versions", Action: ghpkg.ActionDelete, State: s, Actor: "hubot",
			Source: views.Source{Href: "#from", Text: "acme/" + longName, Filter: "tag:none"}, Reason: "clean-up of old builds",
			At: ago(float64(i)), Total: 800, Settled: 400 * (i % 3), Lost: i,
		})
	}
	page.Rows[0].Discard = "#discard"
	page.Rows[2].Until = now().Add(time.Hour)
	page.Total, page.Badge = len(page.Rows), &views.Badge{Text: "2 running", Count: 2, State: ghpkg.OperationRunning}
	return append([]aStory{{"operations", page.Page()}, {"operations-none", none.Page()}, {"operations-unmatched", unmatched.Page()}}, w.drafts()...)
}

// operation is one operation with its items.
func (w world) operation(title string, state ghpkg.OperationState) views.Operation {
	o := views.Operation{
		Frame: w.frame(title, "/operations/1", views.SectionOperations, views.Crumb{Text: "Operations", Href: "/operations"}, views.Crumb{Text: title}),
		Title: title, Action: ghpkg.ActionDelete, State: state, Actor: "mona-lisa", Created: ago(0.1), Reason: "clean-up of old builds",
		Source: views.Source{Href: "#from", Text: "acme/api", Filter: "tag:none"},
	}
	o.Items = views.OperationItems{
		Here: o.Here, Action: "/operations/1", Clear: "/operations/1", States: []views.Option{{}, {Value: "done"}}, Checks: []views.Option{{}, {Value: "ok"}},
		Sorts: views.ItemSorts{Name: views.Sort{Href: "?sort=name", Direction: "ascending"}, Created: views.Sort{Href: "?sort=created"}},
		Total: 800, Pages: views.Pages{Page: 1, Last: 16, First: 1, To: 50, Total: 800, Next: "?page=2"}, Exports: views.Exports{JSON: "#json", CSV: "#csv"},
	}
	return o
}

// item is one item's row.
func item(seq int) views.OperationItem {
	return views.OperationItem{
		Seq: seq, Name: "api", Version: shortDigest, Full: digest, Href: "#v", Where: "acme · Container", Tags: []string{"latest", "v2.14.0"}, More: 3,
		Created: ago(float64(seq)),
	}
}

func (w world) drafts() []aStory {
	draft := w.operation("Delete 800 versions?", ghpkg.OperationDraft)
	draft.Reason = ""
	draft.Draft = &views.OperationDraft{
		Total: 800, Does: "Delete 800 versions", Start: "#start", Discard: "#discard", Remove: "#remove", Instead: "/operations", MoreEmptied: "?check=last_version",
		Emptied: []views.EmptiedPackage{{Name: "acme/api", Path: "#api"}, {Name: "acme/" + longName, Path: "#long"}},
	}
	for _, f := range []struct {
		level, text string
		remove      ghpkg.ItemCheck
	}{
		{"info", "The list holds exactly 800 items. Nothing else is touched, nor is anything that is published later.", ""},
		{"danger", "14 tags stop working: whoever pulls one gets an error.", ""},
		{"warning", "2 items are the last versions of their packages. GitHub will refuse them.", ghpkg.CheckLastVersion},
		{"info", "It takes about 14 minutes at GitHub’s pace: changes are sent one at a time.", ""},
	} {
		fact := views.OperationFact{Consequence: views.Consequence{Level: f.level, Text: f.text}, Remove: f.remove}
		if f.remove != "" {
			fact.Href = "?check=last_version"
		}
		draft.Draft.Facts = append(draft.Draft.Facts, fact)
	}
	draft.Items.Draft, draft.Items.Remove, draft.Continues = true, "#remove", "/operations/0"
	for i, check := range ghpkg.ItemChecks() {
		row := item(i + 1)
		row.Check = check
		draft.Items.Rows = append(draft.Items.Rows, row)
	}
	wrong, again := draft, *draft.Draft
	again.Confirm, again.Typed = "80", "old builds"
	wrong.Draft, wrong.Problem = &again, &views.Problem{Title: "Not confirmed", Text: "Nothing was started. To start, type 800 exactly."}
	grant, lacking := draft, *draft.Draft
	lacking.Member = []string{"You are a member of acme, not an owner."}
	lacking.Missing, lacking.Grant = []string{ghpkg.ScopeDeletePackages}, &views.Fix{Label: "Grant access on GitHub", Href: "/login?scope=delete:packages"}
	grant.Draft = &lacking
	empty := w.operation("Delete 0 versions?", ghpkg.OperationDraft)
	empty.Draft = &views.OperationDraft{Discard: "#discard"}
	empty.Items.Total, empty.Items.Draft, empty.Items.Active = 0, true, true
	return append([]aStory{{"operation-draft", draft.Page()}, {"operation-wrong", wrong.Page()}, {"operation-grant", grant.Page()}, {"operation-empty", empty.Page()}}, w.progress()...)
}

func (w world) progress() []aStory {
	running := w.operation("Delete 800 versions", ghpkg.OperationRunning)
	running.TakenBackBy = []views.Follower{{Title: "Restore 272 versions?", Href: "/operations/2", State: ghpkg.OperationDraft}, {Title: "Restore 12 versions", Href: "/operations/1", State: ghpkg.OperationDone}}
	running.Started, running.Ledger, running.Undoes, running.Items.Every = ago(0.01), "/ledger?operation=1", "/operations/0", 10
	p := views.OperationProgress{
		Total: 800, Settled: 272, Percent: 34, ETA: now().Add(9 * time.Minute), Left: "about 9 minutes left", Pace: "one every 1.0 s", Current: "acme/api · " + shortDigest,
		Pause: "#pause", Stop: "#stop", Segments: []views.Segment{{State: ghpkg.ItemDone, X: "0%", Width: "30%"}, {State: ghpkg.ItemRefused, X: "30%", Width: "2%"}, {State: ghpkg.ItemFailed, X: "32%", Width: "1%"}, {State: ghpkg.ItemUnknown, X: "33%", Width: "1%"}, {State: ghpkg.ItemSkipped, X: "34%", Width: "1%"}, {State: ghpkg.ItemRunning, X: "35%", Width: "1%"}},
	}
	for i, s := range ghpkg.ItemStates() {
		p.Counts = append(p.Counts, views.Option{Value: string(s), Count: 100 * i, Href: "?state=" + string(s)})
		row := item(i + 1)
		row.State, row.Ended, row.Ledger = s, "Refused by GitHub", "/ledger/01"
		if i > 2 {
			row.Said, row.Why = "You cannot delete the last tagged version of a package.", "GitHub keeps the last tagged version of an image."
			p.Lost = append(p.Lost, row)
		}
		running.Items.Rows = append(running.Items.Rows, row)
	}
	p.MoreLost = []views.Option{{Text: "Refused by GitHub (12)", Href: "?state=refused"}}
	state := func(s ghpkg.OperationState, change func(*views.OperationProgress)) views.Operation {
		o, q := running, p
		change(&q)
		o.State, o.Progress = s, &q
		return o
	}
	waiting := state(ghpkg.OperationWaiting, func(p *views.OperationProgress) {
		p.Until, p.Said, p.Current, p.Behind = now().Add(time.Hour), "You have exceeded a secondary rate limit.", "", "/operations/2"
	})
	paused := state(ghpkg.OperationPaused, func(p *views.OperationProgress) {
		p.Pause, p.Resume, p.Retry, p.Undo, p.UndoUntil, p.Current, p.Left = "", "#resume", "#retry", "#undo", ago(-30), "", ""
		p.Said, p.Why, p.Fix = "Bad credentials", "GitHub no longer accepts this sign-in.", &views.Fix{Label: "Sign in again", Href: "/login"}
	})
	done := state(ghpkg.OperationDone, func(p *views.OperationProgress) {
		p.Settled, p.Percent, p.Pause, p.Stop, p.Current, p.Left, p.Pace, p.Undo, p.UndoUntil = 800, 100, "", "", "", "", "", "#undo", ago(-30)
		p.Outcome = &views.OperationOutcome{Text: "Finished: 796 of 800 deleted.", Details: []string{"3 were refused by GitHub; they are as they were.", "What became of 1 is not known."}}
	})
	stopped := state(ghpkg.OperationStopped, func(p *views.OperationProgress) {
		p.Pause, p.Stop, p.Current, p.Left, p.Pace, p.Continue, p.Rest, p.Undo, p.UndoUntil = "", "", "", "", "", "#continue", 605, "#undo", ago(-30)
		p.Outcome = &views.OperationOutcome{Text: "Stopped: 195 of 800 deleted.", Details: []string{"605 were not sent."}}
		p.Counts = []views.Option{{Value: "pending", Text: "Not sent", Count: 605, Href: "?state=pending"}, {Value: "done", Count: 195, Href: "?state=done"}}
	})
	all := state(ghpkg.OperationDone, func(p *views.OperationProgress) {
		*p = views.OperationProgress{Total: 800, Settled: 800, Percent: 100, Outcome: &views.OperationOutcome{Good: true, Text: "Done: all 800 deleted."}}
	})
	return []aStory{
		{"operation-running", state(ghpkg.OperationRunning, func(*views.OperationProgress) {}).Page()}, {"operation-waiting", waiting.Page()},
		{"operation-paused", paused.Page()}, {"operation-done", done.Page()}, {"operation-stopped", stopped.Page()}, {"operation-all-done", all.Page()},
	}
}
