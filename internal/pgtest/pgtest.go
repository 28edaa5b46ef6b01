// Package pgtest gives each test a place of its own in a PostgreSQL database.
package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Schema returns the URL of a schema of the test's own, in the database that
// STOCKROOM_TEST_POSTGRES names. Without one the test is skipped, but where
// nothing may be skipped.
func Schema(tb testing.TB) string {
	tb.Helper()
	base := os.Getenv("STOCKROOM_TEST_POSTGRES")
	if base == "" {
		const missing = "NOT TESTED ON POSTGRESQL: set STOCKROOM_TEST_POSTGRES to the postgres:// URL of a test database"
		if os.Getenv("CI") == "true" || os.Getenv("STOCKROOM_TEST_REQUIRE") == "1" {
			tb.Fatal(missing)
		}
		tb.Skip(missing)
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	schema := "test_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(tb.Context(), "CREATE SCHEMA "+schema); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			tb.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		tb.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String()
}
