package handlers

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// ownerOf returns the owner in the route.
func ownerOf(c echo.Context) (ghpkg.Owner, error) {
	kind := ghpkg.User
	if strings.HasPrefix(c.Path(), organization) {
		kind = ghpkg.Organization
	}
	login, err := url.PathUnescape(c.Param("login"))
	if err != nil {
		return ghpkg.Owner{}, invalidRef(c.Param("login"), err)
	}
	owner, err := ghpkg.NewOwner(kind, login)
	if err != nil {
		return ghpkg.Owner{}, invalidRef(login, err)
	}
	return owner, nil
}

// pathOf returns what a path below "{owner}/packages/" names. A name that no
// package can have is not found: such an address was never handed out.
func pathOf(c echo.Context) (link.Path, error) {
	p, err := link.Parse(c.Request().URL.Path)
	if err != nil {
		return link.Path{}, invalidRef(c.Request().URL.Path, err)
	}
	return p, nil
}

func invalidRef(value string, err error) error {
	return &fault.Error{Kind: fault.NotFound, Code: fault.CodeInvalidRef, Op: "handlers.params", Args: map[string]any{"Value": value}, Err: err}
}

// What a filter would have taken: the keys of "filter.hint.<key>".
const (
	hintChange = "change" // nothing is known that would do
	hintOneOf  = "one_of"
	hintNumber = "number" // up to
	hintDate   = "date"
	hintNames  = "names" // there is no such filter, but these
	hintOnce   = "once"
)

func invalidFilter(name, value string) error { return badFilter(name, value, hintChange, "") }

// badFilter is a filter that is not understood, with what it would have taken.
func badFilter(name, value, hint, takes string) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: fault.CodeInvalidFilter, Op: "handlers.params",
		Args: map[string]any{"Name": name, "Value": value, "Hint": hint, "Takes": takes},
	}
}

// noneOf is a filter that takes one of a few words.
func noneOf[T ~string](name, value string, words []T) error {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return badFilter(name, value, hintOneOf, strings.Join(all, ", "))
}

// The filters that each table takes, beside format, page and per_page.
var (
	packageFilters = []string{"type", "visibility", "repo", "state", "q", "sort", "notice", "name"}
	allFilters     = []string{"type", "visibility", "repo", "state", "q", "sort"}
	binFilters     = []string{"type", "q"}
	versionFilters = []string{"state", "q", "sort", "package_id", "notice"}
	ledgerFilters  = []string{"actor", "action", "owner", "package", "outcome", "since", "until", "q", "type", "package_id", "operation"}
	pagingFilters  = []string{"page", "per_page", "format"}
)

// values returns the request's query, refusing names that the table does not
// know: a filter that is silently ignored shows the wrong rows.
func values(c echo.Context, known []string) (url.Values, error) {
	raw := c.Request().URL.RawQuery
	v, err := url.ParseQuery(raw)
	if err != nil {
		return nil, invalidFilter("?", raw)
	}
	return v, checkNames(v, known)
}

func checkNames(v url.Values, known []string) error {
	for name, all := range v {
		if !slices.Contains(known, name) && !slices.Contains(pagingFilters, name) {
			return badFilter(name, all[0], hintNames, strings.Join(slices.Sorted(slices.Values(slices.Concat(known, pagingFilters))), ", "))
		}
		if len(all) > 1 && name != "type" {
			return badFilter(name, strings.Join(all, ", "), hintOnce, "")
		}
	}
	return nil
}

// queryOf reads a table's query string; sorts are the fields it can be sorted by.
func queryOf(c echo.Context, known []string, sorts ...ghpkg.Sort) (ghpkg.Query, error) {
	v, err := values(c, known)
	if err != nil {
		return ghpkg.Query{}, err
	}
	return readQuery(v, sorts)
}

func readQuery(v url.Values, sorts []ghpkg.Sort) (ghpkg.Query, error) {
	var err error
	q := ghpkg.Query{Repo: strings.TrimSpace(v.Get("repo")), Text: strings.TrimSpace(v.Get("q"))}
	if q.Types, err = typesOf(v["type"]); err != nil {
		return q, err
	}
	if s := v.Get("visibility"); s != "" {
		if q.Visibility, err = ghpkg.ParseVisibility(s); err != nil {
			return q, noneOf("visibility", s, []ghpkg.Visibility{ghpkg.Public, ghpkg.Private, ghpkg.Internal})
		}
	}
	if q.State, err = ghpkg.ParseState(v.Get("state")); err != nil {
		return q, noneOf("state", v.Get("state"), []ghpkg.State{ghpkg.Active, ghpkg.Deleted})
	}
	if q.Sort, err = sortOf(v.Get("sort"), sorts); err != nil {
		return q, err
	}
	q.Page, q.PerPage, err = pagingOf(v)
	return q, err
}

func typesOf(all []string) ([]ghpkg.Type, error) {
	var types []ghpkg.Type
	for _, s := range all {
		if s == "" {
			continue // an untouched select of the form
		}
		t, err := ghpkg.ParseType(s)
		if err != nil {
			return nil, noneOf("type", s, ghpkg.Types())
		}
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types, nil
}

func sortOf(s string, fields []ghpkg.Sort) (ghpkg.Sort, error) {
	if s == "" {
		return "", nil
	}
	if field, _ := ghpkg.Sort(s).Descending(); !slices.Contains(fields, field) {
		return "", noneOf("sort", s, fields)
	}
	return ghpkg.Sort(s), nil
}

func pagingOf(v url.Values) (page, perPage int, err error) {
	if page, err = wholeNumber(v, "page", 1, 1_000_000); err != nil {
		return 0, 0, err
	}
	perPage, err = wholeNumber(v, "per_page", ghpkg.DefaultPerPage, ghpkg.MaxPerPage)
	return page, perPage, err
}

func wholeNumber(v url.Values, name string, standard, most int) (int, error) {
	s := v.Get(name)
	if s == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, badFilter(name, s, hintNumber, strconv.Itoa(most))
	}
	return n, nil
}

// packageIDOf reads the id of a package; 0: it is not asked for.
func packageIDOf(v url.Values) (int64, error) {
	n, err := wholeNumber(v, "package_id", 0, math.MaxInt)
	return int64(n), err
}
