package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// removedTwice is a ledger of which the links 1 to 4 were removed, and then 5
// and 6, which said so. Kept is entry 4 in the links 7 and 8, the second removal
// in 9 and 10, and entry 6 in 11, which is pending. With it come its heads.
func removedTwice(t *testing.T, databaseURL string) (*store.Store, map[int64]string) {
	t.Helper()
	s, heads := open(t, databaseURL), map[int64]string{}
	remember := func() {
		v := verified(t, s, "")
		heads[v.Links] = v.Head
	}
	remove := func(before, at int) {
		t.Helper()
		if _, err := s.TrimLedger(t.Context(), minute(before), ghpkg.Entry{ID: trimID(at), At: minute(at)}); err != nil {
			t.Fatal(err)
		}
		remember()
	}
	write(t, s, done(t, 1))
	remember()
	write(t, s, done(t, 2))
	remember()
	remove(3, 3)
	write(t, s, done(t, 4))
	remember()
	remove(4, 5)
	write(t, s, attempt(t, 6, nil))
	remember()
	return s, heads
}

// TestANotedHeadOfARemovedPart is known only if the ledger says of it that it
// was the last that was removed.
func TestANotedHeadOfARemovedPart(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, heads := removedTwice(t, databaseURL)
		if len(heads) != 6 {
			t.Fatalf("the heads are %v", heads)
		}
		for link, want := range map[int64]int64{2: -1, 4: -1, 6: 6, 8: 8, 10: 10, 11: 11} {
			v := verified(t, s, strings.ToUpper(heads[link]))
			if v.Noted != want || v.Intact() != (want > 0) || v.Breaks != 0 || v.Removed != 6 || !v.Since.Equal(minute(4)) {
				t.Errorf("the head of link %d: %+v", link, v)
			}
		}
		write(t, s, done(t, 7))
		if _, err := s.TrimLedger(t.Context(), minute(5), ghpkg.Entry{ID: trimID(8), At: minute(8)}); err != nil {
			t.Fatal(err)
		}
		for link, want := range map[int64]int64{6: 6, 8: 8, 10: 10} { // both removals are kept, and know of one
			if v := verified(t, s, heads[link]); v.Noted != want || v.Removed != 8 || !v.Before.Equal(minute(5).Truncate(time.Second)) {
				t.Errorf("after a third removal the head of link %d: %+v", link, v)
			}
		}
	})
}

// TestVerifyFindsWhatWasDoneToAShortenedLedger: by hand, to any column of any
// row, or to its beginning.
func TestVerifyFindsWhatWasDoneToAShortenedLedger(t *testing.T) {
	begins := []struct {
		name, do string
		want     store.Break
	}{
		{"one more link is removed", `DELETE FROM ledger_chain WHERE seq = 7`, store.Break{Attempt: id(4), Outcome: 1, Link: 8, What: store.Unlinked}},
		{"one more entry is removed", `DELETE FROM ledger_outcomes WHERE attempt_id = '` + id(4) + `'; DELETE FROM ledger_attempts WHERE id = '` + id(4) + `';
			DELETE FROM ledger_chain WHERE seq <= 8`, store.Break{Attempt: trimID(5), Link: 9, What: store.Unlinked}},
		{"and what says that any was", `DELETE FROM ledger_outcomes; DELETE FROM ledger_attempts WHERE id <> '` + id(6) + `';
			DELETE FROM ledger_chain WHERE seq <= 10`, store.Break{Attempt: id(6), Link: 11, What: store.Unlinked}},
		{"only what says so", `DELETE FROM ledger_outcomes WHERE attempt_id = '` + trimID(5) + `'; DELETE FROM ledger_attempts WHERE id = '` + trimID(5) + `';
			DELETE FROM ledger_chain WHERE seq IN (9, 10)`, store.Break{Attempt: id(4), Link: 7, What: store.Unlinked}},
		{"it begins with another number", `UPDATE ledger_outcomes SET message = REPLACE(message, 'link 6', 'link 5') WHERE attempt_id = '` + trimID(5) + `'`,
			store.Break{Attempt: id(4), Link: 7, What: store.Unlinked}},
		{"the beginning follows another hash", `UPDATE ledger_outcomes SET message = REPLACE(message, 'hash ', 'hash 0') WHERE attempt_id = '` + trimID(5) + `'`,
			store.Break{Attempt: id(4), Link: 7, What: store.Unlinked}},
		{"the first links were moved up", `UPDATE ledger_chain SET seq = seq - 6`, store.Break{Attempt: id(4), Link: 1, What: store.Unlinked}},
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, _ := removedTwice(t, databaseURL)
		for _, tt := range begins {
			t.Run(tt.name, func(t *testing.T) {
				defer snapshot(t, s)()
				for _, query := range strings.Split(tt.do, ";") {
					byHand(t, s, query)
				}
				if v := verified(t, s, ""); v.Intact() || len(v.Broken) == 0 || v.Broken[0] != tt.want {
					t.Errorf("the verdict is %+v", v)
				}
			})
		}
		for _, table := range []string{"ledger_attempts", "ledger_outcomes", "ledger_chain"} {
			anyColumn(t, s, table)
		}
		if v := verified(t, s, ""); !v.Intact() {
			t.Errorf("nothing is left to be found, and the verdict is %+v", v)
		}
	})
}

// TestARemovalThatIsSaidWrongly: the kept part has to follow the very link that
// was removed last.
func TestARemovalThatIsSaidWrongly(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		write(t, s, done(t, 1), done(t, 2), done(t, 3))
		trim := ghpkg.Trim{Entries: 1, Before: minute(2), Link: 2, Hash: linkHash(t, s, 4)}
		write(t, s, attempt(t, 4, func(e *ghpkg.Entry) {
			e.Action, e.Outcome, e.Message = ghpkg.ActionTrim, ghpkg.OutcomeDone, trim.Message()
		}))
		byHand(t, s, `DELETE FROM ledger_outcomes WHERE attempt_id = '`+id(1)+`'`)
		byHand(t, s, `DELETE FROM ledger_attempts WHERE id = '`+id(1)+`'`)
		byHand(t, s, `DELETE FROM ledger_chain WHERE seq <= 2`)
		want := []store.Break{{Attempt: id(2), Link: 3, What: store.Reordered}}
		if v := verified(t, s, ""); !cmp.Equal(v.Broken, want) {
			t.Errorf("the verdict is %+v", v)
		}
	})
}

// TestGitHubSaysNothingOfRemovals: its words in an entry are not the ledger's own.
func TestGitHubSaysNothingOfRemovals(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, said := open(t, databaseURL), ghpkg.Trim{Entries: 1, Before: minute(2), Link: 2, Hash: strings.Repeat("5f", 32)}
		write(t, s, attempt(t, 1, func(e *ghpkg.Entry) { e.Outcome, e.Message = ghpkg.OutcomeRefused, said.Message() }))
		if v := verified(t, s, said.Hash); v.Breaks > 0 || v.Removed != 0 || v.Noted != -1 {
			t.Errorf("the verdict is %+v", v)
		}
	})
}

// anyColumn changes each column of each row of a table, one after another.
func anyColumn(t *testing.T, s *store.Store, table string) {
	t.Helper()
	columns, err := s.SchemaColumns(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	key := map[string]string{"ledger_attempts": "id", "ledger_outcomes": "attempt_id", "ledger_chain": "seq"}[table]
	found := 0
	for _, row := range rowsOf(t, s, table, []string{key}) {
		value := strings.NewReplacer("[]interface {}{", "", "}", "", `"`, "'").Replace(row)
		for _, column := range columns {
			set := column + ` || 'x'`
			switch {
			case column == "outcome" && table == "ledger_outcomes":
				set = `'failed'`
			case column == "digest":
				set = `hash`
			case column == "hash":
				set = `digest`
			case column == "at" || column == "seq" || column == "outcome" || strings.HasSuffix(column, "_id") && column != "attempt_id":
				set = column + ` + 1000`
			}
			undo := snapshot(t, s)
			if _, err := s.ByHand().ExecContext(t.Context(), "UPDATE "+table+" SET "+column+" = "+set+" WHERE "+key+" = "+value); err == nil {
				found++
				if v := verified(t, s, ""); v.Breaks == 0 {
					t.Errorf("%s.%s of %s: the change is not found", table, column, value)
				}
			} // else the database does not even let it happen
			undo()
		}
	}
	if found < 2*len(columns)-2 {
		t.Errorf("%s: only %d changes could be made", table, found)
	}
}
