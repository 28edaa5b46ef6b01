package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func getenv(t *testing.T, pairs ...string) func(string) string {
	t.Helper()
	env := map[string]string{
		"STOCKROOM_ADDR":                 "127.0.0.1:0",
		"STOCKROOM_GITHUB_CLIENT_ID":     "id",
		"STOCKROOM_GITHUB_CLIENT_SECRET": "hunter2",
		"STOCKROOM_SECRET_KEY":           base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"STOCKROOM_DATABASE_URL":         "sqlite:" + filepath.Join(t.TempDir(), "stockroom.db"),
	}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[name] }
}

func TestRunExitCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  []string
		args []string
		want int
	}{
		{"version", nil, []string{"-version"}, 0},
		{"help", nil, []string{"-help"}, 0},
		{"unknown flag", nil, []string{"-nope"}, 2},
		{"unknown argument", nil, []string{"serve"}, 2},
		{"wrong configuration", []string{"STOCKROOM_ADDR", "x"}, nil, 2},
		{"wrong configuration of a health check", []string{"STOCKROOM_ADDR", "x"}, []string{"-healthcheck"}, 2},
		{"nobody listens", []string{"STOCKROOM_ADDR", "127.0.0.1:1"}, []string{"-healthcheck"}, 1},
		{"a head without verify", nil, []string{"-head", strings.Repeat("0", 64)}, 2},
		{"a head that is no hash", nil, []string{"-verify", "-head", "0"}, 2},
		{"two commands", nil, []string{"-verify", "-copy-to", "postgres://localhost/x"}, 2},
		{"verify of no database", nil, []string{"-verify"}, 1},
		{"copy of no database", nil, []string{"-copy-to", "postgres://admin:hunter2@127.0.0.1:1/x"}, 1},
		{"no place for the database", []string{"STOCKROOM_DATABASE_URL", "sqlite:/dev/null/x.db"}, nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), getenv(t, tt.set...), tt.args, &out, &out)
			if got := exitCode(err); got != tt.want {
				t.Errorf("got %d (%v), want %d", got, err, tt.want)
			}
			if strings.Contains(out.String(), "hunter2") {
				t.Errorf("a secret is shown: %s", out.String())
			}
		})
	}
}

// TestMisspelledVariable: a rule that is not in force for a letter is named at the start.
func TestMisspelledVariable(t *testing.T) {
	t.Setenv("STOCKROOM_ALLOWED_ORG", "acme")
	var out bytes.Buffer
	if err := run(t.Context(), getenv(t, "STOCKROOM_DATABASE_URL", "sqlite:/dev/null/x.db"), nil, &out, &out); err == nil {
		t.Error("it started without a database")
	}
	if !strings.Contains(out.String(), `"name":"STOCKROOM_ALLOWED_ORG"`) || strings.Contains(out.String(), "acme") {
		t.Errorf("the log says %s", out.String())
	}
}

// started is a log that tells when the program listens, and at what address.
type started struct{ address chan string }

func (s started) Write(line []byte) (int, error) {
	if _, rest, ok := bytes.Cut(line, []byte(`"listening","addr":"`)); ok {
		address, _, _ := bytes.Cut(rest, []byte(`"`))
		s.address <- string(address)
	}
	return len(line), nil
}

func TestRunServesUntilToldToStop(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	log, done := started{make(chan string, 1)}, make(chan error, 1)
	go func() { done <- run(ctx, getenv(t), nil, log, log) }()
	select {
	case address := <-log.address:
		if err := healthcheck(t.Context(), address); err != nil {
			t.Error(err)
		}
	case err := <-done:
		t.Fatalf("it ended at once: %v", err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestHealthcheckOfASickProgram(t *testing.T) {
	t.Parallel()
	sick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(sick.Close)
	if err := healthcheck(t.Context(), strings.TrimPrefix(sick.URL, "http://")); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"0.0.0.0:8080":   "127.0.0.1:8080",
		":8080":          "127.0.0.1:8080",
		"[::]:8080":      "[::1]:8080",
		"10.0.0.5:8080":  "10.0.0.5:8080",
		"stockroom:8080": "stockroom:8080",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}
