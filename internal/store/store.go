// Package store keeps what must outlive the process: sessions, preferences, the
// inventory and the ledger. It runs on SQLite, and on PostgreSQL where several
// replicas share a database, with one SQL text for both; it is plain, typed
// SQL, because a generator would take longer to build than there are queries to
// write.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

// Store is an open database whose schema is the program's.
type Store struct {
	db          *sql.DB       // to read with
	writer      *sql.DB       // to write with: on SQLite another pool, of one connection
	keeping     chan struct{} // holds one while something is kept of the inventory
	schema      int64         // the version that the program needs
	postgresURL string        // empty: it is SQLite
	unfinished  *sql.Stmt     // countUnfinished
}

func newStore(db, writer *sql.DB, postgresURL string) *Store {
	return &Store{db: db, writer: writer, postgresURL: postgresURL, keeping: make(chan struct{}, 1)}
}

// Open opens the database at databaseURL, "sqlite:path" or "postgres://…", and
// brings its schema up to date. Several processes may do so at once.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	s, err := connect(databaseURL)
	if err != nil {
		return nil, err
	}
	if err := s.writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), s.Close())
	}
	if s.schema, err = migrate(ctx, s.writer, s.dialect()); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the database's schema up to date: %w", err), s.Close())
	}
	if s.unfinished, err = s.db.PrepareContext(ctx, countUnfinished); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare a query: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) dialect() goose.Dialect {
	if s.postgresURL == "" {
		return goose.DialectSQLite3
	}
	return goose.DialectPostgres
}

// Close closes the database.
func (s *Store) Close() error { return errors.Join(s.db.Close(), s.writer.Close()) }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

// Migrated reports whether the database answers and has at least the schema
// that this program needs: a newer one is fine, because replicas are replaced
// one after another.
func (s *Store) Migrated(ctx context.Context) error {
	version, err := s.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if version < s.schema {
		return fmt.Errorf("the database's schema is at version %d, but %d is needed", version, s.schema)
	}
	return nil
}

// SchemaVersion returns the number of the last migration that the database has seen.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) {
	var version int64
	err := s.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}

// Times are stored as Unix milliseconds.

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// storable returns s as both engines can hold it: PostgreSQL takes neither NUL
// nor bytes that are no UTF-8, and GitHub's answers and people's reasons may
// have both.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
