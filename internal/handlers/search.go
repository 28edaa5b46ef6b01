package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// wanted is what is wanted of a table of packages.
type wanted struct {
	here    string // its path
	q       ghpkg.Query
	search  query.Packages // what q.Text means
	mistake error          // why q.Text means nothing; a *query.Error
}

// asks reads a table's query text: what it selects, and the parts of it that
// decide what is listed at all.
func (h *edge) asks(here string, q ghpkg.Query) wanted {
	t := wanted{here: here, q: q}
	t.search, t.mistake = query.ParsePackages(q.Text, h.Now())
	t.q.State = cmp.Or(t.search.State(), q.State)
	if t.search.Visibility() == ghpkg.Internal { // only GitHub knows which are
		t.q.Visibility, t.search = ghpkg.Internal, t.search.Without("visibility")
	}
	return t
}

// selected returns the rows of the page, and how many there are on all. A query
// that means nothing selects nothing.
func (t wanted) selected(all *inventory.Packages) (rows []ghpkg.Package, total int) {
	if t.mistake != nil {
		return nil, 0
	}
	return all.Select(t.q, t.search)
}

// eyes are who is looking.
func (h *edge) eyes(s *auth.Session) inventory.Eyes {
	return inventory.Eyes{Session: s.ID, ViewerID: s.Viewer.ID, Source: h.GitHub.Registry(s)}
}

// emptyTable returns a table of packages without its rows and its head.
func (h *edge) emptyTable(c echo.Context, s *auth.Session, t wanted, total int) views.PackageTable {
	q := t.q
	return views.PackageTable{
		Filter: views.PackageFilter{
			Action: t.here, Text: q.Text, Repo: q.Repo, State: q.State, Sort: string(q.Sort), PerPage: q.PerPage,
			Visibilities: visibilityOptions(q),
			Active:       len(q.Types) > 0 || q.Visibility != "" || q.Repo != "" || q.Text != "",
			Clear:        link.WithQuery(t.here, ghpkg.Query{State: q.State}),
		},
		States:  stateOptions(t.here, q),
		Sorts:   packageSorts(t.here, q),
		Total:   total,
		Pages:   pagesOf(t.here, q, total),
		Exports: exportsOf(t.here, q),
		Lenses:  lenses(t),
		Help:    packageHelp(c.Request().Context(), q.Text, t.mistake),
		Views:   h.savedViews(c, s),
		Columns: columnsOf(c),
		Select:  h.selectable(c, source(t.here, q), q.State, total),
	}
}

// lenses are plain queries that are one click away.
func lenses(t wanted) []views.Lens {
	if t.q.State == ghpkg.Deleted {
		return nil
	}
	all := []struct {
		key string
		q   ghpkg.Query
	}{
		{"stale", ghpkg.Query{Text: "older:90d", Sort: ghpkg.SortUpdated}},
		{"no_repository", ghpkg.Query{Text: "repo:none"}},
		{"public", ghpkg.Query{Text: "visibility:public"}},
		{"most_versions", ghpkg.Query{Sort: "-" + ghpkg.SortVersions}},
	}
	var shown []views.Lens
	for _, lens := range all {
		shown = append(shown, views.Lens{
			Key: lens.key, Href: link.WithQuery(t.here, lens.q),
			Selected: t.q.Text == lens.q.Text && t.q.Sort == lens.q.Sort,
		})
	}
	return shown
}

func packageHelp(ctx context.Context, text string, mistake error) views.QueryHelp {
	return views.QueryHelp{Examples: views.PackageExamples(), Problem: queryProblem(ctx, text, mistake)}
}

func versionHelp(ctx context.Context, typ ghpkg.Type, text string, mistake error) views.QueryHelp {
	return views.QueryHelp{Examples: views.VersionExamples(typ), Problem: queryProblem(ctx, text, mistake)}
}

// queryProblem points at a mistake in a query; nil if there is none.
func queryProblem(ctx context.Context, text string, mistake error) *views.QueryProblem {
	e, ok := errors.AsType[*query.Error](mistake)
	if !ok {
		return nil
	}
	from := min(max(e.Pos, 0), len(text))
	to := min(from+max(e.Len, 0), len(text))
	return &views.QueryProblem{
		Before: text[:from], Wrong: text[from:to], After: text[to:],
		Text: i18n.T(ctx, "query.problem."+string(e.Reason), "Field", e.Field, "Value", e.Value),
	}
}

// invalidQuery is the same mistake for programs.
func invalidQuery(text string, mistake error) error {
	args := map[string]any{"Name": "q", "Value": text}
	if e, ok := errors.AsType[*query.Error](mistake); ok {
		from := min(max(e.Pos, 0), len(text))
		args["Value"] = text[from:min(from+max(e.Len, 0), len(text))]
	}
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeInvalidFilter, Op: "handlers.search", Args: args, Err: mistake}
}

// statusFor is the status of a table: a query that means nothing is the
// browser's mistake, but the page that points at it is a page.
func statusFor(help views.QueryHelp) int {
	if help.Problem != nil {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// columnsOf returns how the viewer wants tables.
func columnsOf(c echo.Context) views.Columns {
	chosen, _ := c.Get(preferencesKey).(ghpkg.Preferences)
	hidden := hiddenColumns(chosen)
	return views.Columns{
		Compact: chosen.Density == densityCompact, HideVersions: hidden["versions"],
		HideUpdated: hidden["updated"], HideRepository: hidden["repository"],
	}
}
