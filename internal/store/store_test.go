package store_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/stockroom-dev/stockroom/internal/store"
)

// epoch is when the tests happen; whole milliseconds, as the database keeps them.
var epoch = time.Date(2026, 11, 20, 9, 30, 0, 123_000_000, time.UTC)

// onBoth runs test on a fresh database of either engine.
func onBoth(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom?#%41 test.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgresSchema(t))
	})
}

// postgresSchema returns the URL of a schema of the test's own.
func postgresSchema(t testing.TB) string {
	t.Helper()
	base := os.Getenv("STOCKROOM_TEST_POSTGRES")
	if base == "" {
		const missing = "NOT TESTED ON POSTGRESQL: set STOCKROOM_TEST_POSTGRES to the postgres:// URL of a test database"
		if os.Getenv("CI") == "true" || os.Getenv("STOCKROOM_TEST_REQUIRE") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	schema := "test_" + strings.ToLower(rand.Text())
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String()
}

// fresh returns another empty database of the same engine.
func fresh(t *testing.T, databaseURL string) string {
	t.Helper()
	if strings.HasPrefix(databaseURL, "sqlite:") {
		return "sqlite:" + filepath.Join(t.TempDir(), "stockroom.db")
	}
	return postgresSchema(t)
}

func open(t testing.TB, databaseURL string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpenMigrates(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		for range 2 { // the second time there is nothing to do
			s := open(t, databaseURL)
			if err := s.Migrated(t.Context()); err != nil {
				t.Errorf("Migrated: %v", err)
			}
			if v, err := s.SchemaVersion(t.Context()); err != nil || v < 3 {
				t.Errorf("SchemaVersion = %d, %v; want at least 3", v, err)
			}
		}
	})
}

func TestOpenTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				s, err := store.Open(t.Context(), databaseURL)
				if err == nil {
					err = s.Migrated(t.Context())
					s.Close()
				}
				errs[i] = err
			})
		}
		wg.Wait()
		for i, err := range errs {
			if err != nil {
				t.Errorf("replica %d: %v", i, err)
			}
		}
	})
}

func TestMigrationsDownAndUp(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		if err := store.Down(t.Context(), databaseURL); err != nil {
			t.Fatalf("down: %v", err)
		}
		if err := s.Migrated(t.Context()); err == nil {
			t.Error("Migrated says that an empty database is up to date")
		}
		if _, _, err := s.Session(t.Context(), "key", epoch); err == nil {
			t.Error("there still is a table of sessions")
		}
		if err := open(t, databaseURL).Migrated(t.Context()); err != nil {
			t.Errorf("up again: %v", err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	tests := []struct {
		name, url string
		want      string
	}{
		{"nothing", "", "must begin with sqlite: or postgres://"},
		{"another engine", "mysql://root:hunter2@localhost/db", "must begin with sqlite: or postgres://"},
		{"no file", "sqlite:", "needs a file"},
		{"memory", "sqlite::memory:", "needs a file"},
		{"no directory", "sqlite:" + filepath.Join(directory, "no", "x.db"), "no such file or directory"},
		{"a directory", "sqlite:" + directory, "is a directory"},
		{"no database", "sqlite:" + notADatabase(t), "not a database"},
		{"unreachable", "postgres://admin:hunter2@127.0.0.1:1/db", "open the database"},
		{"bad port", "postgres://admin:hunter2@127.0.0.1:port/db", "should look like postgres://"},
		{"bad escape", "postgres://admin:hunter2%zz@127.0.0.1/db", "should look like postgres://"},
		{"bad option", "postgres://admin:hunter2@127.0.0.1/db?sslmode=hunter2", "cannot be read"},
		{"password as option", "postgres://127.0.0.1/db?password=hunter2&sslmode=never", "cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := store.Open(ctx, tt.url)
			if err == nil {
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not contain %q", err, tt.want)
			}
			if strings.Contains(fmt.Sprintf("%+v", err), "hunter2") {
				t.Errorf("error %q shows the password", err)
			}
		})
	}
}

func notADatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("Dear Sir or Madam, ", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDatabaseFileIsPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "stockroom.db")
	open(t, "sqlite:"+path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("the database file has mode %o, want 600", got)
	}
}

// TestSQLiteSyncsEveryCommit: an attempt that is written down is on the disk
// before its request leaves, so that a power cut does not take it back.
func TestSQLiteSyncsEveryCommit(t *testing.T) {
	t.Parallel()
	db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db")).ByHand()
	const full = 2
	var level int
	if err := db.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&level); err != nil || level != full {
		t.Errorf("synchronous is %d, %v; want %d", level, err, full)
	}
}
