package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
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

func asItIs(ctx context.Context, databaseURL string, sqlite func(path string) (*sql.DB, error)) (*Store, error) {
	s := &Store{postgresURL: databaseURL, schema: firstLinks}
	var err error
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		s.postgresURL = ""
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("look into the database: %w", err)
		}
		s.db, err = sqlite(path)
	} else {
		s.db, _, err = connect(databaseURL)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Migrated(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("look into the database: %w", err), s.Close())
	}
	return s, nil
}

// lookSQLite leaves the file as it is, also one that is no WAL database: the
// copies that VACUUM INTO makes are none.
func lookSQLite(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+
		"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		return nil, fmt.Errorf("look into the database file %s: %w", path, err)
	}
	return db, nil
}
