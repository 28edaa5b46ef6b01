package handlers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
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

// row is what a CSV line is made of.
type row interface {
	header() []string
	cells() []string
}

// csvAnswer answers with a header of the JSON names and a line for each row.
func csvAnswer[T row](c echo.Context, name string, rows []T) error {
	vary(c.Response())
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	var none T
	if err := w.Write(none.header()); err != nil {
		return err
	}
	for _, r := range rows {
		cells := r.cells()
		for i, cell := range cells {
			cells[i] = neutral(cell)
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// neutral keeps spreadsheets from running a cell as a formula (OWASP, "CSV Injection").
func neutral(cell string) string {
	if cell == "" {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + cell
	}
	return cell
}
