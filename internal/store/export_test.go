package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Down undoes every migration.
func Down(ctx context.Context, databaseURL string) error { return DownTo(ctx, databaseURL, 0) }

// DownTo undoes the migrations after version.
func DownTo(ctx context.Context, databaseURL string, version int64) error {
	s, err := connect(databaseURL)
	if err != nil {
		return err
	}
	provider, err := newProvider(s.writer, s.dialect())
	if err == nil {
		_, err = provider.DownTo(ctx, version)
	}
	return errors.Join(err, s.Close())
}

// Rows counts the rows of a table.
func (s *Store) Rows(ctx context.Context, table string) (n int, err error) {
	return n, s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
}

// Remove removes all rows of a table.
func (s *Store) Remove(ctx context.Context, table string) error {
	return s.removed(ctx, "remove all rows", "DELETE FROM "+table)
}

// ByHand returns the database for what no code of ours does.
func (s *Store) ByHand() *sql.DB { return s.writer }

// Reader returns what the store reads with.
func (s *Store) Reader() *sql.DB { return s.db }

// LedgerColumns returns the columns of the ledger's two tables that the chain knows.
func LedgerColumns() map[string][]string {
	return map[string][]string{"ledger_attempts": attemptsTable().columns, "ledger_outcomes": outcomesTable().columns}
}

// SchemaColumns returns the columns that a table has.
func (s *Store) SchemaColumns(ctx context.Context, name string) ([]string, error) {
	query := sqliteColumns
	if s.postgresURL != "" {
		query = postgresColumns
	}
	all, err := tables(ctx, s.db, query)
	for _, t := range all {
		if t.name == name {
			return t.columns, err
		}
	}
	return nil, err
}

// Tables returns the names of our tables.
func (s *Store) Tables(ctx context.Context) ([]string, error) {
	all, err := tables(ctx, s.db, sqliteColumns)
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.name
	}
	return names, err
}

// RowDigest is what the chain keeps of a row of a table with these columns.
func RowDigest(table string, columns []string, values ...any) ([]byte, error) {
	return rowDigest(ledgerTable{table, columns}, values)
}

// BeginUnchained writes an attempt down without a link, as before there was a chain.
func (s *Store) BeginUnchained(ctx context.Context, e ghpkg.Entry) error {
	row, err := attemptRow(e)
	if err != nil {
		return err
	}
	_, err = row.insert(ctx, s.writer, "")
	return err
}

// LinkAll links all that has no chain yet.
func (s *Store) LinkAll(ctx context.Context) error {
	return s.inTx(ctx, func(tx *sql.Tx) error { return linkAll(ctx, tx) })
}

// Keep occupies the place of what is kept of the inventory until release is called.
func (s *Store) Keep() (release func()) {
	s.keeping <- struct{}{}
	return func() { <-s.keeping }
}
