package apptest

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/pgtest"
)

// Postgres returns the URL of an empty PostgreSQL database of the test's own;
// see pgtest.Schema.
func Postgres(tb testing.TB) string {
	tb.Helper()
	return pgtest.Schema(tb)
}
