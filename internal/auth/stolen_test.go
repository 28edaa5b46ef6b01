package auth_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"testing"
	"time"
)

// stolenRow is a session as the database has it.
type stolenRow struct {
	key, id string
	viewer  int64
	sealed  []byte
}

// rows reads the sessions past the program, oldest first.
func rows(t *testing.T, db *sql.DB) []stolenRow {
	t.Helper()
	found, err := db.QueryContext(t.Context(), "SELECT session_key, public_id, viewer_id, sealed FROM sessions WHERE viewer_id <> 0 ORDER BY created_at")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	var all []stolenRow
	for found.Next() {
		var row stolenRow
		if err := found.Scan(&row.key, &row.id, &row.viewer, &row.sealed); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// stolen is a world with the sessions of olivia and miguel, in which somebody
// has the database.
func stolen(t *testing.T) (w *world, olivia, miguel *browser, db *sql.DB) {
	t.Helper()
	w = newWorld(t)
	olivia, miguel = w.browser(), w.browser()
	olivia.signIn("")
	w.clock.advance(time.Minute)
	w.gh.Authorize("miguel")
	miguel.signIn("")
	db, err := sql.Open("sqlite", w.dbPath+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return w, olivia, miguel, db
}

// TestAStolenDatabaseOpensNothing: nothing that stands in it is a cookie, and
// what is sealed opens under no other key, nor in another row.
func TestAStolenDatabaseOpensNothing(t *testing.T) {
	t.Parallel()
	w, olivia, miguel, db := stolen(t)
	all := rows(t, db)
	if len(all) != 2 || all[0].viewer != 101 {
		t.Fatalf("the database has %+v", all)
	}
	right, wrong := newKeys(t, secrets(1)), newKeys(t, secrets(9, 8))
	for i, row := range all {
		key, err := hex.DecodeString(row.key)
		if err != nil {
			t.Fatal(err)
		}
		for _, cookie := range []string{
			row.key, row.id, base64.RawURLEncoding.EncodeToString(key),
			hex.EncodeToString(row.sealed), base64.StdEncoding.EncodeToString(row.sealed),
		} {
			if got := w.opens(cookie); got != "nobody" {
				t.Errorf("%q signs in %s", cookie, got)
			}
		}
		if _, err := wrong.Open(row.key, row.sealed); err == nil {
			t.Errorf("row %d opens under another key", i)
		}
		if _, err := right.Open(all[1-i].key, row.sealed); err == nil {
			t.Errorf("row %d opens in another's place", i)
		}
		plain, err := right.Open(row.key, row.sealed)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []*browser{olivia, miguel} {
			if bytes.Contains(plain, []byte(b.cookie("stockroom"))) {
				t.Errorf("row %d holds a cookie", i)
			}
		}
	}
}

// TestWhoWritesTheDatabaseBecomesNobody: rows that are copied, swapped or
// ascribed to somebody else sign nobody in as them.
func TestWhoWritesTheDatabaseBecomesNobody(t *testing.T) {
	t.Parallel()
	const evil = "a cookie that the thief knows"
	known := sha256.Sum256([]byte(evil))
	for name, tt := range map[string]struct {
		change string
		want   []string // who miguel's cookie and the thief's may be
	}{
		"as it was":            {`SELECT 1`, []string{"miguel", "nobody"}},
		"olivia's in miguel's": {`UPDATE sessions SET sealed = (SELECT sealed FROM sessions WHERE viewer_id = 101) WHERE viewer_id = 102`, []string{"nobody", "nobody"}},
		"miguel's as olivia's": {`UPDATE sessions SET viewer_id = 101`, []string{"miguel", "nobody"}},
		"olivia's under a known key": {`INSERT INTO sessions (session_key, public_id, viewer_id, sealed, user_agent, created_at, seen_at, expires_at)
			SELECT '` + hex.EncodeToString(known[:]) + `', 'X', viewer_id, sealed, user_agent, created_at, seen_at, expires_at FROM sessions WHERE viewer_id = 101`, []string{"miguel", "nobody"}},
		"olivia's moved to a known key": {`UPDATE sessions SET session_key = '` + hex.EncodeToString(known[:]) + `' WHERE viewer_id = 101`, []string{"miguel", "nobody"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, miguel, db := stolen(t)
			if _, err := db.ExecContext(t.Context(), tt.change); err != nil {
				t.Fatal(err)
			}
			w.clock.advance(time.Minute) // past the cache
			if got := []string{w.opens(miguel.cookie("stockroom")), w.opens(evil)}; !slices.Equal(got, tt.want) {
				t.Errorf("the cookies are of %v, want %v", got, tt.want)
			}
		})
	}
}
