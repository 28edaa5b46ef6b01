package link

import (
	"net/url"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// WithQuery returns path with a table's query; what is at its default is left
// out, so that equal tables have equal addresses.
func WithQuery(path string, q ghpkg.Query) string { return withValues(path, Values(q)) }

// WithFormat returns the address of the same table as "json" or "csv".
func WithFormat(path string, q ghpkg.Query, format string) string {
	v := Values(q)
	v.Set("format", format)
	return withValues(path, v)
}

// WithNotice returns path with the ledger entry whose outcome the page tells of.
func WithNotice(path, entry string) string {
	return withValues(path, url.Values{"notice": {entry}})
}

// LedgerOf returns the ledger's entries about one package, and not about others
// that had its name before.
func LedgerOf(p ghpkg.Package) string {
	return withValues(Ledger, url.Values{
		"owner": {p.Owner.Login()}, "type": {string(p.Type)}, "package": {p.Name}, "package_id": {strconv.FormatInt(p.ID, 10)},
	})
}

// LedgerOfID returns the ledger's entries about the package that had an id.
func LedgerOfID(id string) string { return withValues(Ledger, url.Values{"package_id": {id}}) }

// LedgerQuery returns the ledger filtered by values.
func LedgerQuery(v url.Values) string { return withValues(Ledger, v) }

// Values returns the query string of q.
func Values(q ghpkg.Query) url.Values {
	v := url.Values{}
	for _, t := range q.Types {
		v.Add("type", string(t))
	}
	set := func(name, value, standard string) {
		if value != "" && value != standard {
			v.Set(name, value)
		}
	}
	set("visibility", string(q.Visibility), "")
	set("repo", q.Repo, "")
	set("state", string(q.State), string(ghpkg.Active))
	set("q", q.Text, "")
	set("sort", string(q.Sort), "")
	if q.Page > 1 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	if q.PerPage != 0 && q.PerPage != ghpkg.DefaultPerPage {
		v.Set("per_page", strconv.Itoa(q.PerPage))
	}
	return v
}

func withValues(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
