package views_test

import (
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

func packageHead(name string) views.PackageHead {
	return views.PackageHead{
		Owner: head("packages"), Name: name, Href: "#package", Type: ghpkg.Container, ID: 4217, Visibility: ghpkg.Public, Versions: new(1482),
		Repository: &views.Anchor{Text: "acme/platform", Href: "https://github.com/acme/platform"}, Created: ago(800), Updated: ago(0.1), GitHub: "https://github.com/orgs/acme/packages/container/package/api",
	}
}

func snippets() []views.Snippet {
	return []views.Snippet{{Label: "docker", Code: "docker pull ghcr.io/acme/api:latest"}, {Label: "digest", Code: "docker pull ghcr.io/acme/api@" + digest}}
}

func versions() []views.VersionRow {
	var all []views.VersionRow
	for i, tags := range [][]string{{"latest", "v2.14.0", "v2.14", "v2"}, nil, nil, {"v2.13.1"}, {"sha-7d1e2f3a", "pr-4211-merge-preview-environment-with-a-very-long-tag-name-that-goes-on-and-on-and-on"}} {
		all = append(all, views.VersionRow{
			DOMID: "version-" + strconv.Itoa(i), ID: int64(9000 + i), Name: digest, Short: shortDigest, Digest: true, Docker: true, Href: "#version", Tags: tags, Untagged: tags == nil,
			Created: ago(float64(i) * 1.7), Updated: ago(float64(i)), Pick: "/v/" + strconv.Itoa(i), GitHub: "https://github.com/acme", Delete: &views.Action{Href: "#delete"},
		})
	}
	return all
}

func (w world) packagePage(name string, state ghpkg.State) views.PackagePage {
	return views.PackagePage{
		Frame: w.frame(name, "#package", views.SectionOwners, views.Crumb{Text: "acme", Href: "/orgs/acme/packages"}, views.Crumb{Text: name}),
		Head:  packageHead(name), Install: snippets(), Type: ghpkg.Container, States: states(state),
		Filter: views.VersionFilter{Action: "#package", State: state, Clear: "#package", Untagged: &views.Option{Href: "?q=tag:none", Count: 611}},
		Sorts:  views.VersionSorts{Created: views.Sort{Href: "?sort=created", Direction: "descending"}, Name: views.Sort{Href: "?sort=name"}, DaysLeft: views.Sort{Href: "?sort=days_left", Direction: "ascending"}},
		Fresh:  views.Freshness{AsOf: ago(0.002), Refresh: "#refresh"}, Exports: views.Exports{JSON: "?format=json", CSV: "?format=csv"},
		Delete: &views.Action{Href: "#delete"}, Ledger: "/ledger?package=api", Untagged: -1,
		Help: views.QueryHelp{Examples: views.VersionExamples(ghpkg.Container)}, Views: savedViews("#package"),
	}
}

func (w world) onePackage() []aStory {
	full := w.packagePage("api", ghpkg.Active)
	full.Rows, full.Total, full.Untagged = versions(), 1482, 611
	full.Pages = views.Pages{Page: 1, Last: 30, First: 1, To: 50, Total: 1482, Next: "?page=2"}
	full.Select = selectable(ghpkg.ActionDelete, 1482)
	full.Rows[3].Problem = &views.Problem{Title: "GitHub refused this", Said: "You cannot delete the last tagged version of a package. You must delete the package instead.", Text: "GitHub keeps the last tagged version of an image."}

	gem := w.packagePage(longName, ghpkg.Active)
	gem.Type, gem.Head.Type, gem.Filter.Untagged, gem.Head.Versions, gem.Head.Repository = ghpkg.NPM, ghpkg.NPM, nil, nil, nil
	gem.Rows = []views.VersionRow{{DOMID: "version-1", ID: 1, Name: "4.0.0-rc.1", Short: "4.0.0-rc.1", Href: "#v", Created: ago(3), Delete: &views.Action{Disabled: "GitHub keeps the last version of a package."}}}
	gem.Total, gem.Delete = 1, &views.Action{Disabled: "This Stockroom is read-only."}

	bin := w.packagePage("api", ghpkg.Deleted)
	for i, r := range versions() {
		r.Delete, r.Gone = nil, gone(float64(i)*7, "mona-lisa", "")
		bin.Rows = append(bin.Rows, r)
	}
	bin.Total = len(bin.Rows)
	bin.Select = selectable(ghpkg.ActionRestore, bin.Total)

	none := w.packagePage("api", ghpkg.Deleted)

	mistake := w.packagePage("api", ghpkg.Active)
	mistake.Compact, mistake.Filter.Text = true, "v2 older:90"
	mistake.Help.Problem = &views.QueryProblem{Before: "v2 older:", Wrong: "90", Text: "This takes a length of time: a number with h, d, w, m or y after it, such as 90d."}
	compact := w.packagePage("api", ghpkg.Active)
	compact.Rows, compact.Total, compact.Compact = versions(), 5, true
	return []aStory{{"package", full.Page()}, {"package-one-version", gem.Page()}, {"package-deleted", bin.Page()}, {"package-none", none.Page()}, {"package-mistake", mistake.Page()}, {"package-compact", compact.Page()}}
}

func (w world) version() []aStory {
	page := views.VersionPage{
		Frame: w.frame(shortDigest, "#v", views.SectionOwners, views.Crumb{Text: "acme", Href: "/orgs/acme/packages"}, views.Crumb{Text: "api", Href: "#package"}, views.Crumb{Text: shortDigest}),
		Head:  packageHead("api"), Version: versions()[0], Description: "The API.\nSecond line, with <script>alert(1)</script>.", License: "Apache-2.0", Install: snippets(), Ledger: "/ledger",
	}
	lost := page
	lost.Version = versions()[1]
	lost.Version.Delete, lost.Version.Gone = nil, gone(28.5, "hubot", "clean-up of old builds")
	return []aStory{{"version", page.Page()}, {"version-deleted", lost.Page()}}
}

func (w world) confirm() []aStory {
	base := views.Confirm{
		Frame: w.frame("Delete", "#confirm", views.SectionOwners), Kind: views.ConfirmDeletePackage, Action: "#post", Back: "#back",
		Package: "api", PackageType: ghpkg.Container, Owner: "acme", Typed: true,
		Consequences: []views.Consequence{
			{Level: "danger", Text: "All 1,482 versions and their tags go."},
			{Level: "warning", Text: "It is public: whoever pulls it will fail from now on."},
			{Level: "warning", Text: "Its name becomes free. If someone publishes a package under it, this one can no longer be restored."},
			{Level: "info", Text: "It can be restored until Dec 26, 2026, 09:16."},
		},
	}
	wrong := base
	wrong.Confirm, wrong.Reason = "apii", "not used any more"
	wrong.Problem = &views.Problem{Title: "Nothing was deleted", Text: "What was typed is not the name. To delete it, type api exactly."}
	version := base
	version.Kind, version.Typed, version.Version, version.Tags = views.ConfirmDeleteVersion, false, digest, []string{"latest", "v2.14.0", "v2.14", "v2"}
	version.Consequences = append([]views.Consequence{{
		Level: "warning", Text: "2 other versions belong to it, according to their tags:",
		Links: []views.Anchor{{Text: strings.Replace(digest, ":", "-", 1) + ".sig", Href: "#sig"}, {Text: strings.Replace(digest, ":", "-", 1) + ".att", Href: "#att"}},
	}}, base.Consequences...)
	last := version
	last.Consequences, last.Instead = base.Consequences[:1], &views.Fix{Label: "Delete this package instead", Href: "#instead"}
	restore := version
	restore.Kind, restore.Consequences, restore.Gone = views.ConfirmRestoreVersion, nil, gone(24, "hubot", "clean-up")
	grant := base
	grant.Missing = []string{ghpkg.ScopeDeletePackages, ghpkg.ScopeRepo}
	grant.Member = []string{"You are a member of acme, not an owner."}
	grant.Grant = &views.Fix{Label: "Grant access on GitHub", Href: "/login?scope=delete:packages"}
	return []aStory{{"confirm-package", base.Page()}, {"confirm-wrong", wrong.Page()}, {"confirm-version", version.Page()}, {"confirm-restore", restore.Page()}, {"confirm-grant", grant.Page()}, {"confirm-last", last.Page()}, {"confirm-dialog", version.Dialog()}}
}
