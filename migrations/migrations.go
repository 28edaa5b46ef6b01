// Package migrations holds the database's schema, step by step. The SQL is one
// text for SQLite and PostgreSQL: ids are TEXT made by the program, times are
// BIGINT Unix milliseconds, and there is nothing that only one of them knows.
package migrations

import "embed"

// FS holds the steps, as goose reads them.
//
//go:embed *.sql
var FS embed.FS
