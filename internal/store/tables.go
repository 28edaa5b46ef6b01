package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// A copy knows no table by name: it asks the databases which there are.

// table is one of the schema's tables.
type table struct {
	name    string
	columns []string // sorted
}

// notCopied says whose tables are not ours: goose's is filled by migrating, and
// the queue finds its work again from ours.
func notCopied(name string) bool {
	return name == "goose_db_version" || strings.HasPrefix(name, "river_") || strings.HasPrefix(name, "sqlite_")
}

const (
	sqliteColumns = `SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'`
	// sqliteReferences leads from a table to those that must be filled before it.
	sqliteReferences = `SELECT t.name, r."table" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) r WHERE t.type = 'table'`
	postgresColumns  = `SELECT c.table_name, c.column_name FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'`
)

// tables returns our tables, sorted by name.
func tables(ctx context.Context, q querier, query string) ([]table, error) {
	pairs, err := pairs(ctx, q, query)
	if err != nil {
		return nil, err
	}
	var all []table
	for _, p := range pairs {
		if len(all) == 0 || all[len(all)-1].name != p[0] {
			all = append(all, table{name: p[0]})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, p[1])
	}
	return all, nil
}

// pairs reads two names a row, sorted here, since the engines sort differently.
func pairs(ctx context.Context, q querier, query string) ([][2]string, error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	all, err := collect(rows, "read the schema", func(row scanner) (p [2]string, err error) { return p, row.Scan(&p[0], &p[1]) })
	all = slices.DeleteFunc(all, func(p [2]string) bool { return notCopied(p[0]) })
	slices.SortFunc(all, func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) })
	return all, err
}

// inOrder puts tables behind those that they refer to.
func inOrder(all []table, references [][2]string) []table {
	var done []table
	for len(all) > 0 {
		n := len(done)
		for _, t := range all {
			if !slices.ContainsFunc(references, func(r [2]string) bool {
				return r[0] == t.name && r[1] != t.name && slices.ContainsFunc(all, func(other table) bool { return other.name == r[1] })
			}) {
				done = append(done, t)
			}
		}
		if len(done) == n { // they refer to each other in a circle; the database will say so
			return append(done, all...)
		}
		all = slices.DeleteFunc(all, func(t table) bool {
			return slices.ContainsFunc(done, func(d table) bool { return d.name == t.name })
		})
	}
	return done
}
