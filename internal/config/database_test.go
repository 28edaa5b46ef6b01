package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/config"
)

// TestLoadDatabase needs no secret, and complains of nothing but the database.
func TestLoadDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgres://admin:hunter2@localhost/db\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		want config.Secret
		bad  string // the variable that is complained of
	}{
		{"nothing set", nil, "sqlite:stockroom.db", ""},
		{"set", map[string]string{"DATABASE_URL": "sqlite:x.db"}, "sqlite:x.db", ""},
		{"other mistakes", map[string]string{"ADDR": "x", "READ_ONLY": "perhaps"}, "sqlite:stockroom.db", ""},
		{"in a file", map[string]string{"DATABASE_URL_FILE": file}, "postgres://admin:hunter2@localhost/db", ""},
		{"no such file", map[string]string{"DATABASE_URL_FILE": file + "x"}, "", "DATABASE_URL_FILE"},
		{"another engine", map[string]string{"DATABASE_URL": "mysql://root:hunter2@localhost/db"}, "", "DATABASE_URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := config.LoadDatabase(func(name string) string { return tt.env[strings.TrimPrefix(name, config.Prefix)] })
			wrong, _ := errors.AsType[config.Mistakes](err)
			if tt.bad == "" && err != nil || tt.bad != "" && (len(wrong) != 1 || wrong[0].Name != config.Prefix+tt.bad) {
				t.Fatalf("got %v, want a complaint of %q", err, tt.bad)
			}
			if got != tt.want || err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got another address, or a secret in %v", err)
			}
		})
	}
}

// TestLoadLedger needs no secret either, and complains of nothing but the ledger.
func TestLoadLedger(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		env  map[string]string
		want time.Duration
		bad  []string // the variables that are complained of
	}{
		{"nothing set", nil, 0, []string{"LEDGER_RETENTION"}},
		{"set", map[string]string{"LEDGER_RETENTION": "120d", "ADDR": "x"}, 120 * 24 * time.Hour, nil},
		{"both wrong", map[string]string{"LEDGER_RETENTION": "12d", "DATABASE_URL": "mysql://x", "READ_ONLY": "x"}, 0, []string{"DATABASE_URL", "LEDGER_RETENTION"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			database, keep, err := config.LoadLedger(func(name string) string { return tt.env[strings.TrimPrefix(name, config.Prefix)] })
			wrong, _ := errors.AsType[config.Mistakes](err)
			var bad []string
			for _, m := range wrong {
				bad = append(bad, strings.TrimPrefix(m.Name, config.Prefix))
			}
			if !slices.Equal(bad, tt.bad) || keep != tt.want || err == nil && database != "sqlite:stockroom.db" {
				t.Errorf("got %s, %v", keep, err)
			}
		})
	}
}
