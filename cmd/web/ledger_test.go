package main

import (
	"bytes"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/store"
)

const day = 24 * time.Hour

// alone runs the program for a command on a database, with a retention.
func alone(t *testing.T, path, keep string, args ...string) (said string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), func(name string) string {
		return map[string]string{"STOCKROOM_DATABASE_URL": "sqlite:" + path, "STOCKROOM_LEDGER_RETENTION": keep}[name]
	}, args, &out, &errs)
	if err != nil {
		errs.WriteString(err.Error())
	}
	return out.String() + errs.String(), exitCode(err)
}

// recorded makes a ledger with a sign-in at each of these times ago, and returns
// the heads after each.
func recorded(t *testing.T, path string, ago ...time.Duration) (heads []string) {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, d := range ago {
		l := ledger.New(s, func() time.Time { return time.Now().Add(-d) }, slog.New(slog.DiscardHandler))
		if err := l.Note(t.Context(), ghpkg.Entry{Actor: ghpkg.Actor{ID: 1, Login: "octavia"}, Action: ghpkg.ActionLogin}); err != nil {
			t.Fatal(err)
		}
		hash, _, err := s.NotedHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, hash)
	}
	return heads
}

// clearOfMidnight waits for the next day (UTC) where that could begin in the
// middle of a test that counts days.
func clearOfMidnight() {
	if left := time.Until(time.Now().UTC().Truncate(day).Add(day)); left < time.Minute {
		time.Sleep(left)
	}
}

// TestTrimLedger removes once, and says what it did.
func TestTrimLedger(t *testing.T) {
	t.Parallel()
	clearOfMidnight()
	path := filepath.Join(t.TempDir(), "stockroom.db")
	recorded(t, path, 402*day, 401*day+time.Hour, 50*day)
	before := time.Now().UTC().Truncate(day).Add(-400 * day).Format(time.RFC3339)
	for _, tt := range []struct {
		name, keep string
		args       []string
		code       int
		want       string
	}{
		{"without a retention", "", []string{"-trim-ledger"}, 2, "STOCKROOM_LEDGER_RETENTION: is required"},
		{"with a wrong one", "30d", []string{"-trim-ledger"}, 2, "from 90d to 36500d"},
		{"with another command", "400d", []string{"-trim-ledger", "-verify"}, 2, "go alone"},
		{"with a head", "400d", []string{"-trim-ledger", "-head", strings.Repeat("0", 64)}, 2, "go alone"},
		{"nothing is so old", "1000d", []string{"-trim-ledger"}, 0, "no entries were removed"},
		{"then", "400d", []string{"-trim-ledger"}, 0, "2 entries from before " + before + " were removed, up to link 4\n"},
		{"again", "400d", []string{"-trim-ledger"}, 0, "no entries were removed: the ledger begins with one of after " + before},
		{"is it whole?", "", []string{"-verify"}, 0, "2 entries, 2 outcomes, unbroken, head "},
		{"since when?", "", []string{"-verify"}, 0, "\nkept since " + time.Now().Add(-50*day).UTC().Format("2006-01-02T")},
		{"how much is not there?", "", []string{"-verify"}, 0, "from link 5 on: the 4 before it, older than " + before + ", were removed for their age\n"},
	} {
		if said, code := alone(t, path, tt.keep, tt.args...); code != tt.code || !strings.Contains(said, tt.want) {
			t.Errorf("%s: exit %d, want %d with %q:\n%s", tt.name, code, tt.code, tt.want, said)
		}
	}
	if said, code := alone(t, path+"x", "400d", "-trim-ledger"); code != 1 || !strings.Contains(said, "no such file") {
		t.Errorf("a database that is not there: exit %d\n%s", code, said)
	}
}

// TestVerifyAnswers is what -verify says of a whole ledger and of a shortened one,
// as it is and after somebody was at it, and of each head that was noted.
func TestVerifyAnswers(t *testing.T) {
	t.Parallel()
	const (
		changed = `UPDATE ledger_attempts SET client = 'x' WHERE id = (SELECT MAX(id) FROM ledger_attempts WHERE action = 'login')`
		endless = `DELETE FROM ledger_outcomes WHERE attempt_id = (SELECT MAX(id) FROM ledger_attempts); DELETE FROM ledger_attempts
			WHERE id = (SELECT MAX(id) FROM ledger_attempts); DELETE FROM ledger_chain WHERE attempt_id NOT IN (SELECT id FROM ledger_attempts)`
		behead = `DELETE FROM ledger_outcomes WHERE attempt_id = (SELECT MIN(id) FROM ledger_attempts); DELETE FROM ledger_attempts
			WHERE id = (SELECT MIN(id) FROM ledger_attempts); DELETE FROM ledger_chain WHERE attempt_id NOT IN (SELECT id FROM ledger_attempts)`
	)
	heads := map[string]int{"first": 0, "second": 1, "third": 2, "last": 3, "none": -1, "foreign": -1}
	for _, tt := range []struct {
		name    string
		shorter bool // the first two entries were removed
		byHand  string
		head    string
		code    int
		want    string
		without string
	}{
		{"whole", false, "", "none", 0, "4 entries, 4 outcomes, unbroken", "removed for"},
		{"whole, with its first head", false, "", "first", 0, "is link 2 of 8", ""},
		{"whole, with another's head", false, "", "foreign", 1, "NOT in the chain: its end was cut off, or it was written anew", "kept"},
		{"whole, changed", false, changed, "first", 1, "BROKEN (1)", ""},
		{"whole, without its beginning", false, behead, "none", 1, "links before that of", "removed for"},
		{"shorter", true, "", "none", 0, "from link 5 on: the 4 before it, older than ", "NOT"},
		{"shorter, with a removed head", true, "", "first", 1, "it can be of what was removed, and cannot be told", "not what was written"},
		{"shorter, with the last removed head", true, "", "second", 0, "is link 4, the last of those that were removed", "NOT"},
		{"shorter, with a kept head", true, "", "third", 0, "is link 6 of 10", "NOT"},
		{"shorter, with its last head", true, "", "last", 0, "is link 8 of 10", "NOT"},
		{"shorter, with another's head", true, "", "foreign", 1, "if later, the end was cut off, or the ledger was written anew", ""},
		{"shorter, changed", true, changed, "second", 1, "BROKEN (1)", "as it was written"},
		{"shorter, without what says so", true, endless, "none", 1, "links before that of", "removed for"},
		{"shorter by hand", true, behead, "none", 1, "links before that of", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "stockroom.db")
			noted := recorded(t, path, 402*day, 401*day+time.Hour, 50*day, 40*day)
			if tt.shorter {
				if said, code := alone(t, path, "400d", "-trim-ledger"); code != 0 || !strings.Contains(said, "2 entries") {
					t.Fatalf("exit %d:\n%s", code, said)
				}
			}
			handle(t, path, tt.byHand)
			args := []string{"-verify"}
			if n := heads[tt.head]; n >= 0 {
				args = append(args, "-head", noted[n])
			} else if tt.head == "foreign" {
				args = append(args, "-head", strings.Repeat("5f", 32))
			}
			said, code := alone(t, path, "", args...)
			if code != tt.code || !strings.Contains(said, tt.want) || tt.without != "" && strings.Contains(said, tt.without) {
				t.Errorf("exit %d, want %d with %q, without %q:\n%s", code, tt.code, tt.want, tt.without, said)
			}
		})
	}
}

// handle does to a database what no program of ours does.
func handle(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}
