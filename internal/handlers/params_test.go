package handlers

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// asked is a request for a table with that query string, as it came.
func asked(query string) echo.Context {
	r := httptest.NewRequest(http.MethodGet, "/orgs/acme/packages", nil)
	r.URL.RawQuery = query
	r = r.WithContext(i18n.WithZone(r.Context(), time.UTC))
	return echo.New().NewContext(r, httptest.NewRecorder())
}

// FuzzQuery: a query is refused by name, or understood; what was understood
// makes an address that is understood the same.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"", "type=npm&type=maven&visibility=private&repo=a/b&state=deleted&q=x&sort=-name&page=2&per_page=100",
		"page=0", "per_page=101", "type=&type=npm", "q=%ff%00", "sort=--name", "a;b", "%zz", "q=a&q=b", "page=+1", "page=01", "q=tag:none",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := queryOf(asked(query), packageFilters, ghpkg.Sorts()...)
		if err != nil {
			e := asFault(err)
			if _, named := e.Args["Name"]; e.Code != fault.CodeInvalidFilter || !named {
				t.Errorf("%q: %v", query, err)
			}
			return
		}
		if q.Page < 1 || q.PerPage < 1 || q.PerPage > ghpkg.MaxPerPage {
			t.Errorf("%q: page %d of %d", query, q.Page, q.PerPage)
		}
		address, err := url.ParseRequestURI(link.WithQuery("/orgs/acme/packages", q))
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		again, err := queryOf(asked(address.RawQuery), packageFilters, ghpkg.Sorts()...)
		if diff := cmp.Diff(q, again); err != nil || diff != "" {
			t.Errorf("%q made %q: %v\n%s", query, address, err, diff)
		}
	})
}

// FuzzLedgerQuery: the same for the ledger's filters.
func FuzzLedgerQuery(f *testing.F) {
	for _, query := range []string{"", "actor=o&action=delete&owner=acme&package=a/b&outcome=done&since=2026-01-01&until=2026-12-31&q=x&type=npm", "since=2026-02-30", "until=9999-12-31", "until=2026-11-26T10:00:00Z"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		_, filter, q, err := ledgerQuery(asked(query))
		if err != nil {
			if e := asFault(err); e.Code != fault.CodeInvalidFilter {
				t.Errorf("%q: %v", query, err)
			}
			return
		}
		if q.Page < 1 || q.PerPage < 1 || q.PerPage > ghpkg.MaxPerPage {
			t.Errorf("%q: %+v %+v", query, filter, q)
		}
	})
}

// FuzzNeutral: no cell begins a formula, and nothing else about it changes.
func FuzzNeutral(f *testing.F) {
	for _, cell := range []string{"", "a", "=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "'=1", "\"", "a,b"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		safe := neutral(cell)
		if strings.TrimPrefix(safe, "'") != cell && safe != cell {
			t.Errorf("%q became %q", cell, safe)
		}
		if safe != "" && strings.ContainsRune("=+-@\t\r", rune(safe[0])) {
			t.Errorf("%q is a formula", safe)
		}
		var line strings.Builder
		w := csv.NewWriter(&line)
		if err := w.Write([]string{safe, "next"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if record, err := csv.NewReader(strings.NewReader(line.String())).Read(); err != nil || len(record) != 2 || record[1] != "next" {
			t.Errorf("%q is read as %q: %v", safe, record, err)
		}
	})
}

// TestStatuses: every kind of failure has a status, and none is a success but
// the change of which nobody knows.
func TestStatuses(t *testing.T) {
	t.Parallel()
	for _, kind := range fault.Kinds() {
		status, known := statuses[kind]
		if !known || status < 400 && kind != fault.Unknown || status > 599 {
			t.Errorf("kind %d has the status %d", kind, status)
		}
	}
}
