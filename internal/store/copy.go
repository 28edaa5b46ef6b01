package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// ErrNotEmpty says that a copy would have mixed with what is there.
var ErrNotEmpty = errors.New("the database to copy to is not empty")

// CopyTo copies everything from an SQLite database into an empty PostgreSQL
// one, which has been opened and so has the same schema. Nobody writes into the
// source meanwhile. Each table is copied in a transaction of its own and told
// to progress; in the end the ledger's chain has to be whole and as long.
func (s *Store) CopyTo(ctx context.Context, target *Store, progress func(table string, rows int64)) (Verdict, error) {
	if s.postgresURL != "" || target.postgresURL == "" {
		return Verdict{}, errors.New("a copy goes from sqlite: to postgres://; PostgreSQL has pg_dump and pg_restore")
	}
	tx, err := s.writer.BeginTx(ctx, nil) // keeps writers out until it ends
	if err != nil {
		return Verdict{}, fmt.Errorf("keep others from writing into the database: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	all, err := toCopy(ctx, tx, target.db)
	if err != nil {
		return Verdict{}, err
	}
	for _, t := range all {
		n, err := target.fill(ctx, tx, t)
		if err != nil {
			return Verdict{}, fmt.Errorf("copy the table %s: %w", t.name, err)
		}
		progress(t.name, n)
	}
	return target.sameLedger(ctx, tx)
}

// toCopy returns the tables to copy, in an order in which they can be, if both
// databases have the same ones, and the target has nothing in them.
func toCopy(ctx context.Context, source, target querier) ([]table, error) {
	from, err := tables(ctx, source, sqliteColumns)
	if err != nil {
		return nil, err
	}
	to, err := tables(ctx, target, postgresColumns)
	if err != nil {
		return nil, err
	}
	references, err := pairs(ctx, source, sqliteReferences)
	if err != nil {
		return nil, err
	}
	if len(from) == 0 || !slices.EqualFunc(from, to, func(a, b table) bool { return a.name == b.name && slices.Equal(a.columns, b.columns) }) {
		return nil, fmt.Errorf("the two databases are not of the same schema: %v and %v", from, to)
	}
	for _, t := range to {
		n, err := count(ctx, target, t)
		if err == nil && n > 0 {
			err = fmt.Errorf("%w: %s has %d rows", ErrNotEmpty, t.name, n)
		}
		if err != nil {
			return nil, err
		}
	}
	return inOrder(from, references), nil
}

// fill copies one table, and counts on both sides what came of it.
func (s *Store) fill(ctx context.Context, source *sql.Tx, t table) (int64, error) {
	rows, err := source.QueryContext(ctx, `SELECT `+strings.Join(t.columns, ", ")+` FROM `+t.name)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if err := s.pour(ctx, t, rows); err != nil {
		return 0, err
	}
	if err := rows.Err(); err != nil { // which pour has seen as well
		return 0, err
	}
	want, wantErr := count(ctx, source, t)
	got, gotErr := count(ctx, s.db, t)
	if err := errors.Join(wantErr, gotErr); err != nil {
		return 0, err
	}
	if got != want {
		return 0, fmt.Errorf("it has %d rows, and the copy has %d", want, got)
	}
	return got, nil
}

// pour writes rows into a table, all or none of them.
func (s *Store) pour(ctx context.Context, t table, rows *sql.Rows) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	next := func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		return scanAny(rows, len(t.columns))
	}
	return conn.Raw(func(driver any) error {
		return pgx.BeginFunc(ctx, driver.(*stdlib.Conn).Conn(), func(tx pgx.Tx) error {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromFunc(next)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `ANALYZE `+t.name) // or the first queries would be planned for an empty table
			return err
		})
	})
}

func count(ctx context.Context, q querier, t table) (n int64, err error) {
	return n, q.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name).Scan(&n)
}

// sameLedger holds the copy's chain against itself and against the source's head.
func (s *Store) sameLedger(ctx context.Context, source querier) (Verdict, error) {
	head, err := chainHead(ctx, source)
	if err != nil {
		return Verdict{}, err
	}
	v, err := s.VerifyLedger(ctx, hex.EncodeToString(head.hash))
	if err == nil && v.Noted != head.seq {
		err = errors.New("the copy's ledger does not end as the original's does")
	}
	return v, err
}
