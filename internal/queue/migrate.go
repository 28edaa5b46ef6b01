package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivermigrate"
)

func up[T any](ctx context.Context, migrator *rivermigrate.Migrator[T]) error {
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("bring the queue's tables up to date: %w", err)
	}
	return nil
}

// locked runs step while no other process does: replicas that start together
// would fail on each other's tables. The lock ends with its connection.
func locked(ctx context.Context, pool *pgxpool.Pool, step func() error) error {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect the queue: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const lock = `SELECT pg_advisory_lock(hashtext('stockroom queue ' || current_schema()))`
	if _, err := conn.Exec(ctx, lock); err != nil {
		return fmt.Errorf("wait for the queue's other migrations: %w", err)
	}
	return step()
}

// tries is how often a step is tried on SQLite, which has no lock that outlives
// a transaction; see the store's own migrations.
const tries = 10

func retry(ctx context.Context, step func() error) error {
	err := step()
	for try := 1; err != nil && try < tries; try++ {
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(time.Duration(try) * 20 * time.Millisecond):
		}
		err = step()
	}
	return err
}
