package store

import (
	"context"
	"errors"
)

// Down undoes every migration.
func Down(ctx context.Context, databaseURL string) error { return DownTo(ctx, databaseURL, 0) }

// DownTo undoes the migrations after version.
func DownTo(ctx context.Context, databaseURL string, version int64) error {
	db, dialect, err := connect(databaseURL)
	if err != nil {
		return err
	}
	provider, err := newProvider(db, dialect)
	if err == nil {
		_, err = provider.DownTo(ctx, version)
	}
	return errors.Join(err, db.Close())
}

// Rows counts the rows of a table.
func (s *Store) Rows(ctx context.Context, table string) (n int, err error) {
	return n, s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
}

// Remove removes all rows of a table.
func (s *Store) Remove(ctx context.Context, table string) error {
	return s.removed(ctx, "remove all rows", "DELETE FROM "+table)
}
