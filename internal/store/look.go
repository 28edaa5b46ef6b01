package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Look opens the database at databaseURL to read in it, whoever else is at work
// there: it makes no file, changes no schema and writes nothing. The schema has
// to be one that this program knows.
func Look(ctx context.Context, databaseURL string) (*Store, error) {
	return asItIs(ctx, databaseURL, lookSQLite)
}

// OpenAsItIs is Look to write, too: for the ledger's keeper, who may have a role
// that owns nothing but the ledger.
func OpenAsItIs(ctx context.Context, databaseURL string) (*Store, error) {
	return asItIs(ctx, databaseURL, openSQLite)
}

func asItIs(ctx context.Context, databaseURL string, sqlite func(path string) (*Store, error)) (*Store, error) {
	open := func() (*Store, error) { return connect(databaseURL) }
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("look into the database: %w", err)
		}
		open = func() (*Store, error) { return sqlite(path) }
	}
	s, err := open()
	if err != nil {
		return nil, err
	}
	s.schema = firstLinks
	if err := s.Migrated(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("look into the database: %w", err), s.Close())
	}
	return s, nil
}

// lookSQLite leaves the file as it is, also one that is no WAL database: the
// copies that VACUUM INTO makes are none.
func lookSQLite(path string) (*Store, error) {
	db, err := sqlitePool(path, sqliteReader, maxConnections)
	return newStore(db, db, ""), err
}
