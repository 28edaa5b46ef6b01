package views_test

import (
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

func head(current string) views.OwnerHead {
	return views.OwnerHead{
		Login: "acme", Kind: ghpkg.Organization, GitHub: "https://github.com/acme",
		Packages: "/orgs/acme/packages", Conflicts: "/orgs/acme/docker/conflicts", Bin: "/orgs/acme/bin", Current: current,
	}
}

func (w world) table(state ghpkg.State) views.PackageTable {
	t := views.PackageTable{
		Frame:   w.frame("acme", "/orgs/acme/packages", views.SectionOwners, views.Crumb{Text: "acme"}),
		Owner:   head("packages"),
		Filter:  views.PackageFilter{Action: "/orgs/acme/packages", State: state, PerPage: 50, Clear: "/orgs/acme/packages"},
		States:  states(state),
		Sorts:   views.PackageSorts{Name: views.Sort{Href: "?sort=-name", Direction: "ascending"}, Updated: views.Sort{Href: "?sort=-updated"}, Versions: views.Sort{Href: "?sort=-versions"}, DaysLeft: views.Sort{Href: "?sort=days_left"}},
		Fresh:   views.Freshness{AsOf: ago(0.003), Refresh: "/orgs/acme/-/refresh"},
		Exports: views.Exports{JSON: "?format=json", CSV: "?format=csv"},
		Lenses:  lenses(""), Help: views.QueryHelp{Examples: views.PackageExamples()}, Views: savedViews("/orgs/acme/packages"),
	}
	for i, typ := range ghpkg.Types() {
		t.Filter.Types = append(t.Filter.Types, views.Option{Value: string(typ), Count: 7 * i, Selected: i == 5})
	}
	for _, v := range []ghpkg.Visibility{"", ghpkg.Public, ghpkg.Private, ghpkg.Internal} {
		t.Filter.Visibilities = append(t.Filter.Visibilities, views.Option{Value: string(v), Count: -1})
	}
	return t
}

func states(state ghpkg.State) []views.Option {
	return []views.Option{
		{Value: "active", Href: "?state=active", Selected: state == ghpkg.Active, Count: 214},
		{Value: "deleted", Href: "?state=deleted", Selected: state == ghpkg.Deleted, Count: -1},
	}
}

func rows() []views.PackageRow {
	repo := &views.Anchor{Text: "acme/platform", Href: "https://github.com/acme/platform", External: true}
	trash := &views.Action{Href: "#delete"}
	return []views.PackageRow{
		{DOMID: "package-1", Name: "api", Href: "#1", Type: ghpkg.Container, Visibility: ghpkg.Private, Repository: repo, Versions: new(1482), Updated: ago(0.1), Delete: trash},
		{DOMID: "package-2", Name: "@acme/design-system", Href: "#2", Type: ghpkg.NPM, Visibility: ghpkg.Internal, Repository: repo, Versions: new(86), Updated: ago(3), Delete: trash},
		{DOMID: "package-3", Name: "com.acme.Billing", Href: "#3", Type: ghpkg.Maven, Visibility: ghpkg.Private, Repository: repo, Updated: ago(90), Delete: trash},
		{DOMID: "package-4", Name: "acme-auth", Href: "#4", Type: ghpkg.RubyGems, Visibility: ghpkg.Public, Versions: new(1), Updated: ago(12), Delete: &views.Action{Disabled: "GitHub keeps public packages with more than 5,000 downloads."}},
		{DOMID: "package-5", Name: longName, Href: "#5", Type: ghpkg.Container, Visibility: ghpkg.Public, Repository: repo, Versions: new(12), Delete: trash},
		{DOMID: "package-6", Name: "Acme.Core", Href: "#6", Type: ghpkg.NuGet, Visibility: ghpkg.Private, Versions: new(23), Updated: ago(200), Delete: trash},
	}
}

func (w world) packages() []aStory {
	full := w.table(ghpkg.Active)
	full.Rows, full.Total = rows(), 214
	full.Pages = views.Pages{Page: 2, Last: 5, First: 51, To: 100, Total: 214, Prev: "?page=1", Next: "?page=3"}
	full.Filter.Active, full.Filter.Text = true, "a"
	full.Select = selectable(ghpkg.ActionDelete, 214)
	selectRows(full.Rows)

	empty := w.table(ghpkg.Active)

	noMatch := w.table(ghpkg.Active)
	noMatch.Filter.Active, noMatch.Filter.Text = true, "nothing-is-called-so"

	loading := w.table(ghpkg.Active)
	loading.Fresh, loading.Rows, loading.Total = views.Freshness{Loading: true}, rows()[:2], 2
	loading.Here = "#" // a story answers no poll
	loading.Notices = []views.Notice{
		{Kind: ghpkg.NoticeLoading, Text: "Still loading from GitHub. More rows will follow."},
		{Kind: ghpkg.NoticeRepoScope, Text: "Private Maven and Docker packages may be missing: GitHub hides them from an app without the repo scope.", Fix: &views.Fix{Label: "Grant access on GitHub", Href: "/login?scope=repo"}},
		{Kind: ghpkg.NoticeTypeFailed, Text: "The NuGet packages could not be listed, so they are missing here.", Said: "Server Error"},
	}

	changed := w.table(ghpkg.Active)
	changed.Rows, changed.Total = rows()[:4], 4
	changed.Rows[0].Delete, changed.Rows[0].Gone = nil, gone(0, "mona-lisa", "replaced by api-v2")
	changed.Rows[0].Done = &views.Flash{Good: true, Text: "Deleted.", Entry: "/ledger/01", Undo: &views.Undo{Action: "#undo", Until: ago(-30)}, Outcome: ghpkg.OutcomeDone}
	changed.Rows[3].Problem = &views.Problem{Status: 422, Title: "GitHub refused this", Said: "Publicly visible package versions with more than 5,000 downloads cannot be deleted. Contact GitHub support for further assistance.", Text: "GitHub keeps public packages and versions with more than 5,000 downloads. GitHub Support can delete them.", Entry: "/ledger/02"}
	changed.Select = selectable(ghpkg.ActionDelete, 4)
	selectRows(changed.Rows)
	changed.Flash = &views.Flash{Text: "Whether @acme/old was deleted is not known.", Outcome: ghpkg.OutcomeUnknown, Entry: "/ledger/03"}

	return []aStory{{"packages", full.Page()}, {"packages-none", empty.Page()}, {"packages-no-match", noMatch.Page()}, {"packages-loading", loading.Page()}, {"packages-changed", changed.Page()}}
}

func (w world) deleted() []aStory {
	full := w.table(ghpkg.Deleted)
	for i, days := range []float64{1, 24.5, 28.2, 29.9, 31} {
		r := rows()[i]
		r.Delete, r.Gone = nil, gone(days, []string{"mona-lisa", "", "hubot"}[i%3], []string{"old", "", "replaced by the new registry, see ticket 42"}[i%3])
		full.Rows = append(full.Rows, r)
	}
	full.Rows[1].Gone.Restore.Disabled = "Another package has taken its name since."
	full.Total = len(full.Rows)
	full.Select = selectable(ghpkg.ActionRestore, full.Total)
	selectRows(full.Rows)
	full.Notices = []views.Notice{{Kind: ghpkg.NoticeNoList, Text: "GitHub has no list of deleted packages. These are the ones that were deleted here, according to the ledger."}}
	full.Restore = restoreByName()
	empty := w.table(ghpkg.Deleted)
	empty.Restore = restoreByName()
	return []aStory{{"deleted", full.Page()}, {"deleted-none", empty.Page()}}
}

func selectable(do ghpkg.Action, total int) *views.Selection {
	return &views.Selection{Action: "/operations", Do: do, From: "/orgs/acme/packages?q=a", Total: total}
}

func selectRows(rows []views.PackageRow) {
	for i := range rows {
		rows[i].Pick = "/orgs/acme/packages/" + rows[i].DOMID
	}
}

func restoreByName() *views.RestoreByName {
	r := &views.RestoreByName{Action: "/orgs/acme/packages"}
	for _, typ := range ghpkg.Types() {
		r.Types = append(r.Types, views.Option{Value: string(typ), Count: -1})
	}
	return r
}

func (w world) conflicts() []aStory {
	page := views.ConflictTable{
		Frame: w.frame("Docker conflicts", "/orgs/acme/docker/conflicts", views.SectionOwners, views.Crumb{Text: "acme", Href: "/orgs/acme/packages"}, views.Crumb{Text: "Docker conflicts"}),
		Owner: head("conflicts"), AsOf: ago(0.01), Exports: views.Exports{JSON: "?format=json", CSV: "?format=csv"},
	}
	none := page
	page.Rows = []views.ConflictRow{
		{DOMID: "package-7", Name: "api", Visibility: ghpkg.Private, Repository: &views.Anchor{Text: "acme/platform", Href: "https://github.com/acme/platform"}, Updated: ago(900), Docker: views.Anchor{Text: "api", Href: "#d"}, Container: views.Anchor{Text: "api", Href: "#c"}, GitHub: "https://github.com/acme/platform/packages/7"},
		{DOMID: "package-8", Name: longName, Visibility: ghpkg.Public, Updated: ago(700), Docker: views.Anchor{Text: longName, Href: "#d"}, Container: views.Anchor{Text: longName}},
	}
	return []aStory{{"conflicts", page.Page()}, {"conflicts-none", none.Page()}}
}
