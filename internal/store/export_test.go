package store

import (
	"context"
	"errors"
)

// Down undoes every migration.
func Down(ctx context.Context, databaseURL string) error {
	db, dialect, err := connect(databaseURL)
	if err != nil {
		return err
	}
	provider, err := newProvider(db, dialect)
	if err == nil {
		_, err = provider.DownTo(ctx, 0)
	}
	return errors.Join(err, db.Close())
}
