package store_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestGrants gives the program a role as docs/ledger.md advises, and tries what it
// is then still able to do; and what the ledger's keeper is.
func TestGrants(t *testing.T) {
	t.Parallel()
	databaseURL := postgresSchema(t)
	admin := connectTo(t, databaseURL)
	var can bool
	if err := admin.QueryRowContext(t.Context(), `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&can); err != nil {
		t.Fatal(err)
	}
	if !can {
		t.Skip("the test's role makes no roles; that of make test does")
	}
	suffix := strings.ToLower(rand.Text())
	program, owner, keeper := "program_"+suffix, "ledger_"+suffix, "keeper_"+suffix
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	schema := u.Query().Get("search_path")
	do := func(query string) {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	do(`CREATE ROLE ` + program + ` LOGIN PASSWORD 'hunter2'`)
	t.Cleanup(func() {
		for _, role := range []string{program, keeper, owner} {
			for _, query := range []string{`DROP OWNED BY ` + role + ` CASCADE`, `DROP ROLE ` + role} {
				if _, err := admin.Exec(query); err != nil {
					t.Errorf("%s: %v", query, err)
				}
			}
		}
	})
	do(`GRANT USAGE, CREATE ON SCHEMA ` + schema + ` TO ` + program)
	u.User = url.UserPassword(program, "hunter2")
	write(t, open(t, u.String()), attempt(t, 1, nil)) // the first start makes the tables
	names := strings.NewReplacer("stockroom_ledger", owner, "stockroom_keeper", keeper, "'…'", "'hunter2'",
		"TO stockroom;", "TO "+program+";", "SCHEMA public", "SCHEMA "+schema)
	for _, first := range []string{"stockroom_ledger", "stockroom_keeper"} {
		for _, query := range strings.SplitAfter(advisedGrants(t, first), ";\n") {
			do(names.Replace(query))
		}
	}
	s := open(t, u.String())
	programCanOnlyAdd(t, s, program)
	before := epoch.AddDate(2, 0, 0)
	if trim, err := s.TrimLedger(t.Context(), before, ghpkg.Entry{ID: trimID(1), At: before}); !errors.Is(err, store.ErrMayNotTrim) || trim.Entries > 0 {
		t.Errorf("the program's role removes %+v, %v", trim, err)
	}
	intact(t, s, 2, 2)
	if trim, err := s.TrimLedger(t.Context(), epoch, ghpkg.Entry{ID: trimID(1), At: before}); err != nil || trim.Entries > 0 {
		t.Errorf("with nothing to remove: %+v, %v", trim, err)
	}
	looked, err := store.Look(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer looked.Close()
	intact(t, looked, 2, 2)
	u.User = url.UserPassword(keeper, "hunter2")
	kept, err := store.OpenAsItIs(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if trim, err := kept.TrimLedger(t.Context(), before, ghpkg.Entry{ID: trimID(2), At: before}); err != nil || trim.Entries != 2 {
		t.Errorf("the keeper's role removes %+v, %v", trim, err)
	}
	write(t, s, done(t, 3))
	if v := verified(t, looked, ""); !v.Intact() || v.Removed != 4 || v.Entries != 2 {
		t.Errorf("then %+v", v)
	}
	if _, err := kept.ByHand().ExecContext(t.Context(), `SELECT * FROM sessions`); err == nil {
		t.Error("the keeper's role reads more than the ledger")
	}
}

// programCanOnlyAdd adds to the ledger of one entry, which has two then.
func programCanOnlyAdd(t *testing.T, s *store.Store, program string) {
	t.Helper()
	settle(t, s, id(1), ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeDone})
	write(t, s, attempt(t, 2, nil))
	if err := s.SettleAbandoned(t.Context(), epoch.AddDate(1, 0, 0), ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeUnknown}); err != nil {
		t.Error(err)
	}
	op := started(t, s, 1, 3)
	if item, _, err := s.NextItem(t.Context(), op.ID); err != nil || item.Seq != 1 {
		t.Errorf("operations do not work: %+v, %v", item, err)
	}
	for _, table := range []string{"ledger_attempts", "ledger_outcomes", "ledger_chain"} {
		_, _ = s.ByHand().ExecContext(t.Context(), `GRANT ALL ON `+table+` TO `+program) // a warning, or an error
		for _, query := range []string{
			`UPDATE ` + table + ` SET ` + map[bool]string{true: "hash = hash", false: "search = ''"}[table == "ledger_chain"],
			`DELETE FROM ` + table, `TRUNCATE ` + table + ` CASCADE`, `DROP TABLE ` + table + ` CASCADE`,
			`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`,
		} {
			if _, err := s.ByHand().ExecContext(t.Context(), query); err == nil {
				t.Errorf("the program's role can %s", query)
			}
		}
	}
}

// advisedGrants returns the SQL of docs/ledger.md that begins with a role.
func advisedGrants(t *testing.T, first string) string {
	t.Helper()
	advice, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```sql\n(CREATE ROLE " + first + ".*?)```").FindSubmatch(advice)
	if found == nil {
		t.Fatalf("docs/ledger.md does not say what %s may do", first)
	}
	return strings.TrimSpace(string(found[1]))
}

func connectTo(t *testing.T, databaseURL string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
