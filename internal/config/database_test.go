package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
