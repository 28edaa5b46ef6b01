package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// connect opens no connection yet; it reads the URL.
func connect(databaseURL string) (*Store, error) {
	scheme, rest, _ := strings.Cut(databaseURL, ":")
	switch scheme {
	case "sqlite":
		return openSQLite(rest)
	case "postgres", "postgresql":
		db, err := openPostgres(databaseURL)
		return newStore(db, db, databaseURL), err
	}
	return nil, errors.New("the database URL must begin with sqlite: or postgres://")
}

// maxConnections bounds a pool: enough for the readers of one process, and few
// enough for several replicas at one PostgreSQL.
const maxConnections = 8

// SQLite lets one connection write, and has no queue: of those that wait for the
// lock, each sleeps and tries again, the longer the later, and on a busy machine
// one may lose for many seconds. Hence all that is written goes through one
// connection, which database/sql hands from one to the next, and for which each
// waits no longer than its context lets it.
const (
	// sqliteReader: WAL lets readers go on while one writes; none of them may write
	// by mistake.
	sqliteReader = "_pragma=busy_timeout(15000)&_pragma=query_only(1)"
	// sqliteWriter waits for other processes (an operator's command, a backup), and
	// takes the lock at the begin of a transaction, where waiting is safe. What is
	// committed is on the disk (FULL): the ledger's word that something is about to
	// be sent has to outlive a power cut that its answer does not.
	sqliteWriter = "_pragma=busy_timeout(15000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_txlock=immediate"
)

func openSQLite(path string) (*Store, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, errors.New("the database URL needs a file, as in sqlite:stockroom.db")
	}
	// SQLite's own message for a file that it cannot open does not name the
	// file, and it would let everybody on the machine read it.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	db, readErr := sqlitePool(path, sqliteReader, maxConnections)
	writer, writeErr := sqlitePool(path, sqliteWriter, 1)
	return newStore(db, writer, ""), errors.Join(readErr, writeErr)
}

// sqlitePool makes its connections when they are needed.
func sqlitePool(path, parameters string, connections int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+parameters)
	if err != nil {
		return nil, fmt.Errorf("open the database file %s: %w", path, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// idleInTransaction is when PostgreSQL gives up a transaction whose program
// says nothing more: all writers of the ledger wait for the one before them, and
// a machine that lost its power does not close its connections.
const idleInTransaction = "10s"

// Isolation is PostgreSQL's level of transactions that writers need who wait for
// one another, whatever the operator's default: in a stricter one those who have
// waited fail.
const Isolation = "read committed"

// connectTimeout is how long a PostgreSQL that does not answer is waited for.
const connectTimeout = 5 * time.Second

func openPostgres(databaseURL string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, parseError(databaseURL, err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "stockroom"
	}
	if config.RuntimeParams["idle_in_transaction_session_timeout"] == "" {
		config.RuntimeParams["idle_in_transaction_session_timeout"] = idleInTransaction
	}
	config.RuntimeParams["default_transaction_isolation"] = Isolation
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	db.SetConnMaxIdleTime(5 * time.Minute) // firewalls drop idle connections silently
	return db, nil
}

// parseError says what is wrong with a PostgreSQL URL without its password. A
// URL that cannot be parsed may have the password anywhere, so nothing of it is
// repeated.
func parseError(databaseURL string, err error) error {
	u, urlErr := url.Parse(databaseURL)
	if urlErr != nil {
		return errors.New("the database URL cannot be read: it should look like postgres://user:password@host/database, " +
			"with special characters percent-encoded")
	}
	message := err.Error()
	password, _ := u.User.Password()
	for _, secret := range []string{databaseURL, u.User.String(), password, u.Query().Get("password")} {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "xxxxx")
		}
	}
	return fmt.Errorf("the database URL cannot be read: %s", message)
}
