package store

import (
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// where collects conditions and their arguments. Conditions are constants of
// this file; whatever comes from outside is bound.
type where struct {
	conditions []string
	args       []any
	outcomes   bool // a condition asks for the outcome
}

// bind adds an argument and returns its place in the text.
func (w *where) bind(arg any) string {
	w.args = append(w.args, arg)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *where) and(condition string) { w.conditions = append(w.conditions, condition) }

// String returns the clause; without a condition it selects everything.
func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// ledgerWhere returns the clause over ledger_attempts a and ledger_outcomes o
// that selects what f does.
func ledgerWhere(f ghpkg.LedgerFilter) *where {
	w := &where{}
	w.visible(f.VisibleTo)
	if f.Actor != "" {
		w.and("a.actor_key = " + w.bind(loginKey(f.Actor)))
	}
	if f.Owner != "" {
		w.and("a.owner_key = " + w.bind(loginKey(f.Owner)))
	}
	for _, exact := range []struct{ column, value string }{
		{"a.package_type", string(f.Type)}, {"a.package_name", f.Package},
		{"a.operation", f.Operation},
	} {
		if exact.value != "" {
			w.and(exact.column + " = " + w.bind(storable(exact.value)))
		}
	}
	w.anyOf("a.action", f.Actions)
	w.ofPackage(f)
	w.ofVersions(f.VersionIDs)
	w.outcomes = f.Outcome != "" || f.Query != ""
	switch f.Outcome {
	case "":
	case ghpkg.OutcomePending:
		w.and("o.outcome IS NULL")
	default:
		w.and("o.outcome = " + w.bind(storable(string(f.Outcome))))
	}
	if !f.Since.IsZero() {
		w.and("a.at >= " + w.bind(f.Since.UnixMilli()))
	}
	if !f.Until.IsZero() {
		w.and("a.at < " + w.bind(f.Until.UnixMilli()))
	}
	w.contains(f.Query)
	return w
}

// anyOf selects the rows whose column holds one of the actions; all if there are none.
func (w *where) anyOf(column string, actions []ghpkg.Action) {
	if len(actions) == 0 {
		return
	}
	places := make([]string, len(actions))
	for i, a := range actions {
		places[i] = w.bind(storable(string(a)))
	}
	w.and(column + " IN (" + strings.Join(places, ", ") + ")")
}

// ofPackage tells packages of one name apart, as far as an entry knows its id.
func (w *where) ofPackage(f ghpkg.LedgerFilter) {
	switch {
	case f.PackageID == 0:
	case f.Package == "":
		w.and("a.package_id = " + w.bind(f.PackageID))
	default:
		w.and("a.package_id IN (0, " + w.bind(f.PackageID) + ")")
	}
}

// ofVersions selects the entries about versions of these ids; all if there are none.
func (w *where) ofVersions(ids []int64) {
	if len(ids) == 0 {
		return
	}
	places := make([]string, len(ids))
	for i, id := range ids {
		places[i] = w.bind(id)
	}
	w.and("a.version_id IN (" + strings.Join(places, ", ") + ")")
}

// visible restricts the entries to what v may read; to nothing if v is empty.
func (w *where) visible(v ghpkg.VisibleTo) {
	if v.All {
		return
	}
	var either []string
	if v.ActorID != 0 {
		either = append(either, "a.actor_id = "+w.bind(v.ActorID))
	}
	if len(v.Organizations) > 0 {
		places := make([]string, len(v.Organizations))
		for i, login := range v.Organizations {
			places[i] = w.bind(loginKey(login))
		}
		either = append(either, "(a.owner_kind = 'Organization' AND a.owner_key IN ("+strings.Join(places, ", ")+"))")
	}
	if len(either) == 0 {
		either = []string{"1 = 0"}
	}
	w.and("(" + strings.Join(either, " OR ") + ")")
}

// maxPattern is below the 50,000 bytes that SQLite takes as a pattern. Nothing
// that is searched is that long.
const maxPattern = 40_000

// contains selects the entries in which query occurs, literally.
func (w *where) contains(query string) {
	if query != "" {
		w.matches(query, "a.search", "o.search")
	}
}

// matches selects the rows one of whose columns holds query, literally. The
// columns hold searchable texts.
func (w *where) matches(query string, columns ...string) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(searchable(query)) + "%"
	if strings.Contains(query, searchSeparator) || len(pattern) > maxPattern {
		w.and("1 = 0")
		return
	}
	place := w.bind(pattern)
	either := make([]string, len(columns))
	for i, column := range columns {
		either[i] = column + " LIKE " + place + ` ESCAPE '\'`
	}
	w.and("(" + strings.Join(either, " OR ") + ")")
}
