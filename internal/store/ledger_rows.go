package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// ledgerTable is one of the ledger's two tables, with all its columns. Their
// order is the chain's: it can never change.
type ledgerTable struct {
	name    string
	columns []string
}

func attemptsTable() ledgerTable {
	return ledgerTable{"ledger_attempts", []string{
		"id", "at", "actor_id", "actor_login", "actor_key", "proxy_user", "action",
		"owner_kind", "owner_login", "owner_key", "package_type", "package_name", "visibility", "package_id",
		"version_id", "version_name", "tags", "reason", "client", "operation", "search",
	}}
}

func outcomesTable() ledgerTable {
	return ledgerTable{"ledger_outcomes", []string{"attempt_id", "seq", "at", "outcome", "message", "code", "search"}}
}

// ledgerRow is a row of the ledger, its values as they are stored.
type ledgerRow struct {
	table   ledgerTable
	attempt string
	outcome int64 // 0: it is the attempt
	values  []any // int64 and string
}

func attemptRow(e ghpkg.Entry) (ledgerRow, error) {
	t := e.Target
	tags, err := json.Marshal(t.Tags)
	if err != nil {
		return ledgerRow{}, fmt.Errorf("write the tags of %s: %w", e.ID, err)
	}
	return ledgerRow{attemptsTable(), e.ID, 0, []any{
		e.ID, e.At.UnixMilli(), e.Actor.ID, storable(e.Actor.Login), loginKey(e.Actor.Login), storable(e.Actor.ProxyUser), string(e.Action),
		string(t.Owner.Kind()), t.Owner.Login(), loginKey(t.Owner.Login()), string(t.Type), storable(t.Name), string(t.Visibility), t.PackageID,
		t.VersionID, storable(t.VersionName), storable(string(tags)), storable(e.Reason), storable(e.From), storable(e.Operation),
		searchable(append([]string{t.Name, t.VersionName, e.Reason}, t.Tags...)...),
	}}, nil
}

func outcomeRow(id string, seq int64, o ghpkg.Settlement) ledgerRow {
	return ledgerRow{outcomesTable(), id, seq, []any{
		id, seq, o.At.UnixMilli(), string(o.Outcome), storable(o.Message), storable(o.Code), searchable(o.Message),
	}}
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// insert writes the row without its link; false if onConflict let another one
// have its place.
func (r ledgerRow) insert(ctx context.Context, to execer, onConflict string) (bool, error) {
	n, err := affected(to.ExecContext(ctx, `INSERT INTO `+r.table.name+` (`+strings.Join(r.table.columns, ", ")+`)
		VALUES (`+places(1, len(r.values))+`) `+onConflict, r.values...))
	return n > 0, err
}
