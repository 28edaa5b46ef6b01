package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestTrimKeeps removes what is before the tenth minute; a history is written
// as its letters: a number begins an entry, a number with "!" settles it at the
// minute that follows the "!".
func TestTrimKeeps(t *testing.T) {
	tests := []struct {
		name, history, want string
	}{
		{"all that is young", "10 10!10 11 11!11", "01"},
		{"the millisecond", "9 9!9 10 10!10", "0t"},
		{"what is young by a clock that went back", "10 10!9 11 11!11", "01"},
		{"what is pending, and all after it", "1 1!1 2 3 3!3", "23t"},
		{"nothing, behind one that is pending", "1 2 2!2 3 3!3", "123"},
		{"what a young outcome is about", "1 1!12 2 2!2", "12"},
		{"what had a first outcome long ago", "1 1!1 1!12 2 2!2", "12"},
		{"what lies between an attempt and its outcome", "1 2 2!2 1!3 3 3!3", "t"},
		{"an attempt whose outcome comes after one that is kept", "1 1!1 2 11 2!3 11!11", "21t"},
		{"and what begins before that outcome", "1 1!1 2 3 3!3 11 2!4 11!11", "231t"},
		{"a chain of those", "1 1!1 2 3 2!3 4 3!4 11 4!5 11!11", "2341t"},
		{"late outcomes that are old enough", "1 1!1 2 2!2 1!5 11 11!11", "1t"},
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				emptied(t, s)
				for _, step := range strings.Fields(tt.history) {
					var n, at int
					if _, err := fmt.Sscanf(step, "%d!%d", &n, &at); err == nil {
						settle(t, s, id(n), ghpkg.Settlement{At: minute(at), Outcome: ghpkg.OutcomeDone})
					} else {
						write(t, s, attempt(t, n, nil))
					}
				}
				trim := trimmed(t, s, 1, minute(10))
				if got := kept(t, s); got != tt.want || strings.HasSuffix(got, "t") != (trim.Entries > 0) {
					t.Errorf("kept %q, want %q; %+v", got, tt.want, trim)
				}
				if v := verified(t, s, ""); !v.Intact() || v.Removed != trim.Link {
					t.Errorf("the verdict is %+v", v)
				}
			})
		}
	})
}

// emptied is a ledger without anything.
func emptied(t *testing.T, s *store.Store) {
	t.Helper()
	for _, table := range []string{"ledger_outcomes", "ledger_attempts", "ledger_chain"} {
		if err := s.Remove(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
}

// model is a history as it should be kept: the rows in the order of their links.
type model struct {
	rows []modelRow
}

type modelRow struct {
	attempt string
	at      int // minutes
	outcome bool
}

// prefix is the definition, word by word: the longest one in which every row is
// of an attempt that has an outcome, all of whose rows are older, and none of
// whose rows comes later.
func (m model) prefix(before int) int {
	for n := len(m.rows); n > 0; n-- {
		good := true
		for _, row := range m.rows[:n] {
			settled := false
			for i, other := range m.rows {
				if other.attempt != row.attempt {
					continue
				}
				settled = settled || other.outcome
				good = good && other.at < before && i < n
			}
			good = good && settled
		}
		if good {
			return n
		}
	}
	return 0
}

// TestTrimOfAnyHistory makes histories of several people, with what is pending,
// late and interleaved, and removes with one retention after another.
func TestTrimOfAnyHistory(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const rounds = 6
		s, trims := open(t, databaseURL), 0
		for seed := range uint64(10) {
			random := rand.New(rand.NewPCG(seed, 7))
			emptied(t, s)
			m := model{}
			for round := range rounds {
				m.grow(t, s, random, 10*round)
				now, before := 10*round+9, 10*round-random.IntN(10)
				want := m.prefix(before)
				entries := 0
				for _, row := range m.rows[:want] {
					if !row.outcome {
						entries++
					}
				}
				trim, err := s.TrimLedger(t.Context(), minute(before), ghpkg.Entry{ID: trimID(round), At: minute(now)})
				if trim.Entries != entries || err != nil {
					t.Fatalf("seed %d, round %d: %d entries were removed, want %d; %v", seed, round, trim.Entries, entries, err)
				}
				if m.rows = m.rows[want:]; want > 0 {
					trims++
					m.rows = append(m.rows, modelRow{trimID(round), now, false}, modelRow{trimID(round), now, true})
				}
				m.check(t, s, fmt.Sprintf("seed %d, round %d", seed, round))
			}
		}
		if trims < 20 {
			t.Errorf("only %d times anything was removed", trims)
		}
	})
}

// grow goes on with a history, from that minute on.
func (m *model) grow(t *testing.T, s *store.Store, random *rand.Rand, from int) {
	t.Helper()
	add := func(n string, at int) {
		settle(t, s, n, ghpkg.Settlement{At: minute(at), Outcome: ghpkg.OutcomeDone})
		m.rows = append(m.rows, modelRow{n, at, true})
	}
	for at := from; at < from+10; at++ {
		write(t, s, attempt(t, at, func(e *ghpkg.Entry) { e.Actor.ID = int64(at%3) + 1 }))
		m.rows = append(m.rows, modelRow{id(at), at, false})
		if random.IntN(3) > 0 {
			add(id(at), at)
		}
		if pending := m.pending(); len(pending) > 0 && random.IntN(2) == 0 {
			add(pending[random.IntN(len(pending))], at)
		}
		if random.IntN(8) == 0 { // again
			add(m.rows[random.IntN(len(m.rows))].attempt, at)
		}
	}
}

// pending returns the attempts without an outcome.
func (m *model) pending() []string {
	var all []string
	for _, row := range m.rows {
		if !row.outcome && !slices.ContainsFunc(m.rows, func(o modelRow) bool { return o.outcome && o.attempt == row.attempt }) {
			all = append(all, row.attempt)
		}
	}
	return all
}

// check holds the ledger to the history, row by row, and to its chain.
func (m *model) check(t *testing.T, s *store.Store, when string) {
	t.Helper()
	var want []string
	for _, row := range m.rows {
		want = append(want, fmt.Sprint(row.attempt, row.outcome))
	}
	if v := verified(t, s, ""); !v.Intact() || v.Entries+v.Outcomes != len(want) {
		t.Fatalf("%s: %d rows, the verdict is %+v", when, len(want), v)
	}
	rows, err := s.ByHand().QueryContext(t.Context(), `SELECT attempt_id, outcome > 0 FROM ledger_chain ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name string
		var outcome bool
		if err := rows.Scan(&name, &outcome); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(name, outcome))
	}
	if diff := cmp.Diff(want, got); diff != "" || rows.Err() != nil {
		t.Fatalf("%s: %v (-want +got):\n%s", when, rows.Err(), diff)
	}
}
