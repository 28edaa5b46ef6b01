package store_test

import (
	"context"
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

// trimID is the id of the n-th removal's entry.
func trimID(n int) string { return fmt.Sprintf("99999999-0000-7000-8000-%012d", n) }

// trimmed removes what is older than before, as the n-th removal.
func trimmed(t *testing.T, s *store.Store, n int, before time.Time) ghpkg.Trim {
	t.Helper()
	trim, err := s.TrimLedger(t.Context(), before, ghpkg.Entry{ID: trimID(n), At: epoch.AddDate(1, 0, n), Reason: "because"})
	if err != nil {
		t.Fatal(err)
	}
	return trim
}

// done is the n-th entry, settled at once.
func done(t *testing.T, n int) ghpkg.Entry {
	t.Helper()
	return attempt(t, n, func(e *ghpkg.Entry) { e.Outcome = ghpkg.OutcomeDone })
}

// minute is n minutes after epoch, when the n-th entry was written.
func minute(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }

// kept returns the last digits of the ids of what the ledger has, in order.
func kept(t *testing.T, s *store.Store) string {
	t.Helper()
	entries, _, err := s.Entries(t.Context(), ghpkg.LedgerFilter{VisibleTo: ghpkg.VisibleTo{All: true}}, ghpkg.LedgerPage{Limit: 1000, OldestFirst: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		if e.Action == ghpkg.ActionTrim {
			b.WriteByte('t')
			continue
		}
		b.WriteByte(e.ID[len(e.ID)-1])
	}
	return b.String()
}

func TestTrimRemovesTheBeginningAndSaysSo(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		write(t, s, done(t, 1), done(t, 2), done(t, 3), done(t, 4))
		link4 := linkHash(t, s, 4)
		got := trimmed(t, s, 1, minute(3))
		want := ghpkg.Trim{Entries: 2, Before: minute(3), Link: 4, Hash: link4}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := kept(t, s); got != "34t" {
			t.Errorf("kept %q", got)
		}
		e, ok, err := s.Entry(t.Context(), trimID(1), ghpkg.VisibleTo{All: true})
		said, read := ghpkg.ReadTrim(e.Message)
		want.Before = want.Before.Truncate(time.Second)
		if !ok || err != nil || !read || said != want || e.Actor != (ghpkg.Actor{}) || e.Outcome != ghpkg.OutcomeDone || e.Reason != "because" {
			t.Errorf("the ledger says %+v, %v", e, err)
		}
		v := verified(t, s, "")
		if !v.Intact() || v.Removed != 4 || !v.Since.Equal(minute(3)) || !v.Before.Equal(want.Before) || v.Entries != 3 || v.Outcomes != 3 || v.Links != 10 {
			t.Errorf("the verdict is %+v", v)
		}
		if again := trimmed(t, s, 2, minute(3)); again != (ghpkg.Trim{}) || kept(t, s) != "34t" {
			t.Errorf("again, with nothing to remove: %+v", again)
		}
		// Even all of it, and what is written then follows.
		if all := trimmed(t, s, 3, epoch.AddDate(9, 0, 0)); all.Entries != 3 || all.Link != 10 || kept(t, s) != "t" {
			t.Errorf("all of it: %+v", all)
		}
		write(t, s, done(t, 5))
		if v := verified(t, s, ""); !v.Intact() || v.Removed != 10 || v.Links != 14 || v.Entries != 2 {
			t.Errorf("then the verdict is %+v", v)
		}
	})
}

func linkHash(t *testing.T, s *store.Store, seq int) (hash string) {
	t.Helper()
	var raw []byte
	if err := s.ByHand().QueryRowContext(t.Context(), `SELECT hash FROM ledger_chain WHERE seq = $1`, seq).Scan(&raw); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", raw)
}

// TestTwoRemoveTogether: of replicas that remove at the same moment, while
// others write, one does, and nothing is removed or noted twice.
func TestTwoRemoveTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		programs := []*store.Store{open(t, databaseURL), open(t, databaseURL), open(t, databaseURL)}
		for round := range 5 {
			for n := range 10 {
				write(t, programs[0], done(t, 10*round+n))
			}
			now := 10*round + 10
			removed := make([]int, len(programs))
			var wg sync.WaitGroup
			for i, s := range programs {
				wg.Go(func() {
					trim, err := s.TrimLedger(t.Context(), minute(now), ghpkg.Entry{ID: trimID(10*round + i), At: minute(now)})
					if removed[i] = trim.Entries; err != nil {
						t.Error(err)
					}
				})
			}
			wg.Go(func() {
				write(t, programs[1], attempt(t, 500+round, func(e *ghpkg.Entry) { e.Outcome, e.At = ghpkg.OutcomeDone, minute(now) }))
			})
			wg.Wait()
			want := 10 + 2*min(round, 1) // with what was kept of the round before
			if slices.Sort(removed); !slices.Equal(removed, []int{0, 0, want}) {
				t.Errorf("round %d: removed %v, want %d by one of them", round, removed, want)
			}
			if v := verified(t, programs[2], ""); !v.Intact() || v.Entries != 2 { // what says so, and what was written beside
				t.Fatalf("round %d: %+v", round, v)
			}
		}
	})
}

// TestTrimIsAllOrNothing ends the removal at each of its steps, as a machine
// that loses its power does: the ledger is as it was, and the next one removes.
func TestTrimIsAllOrNothing(t *testing.T) {
	steps := []string{
		"DELETE ON ledger_outcomes", "DELETE ON ledger_attempts", "INSERT ON ledger_attempts", "INSERT ON ledger_outcomes",
		"INSERT ON ledger_chain", "DELETE ON ledger_chain",
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		write(t, s, done(t, 1), done(t, 2), done(t, 3), attempt(t, 4, nil))
		before := verified(t, s, "")
		for i, step := range steps {
			undo := breakAt(t, s, databaseURL, step)
			if trim, err := s.TrimLedger(t.Context(), minute(3), ghpkg.Entry{ID: trimID(i), At: epoch}); err == nil || trim != (ghpkg.Trim{}) {
				t.Errorf("%s: removed %+v", step, trim)
			}
			undo()
			if diff := cmp.Diff(before, verified(t, s, "")); diff != "" || kept(t, s) != "1234" {
				t.Errorf("%s left something (-before +after):\n%s", step, diff)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.TrimLedger(ctx, minute(3), ghpkg.Entry{ID: trimID(8), At: epoch}); err == nil {
			t.Error("removed after the program was told to end")
		}
		if trim := trimmed(t, s, 9, minute(3)); trim.Entries != 2 || kept(t, s) != "34t" || !verified(t, s, "").Intact() {
			t.Errorf("then %+v", trim)
		}
	})
}

// breakAt makes the database fail after a step, until what it returns is called.
func breakAt(t *testing.T, s *store.Store, databaseURL, step string) func() {
	t.Helper()
	table := step[strings.LastIndex(step, " ")+1:]
	if strings.HasPrefix(databaseURL, "sqlite:") {
		byHand(t, s, `CREATE TRIGGER broken AFTER `+step+` BEGIN SELECT RAISE(ABORT, 'the power is gone'); END`)
		return func() { t.Helper(); byHand(t, s, `DROP TRIGGER broken`) }
	}
	byHand(t, s, `CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the power is gone'; END $$`)
	byHand(t, s, `CREATE TRIGGER broken AFTER `+step+` EXECUTE FUNCTION broken()`)
	return func() {
		t.Helper()
		byHand(t, s, `DROP TRIGGER broken ON `+table)
		byHand(t, s, `DROP FUNCTION broken`)
	}
}

// TestTrimRemovesNoTrace: what is not what was written stays, so that it is
// still found, and a removal by hand is not covered by the next.
func TestTrimRemovesNoTrace(t *testing.T) {
	const first = `(SELECT MIN(seq) FROM ledger_chain)`
	tests := []struct{ name, do string }{
		{"a text was changed", `UPDATE ledger_attempts SET reason = 'none' WHERE id = '` + id(2) + `'`},
		{"an outcome was changed", `UPDATE ledger_outcomes SET outcome = 'failed' WHERE attempt_id = '` + id(3) + `'`},
		{"a link was changed", `UPDATE ledger_chain SET hash = digest WHERE seq = 2 + ` + first},
		{"the first link was removed", `DELETE FROM ledger_chain WHERE seq = ` + first},
		{"the first entry was removed with its links", `DELETE FROM ledger_outcomes WHERE attempt_id = (SELECT attempt_id FROM ledger_chain WHERE seq = ` + first + `);
			DELETE FROM ledger_attempts WHERE id = (SELECT attempt_id FROM ledger_chain WHERE seq = ` + first + `);
			DELETE FROM ledger_chain WHERE attempt_id NOT IN (SELECT id FROM ledger_attempts)`},
		{"an outcome was added", `INSERT INTO ledger_outcomes SELECT attempt_id, 2, at, 'failed', '', '', '' FROM ledger_outcomes WHERE attempt_id = '` + id(2) + `'`},
		{"the last link was removed", `DELETE FROM ledger_chain WHERE seq = (SELECT MAX(seq) FROM ledger_chain)`},
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		for _, before := range []string{"never removed from", "removed from before"} {
			s := open(t, fresh(t, databaseURL))
			if before == "removed from before" {
				write(t, s, done(t, 0))
				trimmed(t, s, 1, minute(1))
			}
			write(t, s, done(t, 1), done(t, 2), done(t, 3), done(t, 4))
			for _, tt := range tests {
				t.Run(tt.name+", "+before, func(t *testing.T) {
					defer snapshot(t, s)()
					for _, query := range strings.Split(tt.do, ";") {
						byHand(t, s, query)
					}
					if verified(t, s, "").Intact() {
						t.Fatal("nothing was done")
					}
					trim, err := s.TrimLedger(t.Context(), epoch.AddDate(9, 0, 0), ghpkg.Entry{ID: trimID(2), At: epoch.AddDate(1, 0, 0)})
					if err == nil || trim != (ghpkg.Trim{}) || verified(t, s, "").Intact() {
						t.Errorf("removed: %+v, %v", trim, err)
					}
				})
			}
		}
	})
}

// TestALongBeginningGoesInParts, so that nobody waits for it long; each part
// is removed and noted by itself.
func TestALongBeginningGoesInParts(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		ago := func(e *ghpkg.Entry) { e.At = epoch.AddDate(-9, 0, 0) }
		if err := s.BeginUnchained(t.Context(), attempt(t, 1, ago)); err != nil { // linked with the others, and settled at the end
			t.Fatal(err)
		}
		manyDone(t, s, 1500)
		settle(t, s, id(1), ghpkg.Settlement{At: epoch.AddDate(-9, 0, 0), Outcome: ghpkg.OutcomeDone})
		whole := trimmed(t, s, 1, epoch) // there is no end of an attempt before
		if whole.Entries != 1501 || !verified(t, s, "").Intact() {
			t.Errorf("of attempts within one: %+v", whole)
		}
		emptied(t, s)
		manyDone(t, s, 1200)
		var parts []int
		for n := 2; len(parts) == 0 || parts[len(parts)-1] > 0; n++ {
			parts = append(parts, trimmed(t, s, n, epoch).Entries)
		}
		if v := verified(t, s, ""); !slices.Equal(parts, []int{1000, 200, 0}) || !v.Intact() || v.Removed != 2400 || v.Entries != 2 {
			t.Errorf("removed %v; %+v", parts, v)
		}
	})
}

// TestALateOutcomeBeside: an outcome that comes while its attempt is being
// removed is written, or is refused; it is never there without its attempt.
func TestALateOutcomeBeside(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, other := open(t, databaseURL), open(t, databaseURL)
		for round := range 20 {
			emptied(t, s)
			for n := range 5 {
				write(t, s, done(t, n))
			}
			var late, removal error
			var trim ghpkg.Trim
			var wg sync.WaitGroup
			wg.Go(func() {
				late = other.Settle(t.Context(), id(round%5), ghpkg.Settlement{At: minute(9), Outcome: ghpkg.OutcomeFailed})
			})
			wg.Go(func() {
				trim, removal = s.TrimLedger(t.Context(), minute(9), ghpkg.Entry{ID: trimID(1), At: minute(9)})
			})
			wg.Wait()
			v := verified(t, s, "")
			if !v.Intact() || late != nil && trim.Entries != 5 || late == nil && trim.Entries > round%5 {
				t.Fatalf("round %d: settled: %v, removed: %d entries, %v: %+v", round, late, trim.Entries, removal, v)
			}
		}
	})
}

// manyDone writes so many entries of long before epoch, each done, at once.
func manyDone(t *testing.T, s *store.Store, n int) {
	t.Helper()
	const number = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) `
	const name = `'00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT)`
	byHand(t, s, number+`INSERT INTO ledger_attempts SELECT `+name+`, i, 1, 'Octavia', 'octavia', '', 'delete',
		'Organization', 'Acme', 'acme', 'npm', 'widget', '', 100, 0, '', 'null', 'not pulled for a year', '', '', 'widget' FROM n`, n)
	byHand(t, s, number+`INSERT INTO ledger_outcomes SELECT `+name+`, 1, i, 'done', '', '', '' FROM n`, n)
	if err := s.LinkAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}
