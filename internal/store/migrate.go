package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/stockroom-dev/stockroom/migrations"
)

// migrate applies the steps that the database has not seen, and returns the
// version that the program needs.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect) (int64, error) {
	provider, err := newProvider(db, dialect)
	if err != nil {
		return 0, err
	}
	sources := provider.ListSources()
	if len(sources) == 0 {
		return 0, errors.New("there are no migrations in the program")
	}
	return sources[len(sources)-1].Version, up(ctx, provider, dialect)
}

func newProvider(db *sql.DB, dialect goose.Dialect) (*goose.Provider, error) {
	steps, err := migrations.Steps()
	if err != nil {
		return nil, err
	}
	all := []*goose.Migration{goose.NewGoMigration(firstLinks, &goose.GoFunc{RunTx: linkAll}, &goose.GoFunc{RunTx: linkNone})}
	for _, step := range steps {
		all = append(all, goose.NewGoMigration(step.Version, running(step.Up), running(step.Down)))
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(all...)}
	if dialect == goose.DialectPostgres {
		// Without the lock, replicas that start together fail on each other's tables.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return nil, fmt.Errorf("make the migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, db, nil, options...)
}

// running runs the statements of one direction of a step in its transaction.
func running(statements string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statements)
		return err
	}}
}

// sqliteTries is how often a step is tried on SQLite, which has no lock that
// outlives a transaction: of two processes that start together one finds its
// step already done by the other. Each step is a transaction, so the loser
// leaves nothing behind, and sees it the next time.
const sqliteTries = 10

func up(ctx context.Context, provider *goose.Provider, dialect goose.Dialect) error {
	_, err := provider.Up(ctx)
	if dialect != goose.DialectSQLite3 {
		return err
	}
	for try := 1; err != nil && try < sqliteTries; try++ {
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(time.Duration(try) * 20 * time.Millisecond):
		}
		_, err = provider.Up(ctx)
	}
	return err
}
