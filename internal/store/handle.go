package store

import "database/sql"

// SQLite returns the open database for an engine that keeps tables of its own
// in it: the one connection that writes. False on PostgreSQL, where the engine
// makes its own connections. The store closes it.
func (s *Store) SQLite() (*sql.DB, bool) { return s.writer, s.postgresURL == "" }

// PostgresURL returns the address of the database; empty on SQLite. It holds a
// password.
func (s *Store) PostgresURL() string { return s.postgresURL }
