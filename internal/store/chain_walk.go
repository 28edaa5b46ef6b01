package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// walk goes along the chain and holds each row against its link, and each link
// against the one before. What was before the first is what the last entry
// about a removal says, and so known at the end.
type walk struct {
	Verdict

	noted string
	begun bool
	first chained
	alone Breakage // what is wrong with the first, whatever was before it
	head  link
	trims map[string]bool // the attempts that are about removals
	trim  ghpkg.Trim      // what the last of them says
}

func newWalk(noted string) *walk {
	w := &walk{noted: noted, head: genesis(), trims: map[string]bool{}}
	w.Noted = -1
	if noted == "" || noted == hex.EncodeToString(w.head.hash) {
		w.Noted = 0
	}
	return w
}

// along goes up to a link. The rows are read as they come, however many there are.
func (w *walk) along(ctx context.Context, q querier, to int64) error {
	attempts, outcomes := attemptsTable(), outcomesTable()
	rows, err := q.QueryContext(ctx, `
		SELECT c.seq, c.attempt_id, c.outcome, c.digest, c.hash,
			a.`+strings.Join(attempts.columns, ", a.")+`, o.`+strings.Join(outcomes.columns, ", o.")+`
		FROM ledger_chain c
		LEFT JOIN ledger_attempts a ON c.outcome = 0 AND a.id = c.attempt_id
		LEFT JOIN ledger_outcomes o ON o.attempt_id = c.attempt_id AND o.seq = c.outcome
		WHERE c.seq <= $1 ORDER BY c.seq`, to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := scanAny(rows, 5+len(attempts.columns)+len(outcomes.columns))
		if err != nil {
			return err
		}
		at := readLink(values)
		if at.row.table = attempts; at.outcome > 0 {
			at.row.table, at.row.values = outcomes, at.row.values[len(attempts.columns):]
		}
		w.step(at)
	}
	w.Links, w.Head = w.head.seq, hex.EncodeToString(w.head.hash)
	return rows.Err()
}

// chained is a link with the row that it is of.
type chained struct {
	link

	attempt string
	outcome int64
	row     ledgerRow
}

// readLink reads the columns of a link. What is of another type than it was
// written in is read as nothing, and so found to be wrong.
func readLink(values []any) chained {
	var at chained
	at.seq, _ = values[0].(int64)
	at.attempt, _ = values[1].(string)
	at.outcome, _ = values[2].(int64)
	at.digest, _ = values[3].([]byte)
	at.hash, _ = values[4].([]byte)
	at.row.values = values[5:]
	return at
}

// value returns the row's value in a column.
func (at chained) value(column string) any {
	return at.row.values[slices.Index(at.row.table.columns, column)]
}

func (at chained) is(what Breakage) Break {
	return Break{Attempt: at.attempt, Outcome: at.outcome, Link: at.seq, What: what}
}

// step judges a link and its row.
func (w *walk) step(at chained) {
	what := w.row(at)
	if w.begun {
		w.found(at.after(w.head, what)...)
	} else {
		w.begun, w.first, w.alone = true, at, what
	}
	w.head = at.link
	if w.noted == hex.EncodeToString(at.hash) {
		w.Noted = at.seq
	}
	w.learn(at)
}

// row counts a link's row, and says what is wrong with it.
func (w *walk) row(at chained) Breakage {
	values := at.row.values[:len(at.row.table.columns)]
	switch {
	case values[0] == nil: // it counts for nothing
		return Missing
	case at.outcome == 0:
		w.Entries++
	default:
		w.Outcomes++
	}
	if digest, err := rowDigest(at.row.table, values); err != nil || !bytes.Equal(digest, at.digest) {
		return Changed
	}
	return ""
}

// after returns what is wrong with a link by the one before, and with its row.
func (at chained) after(before link, row Breakage) []Break {
	var all []Break
	switch {
	case at.seq != before.seq+1:
		all = append(all, at.is(Unlinked))
	case row == "" && !bytes.Equal(before.after(at.digest).hash, at.hash):
		row = Reordered
	}
	if row != "" {
		all = append(all, at.is(row))
	}
	return all
}

// learn takes from the ledger's own entries about removals what they say.
func (w *walk) learn(at chained) {
	if at.outcome <= 0 {
		if at.value("action") == string(ghpkg.ActionTrim) {
			w.trims[at.attempt] = true
		}
		return
	}
	message, _ := at.value("message").(string)
	if trim, ok := ghpkg.ReadTrim(message); ok && w.trims[at.attempt] {
		w.trim = trim
		if w.noted == trim.Hash {
			w.Noted = trim.Link
		}
	}
}

// begin judges the first link by what trim says was before it.
func (w *walk) begin(trim ghpkg.Trim) {
	w.Removed, w.Before = trim.Link, trim.Before
	if !w.begun {
		return
	}
	before := genesis()
	if trim.Link > 0 {
		hash, _ := hex.DecodeString(trim.Hash) // ReadTrim takes no other
		before = link{seq: trim.Link, hash: hash}
	}
	if ms, ok := w.first.value("at").(int64); ok {
		w.Since = time.UnixMilli(ms).UTC()
	}
	w.foundFirst(w.first.after(before, w.alone))
}
