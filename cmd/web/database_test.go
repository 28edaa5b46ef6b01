package main

import (
	"bytes"
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
)

// command runs the program for a command, with the site's environment.
func (s *site) command(databaseURL string, args ...string) (string, error) {
	s.t.Helper()
	var out, errs bytes.Buffer
	err := run(s.t.Context(), func(name string) string {
		if name == "STOCKROOM_DATABASE_URL" { // and it needs nothing else
			return databaseURL
		}
		return ""
	}, args, &out, &errs)
	return out.String() + errs.String(), err
}

var verdictPattern = regexp.MustCompile(`^(\d+) entries, (\d+) outcomes, unbroken, head ([0-9a-f]{64})\n`)

// unbroken verifies the ledger in a database, and returns its length and head.
func (s *site) unbroken(databaseURL, noted string) (entries int, head string) {
	s.t.Helper()
	said, err := s.command(databaseURL, "-verify", "-head", noted)
	found := verdictPattern.FindStringSubmatch(said)
	if err != nil || found == nil {
		s.t.Fatalf("verify: %v\n%s", err, said)
	}
	entries, _ = strconv.Atoi(found[1])
	return entries, found[3]
}

// begun is a program on SQLite that is at work on an operation.
func begun(t *testing.T) (r *round, path string, op apptest.Operation, before func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "stockroom.db")
	r = newRound(t, "sqlite:"+path, 1, false)
	r.replicas[0] = r.launch()
	r.must(http.MethodGet, "/login?scope=write:packages&scope=delete:packages&return_to=/settings", nil, nil)
	form := url.Values{"action": {r.action}}
	for _, item := range r.items {
		form.Add("item", item)
	}
	states := r.states()
	r.must(http.MethodPost, "/operations?format=json", form, &op)
	r.must(http.MethodPost, "/operations/"+op.ID+"/start?format=json",
		url.Values{"confirm": {strconv.Itoa(len(r.items))}, "reason": {"chaos"}}, nil)
	r.await("a few changes", func() bool { return len(r.sent()) > 5 })
	return r, path, op, func() {
		t.Helper()
		r.await("the end", func() bool {
			r.must(http.MethodGet, "/operations/"+op.ID+"?format=json&per_page=100", nil, &op)
			return op.State != "running"
		})
		r.check(op, states)
	}
}

// stop ends the program as SIGTERM does.
func (r *round) stop() {
	r.t.Helper()
	if err := r.replicas[0].command.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	<-r.replicas[0].dead
}

// database returns where the next program has its database.
func (r *round) database() string {
	url := ""
	for _, pair := range r.env {
		if value, ok := strings.CutPrefix(pair, "STOCKROOM_DATABASE_URL="); ok {
			url = value
		}
	}
	return url
}

// on sets the database that the next program has.
func (r *round) on(databaseURL string) {
	r.env = append(r.env, "STOCKROOM_DATABASE_URL="+databaseURL)
	r.replicas[0] = r.launch()
}

// TestMoveToPostgreSQL is that of docs/operating.md: stop, copy, start. Nobody has to sign in
// again, and what was at work goes on to its end, on the other database.
func TestMoveToPostgreSQL(t *testing.T) {
	t.Parallel()
	target := pgtest.Schema(t)
	r, path, _, finish := begun(t)
	_, noted := r.unbroken("sqlite:"+path, "") // while it is at work
	r.stop()
	said, err := r.command("sqlite:"+path, "-copy-to", target)
	if err != nil || !strings.Contains(said, "unbroken") || !regexp.MustCompile(`(?m)^operation_items +40$`).MatchString(said) {
		t.Fatalf("copy: %v\n%s", err, said)
	}
	if said, err := r.command("sqlite:"+path, "-copy-to", target); err == nil || exitCode(err) != 1 {
		t.Errorf("copied into a database that is not empty: %v\n%s", err, said)
	}
	already := len(r.sent())
	if already >= len(r.items) {
		t.Fatal("nothing is left to go on with")
	}
	r.on(target)
	r.must(http.MethodGet, "/settings", nil, nil) // with the same cookie
	finish()
	if entries, _ := r.unbroken(target, noted); entries < len(r.items) {
		t.Errorf("the ledger has %d entries of %d deletions", entries, len(r.items))
	}
}

// TestBackup follows docs/operating.md: a backup while the program writes, by each of
// the two ways, and back to it.
func TestBackup(t *testing.T) {
	t.Parallel()
	advice, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, advised := range []string{"VACUUM INTO 'copy.db'", ".backup copy.db"} {
		t.Run(strings.Fields(advised)[0], func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(advice, []byte(advised)) {
				t.Fatalf("docs/operating.md does not say %s", advised)
			}
			r, path, op, _ := begun(t)
			copied := filepath.Join(t.TempDir(), "copy.db")
			sqlite(t, path, strings.Replace(advised, "copy.db", copied, 1))
			entries, head := r.unbroken("sqlite:"+copied, "")
			if entries < 5 {
				t.Errorf("the copy has %d entries", entries)
			}
			r.await("more changes", func() bool { return len(r.sent()) > entries+3 })
			r.stop()
			_, later := r.unbroken("sqlite:"+path, head) // the copy is a beginning of it
			if _, err := r.command("sqlite:"+copied, "-verify", "-head", later); exitCode(err) != 1 {
				t.Errorf("the copy has what came later: %v", err)
			}
			restore(t, copied, path)
			r.on("sqlite:" + path)
			r.must(http.MethodGet, "/settings", nil, nil)
			r.await("the end", func() bool {
				r.must(http.MethodGet, "/operations/"+op.ID+"?format=json&per_page=100", nil, &op)
				return op.State != "running"
			})
			if op.State != "done" || op.Sum("done", "skipped") != len(r.items) { // what came later is gone already
				t.Errorf("the operation is %s: %v", op.State, op.Counts)
			}
			r.unbroken("sqlite:"+path, head)
		})
	}
}

// sqlite does what the command line tool does. Where there is none, VACUUM is
// tried all the same.
func sqlite(t *testing.T, path, statement string) {
	t.Helper()
	if _, err := exec.LookPath("sqlite3"); err == nil {
		if out, err := exec.CommandContext(t.Context(), "sqlite3", path, statement).CombinedOutput(); err != nil {
			t.Fatalf("sqlite3: %v\n%s", err, out)
		}
		return
	}
	if strings.HasPrefix(statement, ".") {
		t.Skip("there is no sqlite3")
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// restore puts a copy in the database's place.
func restore(t *testing.T, copied, path string) {
	t.Helper()
	for _, left := range []string{path + "-wal", path + "-shm"} {
		if err := os.Remove(left); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if err := os.Rename(copied, path); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyFindsAChangeByHand(t *testing.T) {
	t.Parallel()
	r, path, _, finish := begun(t)
	finish()
	r.stop()
	_, head := r.unbroken("sqlite:"+path, "")
	for _, tt := range []struct {
		statement, want string
		head            string
	}{
		{`UPDATE ledger_attempts SET reason = 'none' WHERE id = (SELECT MIN(id) FROM ledger_attempts WHERE action = 'delete')`, "was changed", ""},
		{`DELETE FROM ledger_chain WHERE seq = (SELECT MAX(seq) FROM ledger_chain)`, "was added by hand", ""},
		{`DELETE FROM ledger_outcomes WHERE rowid = (SELECT MAX(rowid) FROM ledger_outcomes)`, "NOT in the chain", head},
	} {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), tt.statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		said, err := r.command("sqlite:"+path, "-verify", "-head", tt.head)
		if exitCode(err) != 1 || !strings.Contains(said, tt.want) {
			t.Errorf("%s: %v\n%s", tt.statement, err, said)
		}
	}
}
