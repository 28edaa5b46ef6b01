package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The formats of a table.
const (
	formatHTML = ""
	formatJSON = "json"
	formatCSV  = "csv"
)

// format returns the form in which the answer is wanted.
func format(r *http.Request) string { return r.URL.Query().Get("format") }

// isProgram reports whether a table is asked for as rows, not as a page.
func isProgram(r *http.Request) bool { return format(r) != formatHTML }

// checkFormat refuses a format that an address does not have.
func checkFormat(r *http.Request, formats ...string) error {
	f := format(r)
	for _, known := range append(formats, formatHTML) {
		if f == known {
			return nil
		}
	}
	return noneOf("format", f, formats)
}

// html renders to a buffer first, so that half a page with status 200 cannot happen.
func html(c echo.Context, status int, page templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := page.Render(c.Request().Context(), buf); err != nil {
		return err
	}
	vary(c.Response())
	return c.HTMLBlob(status, buf.Bytes())
}

// jsonAnswer answers with v as JSON.
func jsonAnswer(c echo.Context, status int, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	vary(c.Response())
	return c.JSONBlob(status, append(body, '\n'))
}

// table is one page of rows for programs: the same rows, filters and rights as
// the page for people.
type table[T any] struct {
	Items    []T          `json:"items"`
	Total    int          `json:"total"`
	Page     int          `json:"page"`
	PerPage  int          `json:"per_page"`
	AsOf     time.Time    `json:"as_of"`
	Complete bool         `json:"complete"`
	Notices  []noticeJSON `json:"notices"`
}

// withRows is a listing with other rows: those of one page, for programs.
func withRows[From, To any](l ghpkg.Listing[From], rows []To) ghpkg.Listing[To] {
	return ghpkg.Listing[To]{Items: rows, AsOf: l.AsOf, Notices: l.Notices}
}

type noticeJSON struct {
	Kind    ghpkg.NoticeKind `json:"kind"`
	Message string           `json:"message"`
	Type    ghpkg.Type       `json:"package_type,omitempty"`
	URL     string           `json:"url,omitempty"`
}

// tableOf wraps the page of a listing, which holds the rows of that page alone,
// with the total over all pages.
func tableOf[T any](ctx context.Context, page ghpkg.Listing[T], total int, q ghpkg.Query) table[T] {
	t := table[T]{
		Items: page.Items, Total: total, Page: q.Page, PerPage: q.PerPage, AsOf: page.AsOf.UTC(),
		Complete: page.Complete(), Notices: []noticeJSON{},
	}
	if t.Items == nil {
		t.Items = []T{}
	}
	for _, n := range page.Notices {
		t.Notices = append(t.Notices, noticeJSON{n.Kind, noticeMessage(ctx, n), n.Type, n.URL})
	}
	return t
}

// sendTable answers a program with a page of a table, as JSON or as a CSV file of
// this name.
func sendTable[T any](h *edge, c echo.Context, name string, t table[T]) error {
	h.linkPages(c, t.Total, ghpkg.Query{Page: t.Page, PerPage: t.PerPage})
	if format(c.Request()) == formatCSV {
		return csvAnswer(c, name, t.Complete, t.Items)
	}
	return jsonAnswer(c, http.StatusOK, t)
}

// linkPages leads a program to the other pages of a table by the Link header, as
// GitHub's API does: nobody takes one page for all rows. Call it before answering.
func (h *edge) linkPages(c echo.Context, total int, q ghpkg.Query) {
	base, query := strings.TrimSuffix(h.BaseURL.String(), "/")+c.Request().URL.EscapedPath(), c.Request().URL.Query()
	var links []string
	add := func(page int, rel string) {
		query.Set("page", strconv.Itoa(page))
		links = append(links, "<"+base+"?"+query.Encode()+`>; rel="`+rel+`"`)
	}
	last := max(1, (total+q.PerPage-1)/q.PerPage)
	if q.Page > 1 {
		add(min(q.Page-1, last), "prev")
	}
	if q.Page < last {
		add(q.Page+1, "next")
		add(last, "last")
	}
	if q.Page > 1 {
		add(1, "first")
	}
	if len(links) > 0 {
		c.Response().Header().Set("Link", strings.Join(links, ", "))
	}
}
