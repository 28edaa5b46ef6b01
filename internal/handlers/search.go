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
	typed   query.Packages // what q.Text means
	search  query.Packages // the same with q's other filters, but for the types
	mistake error          // why q.Text means nothing; a *query.Error
}

// asks reads a table's query text: what it selects, and the parts of it that
// decide what is listed at all.
func (h *edge) asks(here string, q ghpkg.Query) wanted {
	t := wanted{here: here, q: q}
	t.typed, t.mistake = query.ParsePackages(q.Text, h.Now())
	t.search = t.typed
	t.q.State = cmp.Or(t.search.State(), q.State)
	if t.search.Visibility() == ghpkg.Internal && t.q.State != ghpkg.Deleted { // only GitHub knows which are
		t.q.Visibility, t.search = ghpkg.Internal, t.search.Without("visibility")
	}
	if v := t.q.Visibility; v != "" && (v != ghpkg.Internal || t.q.State == ghpkg.Deleted) {
		t.search = t.search.OfVisibility(v)
	}
	if q.Repo != "" {
		t.search = t.search.OfRepo(q.Repo)
	}
	return t
}

// selected returns the rows of the page, how many there are on all, and what
// is not known of the others. A query that means nothing selects nothing.
func (t wanted) selected(all *inventory.Packages) inventory.Selected[ghpkg.Package] {
	if t.mistake != nil {
		return inventory.Selected[ghpkg.Package]{}
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
		Help:    packageHelp(c.Request().Context(), q.Text, t.mistake),
		Views:   h.savedViews(c, s),
		Columns: columnsOf(c),
		Select:  h.selectable(c, source(t.here, q), q.State, total),
	}
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
	from, to := placeOf(e, text)
	return &views.QueryProblem{Before: text[:from], Wrong: text[from:to], After: text[to:], Text: mistakeText(ctx, e)}
}

// placeOf is where in a query a mistake stands.
func placeOf(e *query.Error, text string) (from, to int) {
	from = min(max(e.Pos, 0), len(text))
	return from, min(from+max(e.Len, 0), len(text))
}

// mistakeText says what is wrong with a query.
func mistakeText(ctx context.Context, e *query.Error) string {
	return i18n.T(ctx, "query.problem."+string(e.Reason), "Field", e.Field, "Value", e.Value)
}

// invalidQuery is the same mistake for programs.
func invalidQuery(text string, mistake error) error {
	if e, ok := errors.AsType[*query.Error](mistake); ok {
		from, to := placeOf(e, text)
		text = text[from:to]
	}
	args := map[string]any{"Name": "q", "Value": text}
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
