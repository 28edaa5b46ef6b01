package store_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// ledgerOfThree is a ledger with the links 1: attempt 1, 2: its outcome, 3 and
// 4: attempt 2 and its outcome, 5: attempt 3, which is pending.
func ledgerOfThree(t *testing.T, databaseURL string) *store.Store {
	t.Helper()
	s := open(t, databaseURL)
	write(t, s,
		attempt(t, 1, func(e *ghpkg.Entry) { e.Outcome, e.Message = ghpkg.OutcomeRefused, "You cannot." }),
		attempt(t, 2, func(e *ghpkg.Entry) { e.Outcome = ghpkg.OutcomeDone }),
		attempt(t, 3, func(e *ghpkg.Entry) { e.Reason = "disk is full" }),
	)
	return s
}

func id(n int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n) }

func verified(t *testing.T, s *store.Store, noted string) store.Verdict {
	t.Helper()
	v, err := s.VerifyLedger(t.Context(), noted)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// intact checks that nothing is wrong with a ledger of so many rows.
func intact(t *testing.T, s *store.Store, entries, outcomes int) {
	t.Helper()
	v := verified(t, s, "")
	if !v.Intact() || v.Entries != entries || v.Outcomes != outcomes || v.Links != int64(entries+outcomes) {
		t.Errorf("%d entries and %d outcomes, want %d and %d, unbroken: %+v", v.Entries, v.Outcomes, entries, outcomes, v)
	}
}

// byHand does what only somebody with a database client does.
func byHand(t *testing.T, s *store.Store, query string, args ...any) {
	t.Helper()
	if _, err := s.ByHand().ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestTheChainHoldsEveryColumn(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := ledgerOfThree(t, databaseURL)
		intact(t, s, 3, 2)
		rows := map[string]struct{ key, row, other string }{
			"ledger_attempts": {"id", id(3), id(4)},
			"ledger_outcomes": {"attempt_id", id(2), id(3)},
		}
		for table, known := range store.LedgerColumns() {
			columns, err := s.SchemaColumns(t.Context(), table)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(columns, slices.Sorted(slices.Values(known))); diff != "" {
				t.Errorf("%s has columns that the chain does not hold (-schema +chain):\n%s", table, diff)
			}
			for _, column := range columns {
				r := rows[table]
				set, where := column+` || 'x'`, r.key+" = '"+r.row+"'"
				switch {
				case column == r.key:
					set, where = "'"+r.other+"'", r.key+" IN ('"+r.row+"', '"+r.other+"')"
				case column == "outcome":
					set = `'failed'`
				case column == "at" || column == "seq" || strings.HasSuffix(column, "_id"):
					set = column + ` + 1`
				}
				changedByHand(t, s, "UPDATE "+table+" SET "+column+" = "+set+" WHERE "+where, table+"."+column)
			}
		}
	})
}

// changedByHand checks that a statement breaks the ledger where that row is,
// in a transaction that is undone.
func changedByHand(t *testing.T, s *store.Store, query, what string) {
	t.Helper()
	undo := snapshot(t, s)
	byHand(t, s, query)
	v := verified(t, s, "")
	undo()
	if v.Intact() || len(v.Broken) == 0 || v.Broken[0].Link != 5 && v.Broken[0].Link != 4 {
		t.Errorf("%s: the change is not found: %+v", what, v)
	}
	intact(t, s, 3, 2)
}

// snapshot returns what puts the ledger back as it is.
func snapshot(t *testing.T, s *store.Store) func() {
	t.Helper()
	all := []string{"ledger_attempts", "ledger_outcomes", "ledger_chain"}
	for _, table := range all {
		byHand(t, s, "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table)
	}
	return func() {
		t.Helper()
		for _, table := range []string{"ledger_outcomes", "ledger_attempts", "ledger_chain"} {
			byHand(t, s, "DELETE FROM "+table)
		}
		for _, table := range all {
			byHand(t, s, "INSERT INTO "+table+" SELECT * FROM kept_"+table)
			byHand(t, s, "DROP TABLE kept_"+table)
		}
	}
}

func TestVerifyNamesWhatWasDone(t *testing.T) {
	const swapLinks = `UPDATE ledger_chain SET seq = CASE seq WHEN -3 THEN 5 ELSE 3 END WHERE seq < 0`
	cases := []struct {
		name string
		do   []string
		want []store.Break
	}{
		{"a text was changed", []string{`UPDATE ledger_attempts SET reason = 'none' WHERE id = $3`},
			[]store.Break{{Attempt: id(3), Link: 5, What: store.Changed}}},
		{"a row was removed", []string{`DELETE FROM ledger_outcomes WHERE attempt_id = $1`},
			[]store.Break{{Attempt: id(1), Outcome: 1, Link: 2, What: store.Missing}}},
		{"a row was removed with its link", []string{`DELETE FROM ledger_outcomes WHERE attempt_id = $1`, `DELETE FROM ledger_chain WHERE seq = 2`},
			[]store.Break{{Attempt: id(2), Link: 3, What: store.Unlinked}}},
		{"and the others moved up", []string{`DELETE FROM ledger_outcomes WHERE attempt_id = $1`, `DELETE FROM ledger_chain WHERE seq = 2`,
			`UPDATE ledger_chain SET seq = 2 WHERE seq = 3`, `UPDATE ledger_chain SET seq = 3 WHERE seq = 4`, `UPDATE ledger_chain SET seq = 4 WHERE seq = 5`},
			[]store.Break{
				{Attempt: id(2), Link: 2, What: store.Reordered}, {Attempt: id(2), Outcome: 1, Link: 3, What: store.Reordered},
				{Attempt: id(3), Link: 4, What: store.Reordered},
			}},
		{"a link was removed", []string{`DELETE FROM ledger_chain WHERE seq = 1`},
			[]store.Break{{Attempt: id(1), Outcome: 1, Link: 2, What: store.Unlinked}, {Attempt: id(1), What: store.Added}}},
		{"an outcome was added", []string{`INSERT INTO ledger_outcomes SELECT attempt_id, 2, at, 'done', '', '', '' FROM ledger_outcomes WHERE attempt_id = $1`},
			[]store.Break{{Attempt: id(1), Outcome: 2, What: store.Added}}},
		{"an outcome was added with a link", []string{
			`INSERT INTO ledger_outcomes SELECT attempt_id, 2, at, 'done', '', '', '' FROM ledger_outcomes WHERE attempt_id = $1`,
			`INSERT INTO ledger_chain SELECT 6, attempt_id, 2, digest, hash FROM ledger_chain WHERE seq = 2`,
		}, []store.Break{{Attempt: id(1), Outcome: 2, Link: 6, What: store.Changed}}},
		{"two links changed places", []string{`UPDATE ledger_chain SET seq = -seq WHERE seq IN (3, 5)`, swapLinks},
			[]store.Break{
				{Attempt: id(3), Link: 3, What: store.Reordered}, {Attempt: id(2), Outcome: 1, Link: 4, What: store.Reordered},
				{Attempt: id(2), Link: 5, What: store.Reordered},
			}},
		{"two rows changed places", []string{
			`UPDATE ledger_attempts SET id = 'x' WHERE id = $3`,
			`INSERT INTO ledger_attempts SELECT $3, at, actor_id, actor_login, actor_key, proxy_user, action, owner_kind, owner_login, owner_key,
				package_type, package_name, visibility, package_id, version_id, version_name, tags, reason, client, operation, search
				FROM ledger_attempts WHERE id = $2`,
			`DELETE FROM ledger_attempts WHERE id = 'x'`,
		}, []store.Break{{Attempt: id(3), Link: 5, What: store.Changed}}},
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := ledgerOfThree(t, databaseURL)
		for _, tt := range cases {
			t.Run(tt.name, func(t *testing.T) {
				undo := snapshot(t, s)
				defer undo()
				for _, query := range tt.do {
					byHand(t, s, strings.NewReplacer("$1", "'"+id(1)+"'", "$2", "'"+id(2)+"'", "$3", "'"+id(3)+"'").Replace(query))
				}
				v := verified(t, s, "")
				if diff := cmp.Diff(tt.want, v.Broken); diff != "" || v.Breaks != len(tt.want) || v.Intact() {
					t.Errorf("%d breaks (-want +got):\n%s", v.Breaks, diff)
				}
			})
		}
		intact(t, s, 3, 2)
	})
}

// TestANotedHead finds what the chain alone cannot: that its end is gone, or
// that all of it was made anew.
func TestANotedHead(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := ledgerOfThree(t, databaseURL)
		noted := verified(t, s, "").Head
		write(t, s, attempt(t, 4, nil))
		for hash, want := range map[string]int64{
			noted: 5, strings.ToUpper(noted): 5, "": 0, strings.Repeat("0", 64): 0, strings.Repeat("1", 64): -1, verified(t, s, "").Head: 6,
		} {
			if v := verified(t, s, hash); v.Noted != want || v.Intact() != (want >= 0) {
				t.Errorf("%q is link %d, want %d", hash, v.Noted, want)
			}
		}
		undo := snapshot(t, s)
		byHand(t, s, `DELETE FROM ledger_attempts WHERE id >= '`+id(3)+`'`)
		byHand(t, s, `DELETE FROM ledger_chain WHERE seq >= 5`)
		intact(t, s, 2, 2) // by itself it is whole
		write(t, s, attempt(t, 5, nil))
		if v := verified(t, s, noted); v.Intact() || v.Noted != -1 || v.Breaks != 0 {
			t.Errorf("the end was cut off, and the verdict is %+v", v)
		}
		undo()
		byHand(t, s, `UPDATE ledger_attempts SET reason = 'none' WHERE id = '`+id(3)+`'`)
		byHand(t, s, `DELETE FROM ledger_chain`)
		if err := s.LinkAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		intact(t, s, 4, 2)
		if v := verified(t, s, noted); v.Intact() {
			t.Errorf("it was written anew, and the verdict is %+v", v)
		}
	})
}

// TestWritersTogether has two programs write into one ledger, attempts and
// outcomes and what was abandoned, as fast as they can.
func TestWritersTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const writers, each = 6, 12
		programs := []*store.Store{open(t, databaseURL), open(t, databaseURL)}
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				s := programs[w%2]
				for n := range each {
					e := attempt(t, 100*w+n, nil)
					if err := s.Begin(t.Context(), e); err != nil {
						t.Error(err)
					}
					err := s.Settle(t.Context(), e.ID, ghpkg.Settlement{At: e.At, Outcome: ghpkg.OutcomeDone})
					if n%4 == 0 {
						err = s.SettleAbandoned(t.Context(), epoch.Add(24*time.Hour), ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeUnknown})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 5 { // and one who reads
			if v := verified(t, programs[0], ""); !v.Intact() {
				t.Errorf("broken while others write: %+v", v)
			}
		}
		wg.Wait()
		v := verified(t, programs[1], "")
		if outcomes, err := programs[0].Rows(t.Context(), "ledger_outcomes"); err != nil || !v.Intact() ||
			v.Entries != writers*each || v.Outcomes != outcomes || outcomes < writers*each {
			t.Errorf("%d outcomes, %v: %+v", outcomes, err, v)
		}
	})
}

// TestNobodyWaitsForADeadWriter: a program that is gone in the middle of a write,
// without its connection being closed, does not keep the others from theirs.
func TestNobodyWaitsForADeadWriter(t *testing.T) {
	t.Parallel()
	databaseURL := postgresSchema(t)
	dead, s := open(t, databaseURL+"&idle_in_transaction_session_timeout=300ms"), open(t, databaseURL)
	tx, err := dead.ByHand().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.ExecContext(t.Context(), `INSERT INTO ledger_chain (seq, attempt_id, outcome, digest, hash) VALUES (1, 'x', 0, '', '')`)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, attempt(t, 1, nil)) // comes to an end
	intact(t, s, 1, 0)
	if err := tx.Commit(); err == nil {
		t.Error("the dead one's write was kept")
	}
	var limit string
	if err := s.ByHand().QueryRowContext(t.Context(), `SHOW idle_in_transaction_session_timeout`).Scan(&limit); err != nil || limit != "10s" {
		t.Errorf("the limit is %q, %v", limit, err)
	}
}

// TestAnOldLedgerIsLinkedOnce migrates a ledger from before there was a chain.
func TestAnOldLedgerIsLinkedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := ledgerOfThree(t, databaseURL)
		const more = 700 // than are linked at once
		for n := range more {
			if err := s.BeginUnchained(t.Context(), attempt(t, 10+n, nil)); err != nil {
				t.Fatal(err)
			}
		}
		if v := verified(t, s, ""); v.Breaks != more || len(v.Broken) != 20 {
			t.Errorf("%d without a link, %d named: want %d and 20", v.Breaks, len(v.Broken), more)
		}
		if err := store.DownTo(t.Context(), databaseURL, 6); err != nil {
			t.Fatal(err)
		}
		intact(t, open(t, databaseURL), 3+more, 2)
		write(t, s, attempt(t, 9, nil))
		if err := s.BeginUnchained(t.Context(), attempt(t, 8, nil)); err != nil {
			t.Fatal(err)
		}
		want := []store.Break{{Attempt: id(8), What: store.Added}}
		if v := verified(t, open(t, databaseURL), ""); !cmp.Equal(v.Broken, want) {
			t.Errorf("a row that was added later was linked at the next start: %+v", v)
		}
	})
}

// TestRowDigest is fixed for ever: another digest would break every ledger.
func TestRowDigest(t *testing.T) {
	t.Parallel()
	digest := func(values ...any) string {
		d, err := store.RowDigest("t", []string{"a", "b"}, values...)
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(d)
	}
	seen := map[string][]any{}
	for _, values := range [][]any{
		{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""}, {int64(1), "c"}, {"1", "c"}, {"\x00\x00\x00\x00\x00\x00\x00\x01", "c"}, {int64(-1), "c"},
	} {
		d := digest(values...)
		if other, ok := seen[d]; ok {
			t.Errorf("%q and %q have the same digest", values, other)
		}
		seen[d] = values
	}
	if got, want := digest("ab", int64(-7)), "0a96fae02ef6a0f27c65bc4d678105cb261780b08d8c7d3b8dfcac27027286b2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, value := range []any{nil, 1.5, []byte("x"), true} {
		if _, err := store.RowDigest("t", []string{"a"}, value); err == nil {
			t.Errorf("%v has a digest, as if we had written it", value)
		}
	}
}

func TestALedgerWriteThatIsGivenUpLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := ledgerOfThree(t, databaseURL)
		if err := s.Begin(t.Context(), attempt(t, 3, nil)); err == nil {
			t.Error("an entry was written twice")
		}
		if err := s.Settle(t.Context(), "nobody's", ghpkg.Settlement{Outcome: ghpkg.OutcomeDone}); err == nil {
			t.Error("an outcome without an attempt was taken")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Begin(ctx, attempt(t, 4, nil)); err == nil {
			t.Error("written after the caller had left")
		}
		intact(t, s, 3, 2)
	})
}
