package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/stockroom-dev/stockroom/internal/store"
)

// engine is River on either database.
type engine struct {
	start  func(context.Context) error
	stop   func(context.Context) error // cancels what is at work, and waits for it
	insert func(context.Context, river.JobArgs, *river.InsertOpts) error
	forget func(context.Context, string) error    // removes a queue's jobs
	tidy   func(context.Context, time.Time) error // removes jobs that were to be done before then
	close  func()
}

// A process works on its own jobs alone, so that what it inserts need not be
// announced to others: River then takes it up at once, and on SQLite does not
// look for announcements twenty times a second.

type sqliteDriver struct {
	*riversqlite.Driver
	outage *outage
}

func (sqliteDriver) SupportsListener() bool     { return false }
func (sqliteDriver) SupportsListenNotify() bool { return false }

func (d sqliteDriver) GetExecutor() riverdriver.Executor {
	return watchedExecutor{d.Driver.GetExecutor(), d.outage}
}

type postgresDriver struct {
	*riverpgxv5.Driver
	outage *outage
}

func (postgresDriver) SupportsListener() bool     { return false }
func (postgresDriver) SupportsListenNotify() bool { return false }

func (d postgresDriver) GetExecutor() riverdriver.Executor {
	return watchedExecutor{d.Driver.GetExecutor(), d.outage}
}

// openEngine brings River's tables up to date.
func openEngine(ctx context.Context, s *store.Store, config *river.Config, away *outage) (engine, error) {
	if db, ok := s.SQLite(); ok {
		driver := sqliteDriver{riversqlite.New(db), away}
		migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: config.Logger})
		if err != nil {
			return engine{}, fmt.Errorf("read the queue's migrations: %w", err)
		}
		if err := retry(ctx, func() error { return up(ctx, migrator) }); err != nil {
			return engine{}, err
		}
		client, err := river.NewClient(driver, config)
		return engineOf(client, func() {}), err
	}
	pool, err := connect(ctx, s.PostgresURL())
	if err != nil {
		return engine{}, err
	}
	client, err := openPostgres(ctx, pool, config, away)
	if err != nil {
		pool.Close()
		return engine{}, err
	}
	return engineOf(client, pool.Close), nil
}

func openPostgres(ctx context.Context, pool *pgxpool.Pool, config *river.Config, away *outage) (*river.Client[pgx.Tx], error) {
	driver := postgresDriver{riverpgxv5.New(pool), away}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: config.Logger})
	if err != nil {
		return nil, fmt.Errorf("read the queue's migrations: %w", err)
	}
	if err := locked(ctx, pool, func() error { return up(ctx, migrator) }); err != nil {
		return nil, err
	}
	return river.NewClient(driver, config)
}

func engineOf[T any](client *river.Client[T], closing func()) engine {
	return engine{
		start: client.Start,
		stop:  client.StopAndCancel,
		insert: func(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) error {
			_, err := client.Insert(ctx, args, opts)
			return err
		},
		forget: func(ctx context.Context, queue string) error {
			_, err := client.JobDeleteMany(ctx, river.NewJobDeleteManyParams().Queues(queue))
			return err
		},
		tidy:  func(ctx context.Context, before time.Time) error { return tidy(ctx, client, before) },
		close: closing,
	}
}

// poolConnections is enough to fetch, to finish and to keep house at once.
const poolConnections = 4

// connect makes connections of River's own: it wants pgx's pool, and must not
// wait behind the pages.
func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the queue cannot read the database URL") // err may repeat the password
	}
	config.MaxConns = poolConnections
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "stockroom"
	}
	config.ConnConfig.RuntimeParams["default_transaction_isolation"] = store.Isolation // River was not tried in the stricter ones
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect the queue: %w", err)
	}
	return pool, nil
}

// tidy removes what a killed process left. Its queue was its own, so that
// nobody would ever work on it.
func tidy[T any](ctx context.Context, client *river.Client[T], before time.Time) error {
	found, err := client.JobList(ctx, river.NewJobListParams().Kinds(drain{}.Kind()).First(1000))
	if err != nil {
		return err
	}
	var ids []int64
	for _, job := range found.Jobs {
		if job.FinalizedAt == nil && job.ScheduledAt.Before(before) {
			ids = append(ids, job.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = client.JobDeleteMany(ctx, river.NewJobDeleteManyParams().IDs(ids...))
	return err
}
