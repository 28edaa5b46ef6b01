package handlers

import (
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// lens is a term, an order or both that are one click away. A second click
// takes them out again, and the table's other filters stay.
type lens struct {
	key, field, value string
	sort              ghpkg.Sort
}

// lenses are those of a table of active packages. The one that orders by the
// number of versions is there where all of them are known: GitHub's lists leave
// them out, and what is not known has no place in that order.
func lenses(t wanted, active *inventory.Packages) []views.Lens {
	all := []lens{
		{key: "stale", field: "older", value: "90d", sort: ghpkg.SortUpdated},
		{key: "no_repository", field: "repo", value: "none"},
		{key: "public", field: "visibility", value: string(ghpkg.Public)},
	}
	if active.Uncounted == 0 && len(active.Items) > 0 {
		all = append(all, lens{key: "most_versions", sort: "-" + ghpkg.SortVersions})
	}
	var shown []views.Lens
	for _, l := range all {
		shown = append(shown, l.on(t))
	}
	return shown
}

// on is the lens on a table. What a box beside the query asks of the same field
// gives way to it, or is taken out with it.
func (l lens) on(t wanted) views.Lens {
	q, asked, lit := t.q, t.typed, t.q.Sort == l.sort
	q.Page = 1
	if l.field == "visibility" && q.Visibility != "" {
		q.Visibility, asked = "", asked.OfVisibility(q.Visibility)
	}
	if l.field == "repo" && q.Repo != "" {
		q.Repo, asked = "", asked.OfRepo(q.Repo)
	}
	if l.field != "" {
		asked, lit = asked.Toggle(l.field + ":" + l.value)
		q.Text = asked.String()
	}
	switch {
	case !lit && l.sort != "":
		q.Sort = l.sort
	case lit && q.Sort == l.sort:
		q.Sort = ""
	}
	return views.Lens{Key: l.key, Href: link.WithQuery(t.here, q), Selected: lit}
}

// untaggedLens is the lens of a table of versions; nil where they have no tags.
func untaggedLens(ref ghpkg.Ref, q ghpkg.Query, search query.Versions) *views.Option {
	if !ref.Type().Images() {
		return nil
	}
	asked, lit := search.Toggle(ghpkg.UntaggedQuery)
	q.Page, q.Text = 1, asked.String()
	return &views.Option{Href: link.WithQuery(link.Package(ref), q), Selected: lit, Count: -1}
}
