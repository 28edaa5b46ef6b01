package views_test

import (
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

func lenses(selected string) []views.Lens {
	var all []views.Lens
	for _, key := range []string{"stale", "no_repository", "public", "most_versions"} {
		all = append(all, views.Lens{Key: key, Href: "?q=" + key, Selected: key == selected})
	}
	return all
}

func savedViews(path string) views.SavedViews {
	v := views.SavedViews{Action: "/settings/views", Path: path}
	if path == "/orgs/empty/packages" {
		return v
	}
	v.Rows = []views.SavedView{
		{ID: "1", Name: "Stale containers", Href: "/orgs/acme/packages?q=type%3Acontainer+older%3A90d", Delete: "/settings/views/1/delete"},
		{ID: "2", Name: "Public, for the audit", Href: "/orgs/acme/packages?q=visibility%3Apublic", Shared: true, Delete: "/settings/views/2/delete"},
		{ID: "3", Name: longName, Href: "/packages?q=repo%3Anone", By: "hubot", Shared: true},
	}
	return v
}

func (w world) inventory() []aStory {
	compact := w.table(ghpkg.Active)
	compact.Rows, compact.Total = rows(), 214
	compact.Columns = views.Columns{Compact: true, HideVersions: true, HideRepository: true}
	compact.Lenses = lenses("stale")
	compact.Drift = &views.Drift{Count: 3, Since: ago(3), Href: "/orgs/acme/bin"}
	hidden := w.table(ghpkg.Active)
	hidden.Rows, hidden.Total = rows(), 214
	hidden.Columns = views.Columns{HideVersions: true, HideUpdated: true}
	hidden.Views = savedViews("/orgs/empty/packages")

	mistake := w.table(ghpkg.Active)
	mistake.Filter.Text, mistake.Filter.Active = "billing type:pypi older:90d", true
	mistake.Help.Problem = &views.QueryProblem{Before: "billing type:", Wrong: "pypi", After: " older:90d", Text: "The field “type” does not accept “pypi”."}
	return []aStory{{"packages-compact", compact.Page()}, {"packages-hidden", hidden.Page()}, {"packages-mistake", mistake.Page()}, {"all", w.all().Page()}, {"all-none", w.allNone().Page()}}
}

func (w world) all() views.AllPackages {
	all := views.AllPackages{PackageTable: w.table(ghpkg.Active)}
	all.Frame = w.frame("All packages", "/packages", views.SectionAll)
	all.Rows, all.Total = rows(), 260
	all.Select = selectable(ghpkg.ActionDelete, 260)
	selectRows(all.Rows)
	all.Drift = &views.Drift{Count: 1, Since: ago(3), Href: "/orgs/acme/bin"}
	for i := range all.Rows {
		login := []string{"acme", "acme-labs", "mona-lisa"}[i%3]
		all.Rows[i].Owner = &views.Anchor{Text: login, Href: "/orgs/" + login + "/packages"}
	}
	all.Views.Path = "/packages?q=a"
	all.Owners = []views.Option{
		{Value: "acme", Text: "acme", Href: "/orgs/acme/packages", Count: 214},
		{Value: "acme-labs", Text: "acme-labs", Href: "/orgs/acme-labs/packages", Count: 45},
		{Value: "mona-lisa", Text: "mona-lisa", Href: "/users/mona-lisa/packages", Count: 1},
	}
	return all
}

func (w world) allNone() views.AllPackages {
	none := w.all()
	none.Rows, none.Total, none.Owners, none.Drift, none.Filter.Types = nil, 0, nil, nil, nil
	return none
}

func (w world) binPage() views.Bin {
	return views.Bin{
		Frame: w.frame("Bin", "#", views.SectionOwners, views.Crumb{Text: "acme", Href: "/orgs/acme/packages"}, views.Crumb{Text: "Bin"}),
		Owner: head("bin"), Filter: views.VersionFilter{Action: "/orgs/acme/bin", Clear: "/orgs/acme/bin"},
		Fresh: views.Freshness{AsOf: ago(0.003), Refresh: "/orgs/acme/-/refresh"}, Exports: views.Exports{JSON: "?format=json", CSV: "?format=csv"},
		Restore: restoreByName(),
	}
}

func (w world) bin() []aStory {
	full := w.binPage()
	api := &views.Anchor{Text: "api", Href: "/orgs/acme/packages/container/api"}
	packages, tagged := rows(), versions()
	for i, days := range []float64{29.9, 28.2, 24.5, 3} {
		p, v := packages[i], tagged[i]
		p.Pick = "/orgs/acme/packages/" + p.DOMID
		p.Delete, p.Gone = nil, gone(days, []string{"mona-lisa", ""}[i%2], []string{"replaced by the new registry, see ticket 42", ""}[i%2])
		v.Delete, v.Gone = nil, gone(days, "hubot", "")
		v.Gone.Entry = ""
		full.Rows = append(full.Rows, views.BinRow{Package: &p, Type: p.Type}, views.BinRow{Version: &v, Of: api, Type: ghpkg.Container})
	}
	full.Rows[2].Package.Gone.Restore.Disabled = "Another package has taken its name since."
	full.Rows[3].Version.Done = &views.Flash{Good: true, Text: shortDigest + " was restored.", Entry: "/ledger/04", Outcome: ghpkg.OutcomeDone}
	full.Total = len(full.Rows)
	full.Select = selectable(ghpkg.ActionRestore, full.Total)
	full.Pages = views.Pages{Page: 1, Last: 1, First: 1, To: 8, Total: 8}

	loading := w.binPage()
	loading.Rows, loading.Total, loading.Compact = full.Rows[:2], 2, true
	loading.Fresh, loading.Looked, loading.Of = views.Freshness{Loading: true}, 120, 212
	loading.Notices = []views.Notice{{Kind: ghpkg.NoticeBudget, Text: "Not everything has been looked into yet: most of your hourly GitHub requests are left to you. The rest follows on a later visit."}}

	noMatch := w.binPage()
	noMatch.Filter.Active, noMatch.Filter.Text = true, "nothing-is-called-so"
	return []aStory{{"bin", full.Page()}, {"bin-loading", loading.Page()}, {"bin-none", w.binPage().Page()}, {"bin-no-match", noMatch.Page()}}
}
