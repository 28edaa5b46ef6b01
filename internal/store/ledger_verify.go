package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"
)

// Verdict is what became of the ledger since it was written.
type Verdict struct {
	Entries, Outcomes int
	Links             int64
	Head              string  // the last link's hash, in hexadecimal
	Broken            []Break // the first maxBreaks
	Breaks            int     // all
	Noted             int64   // the link of the hash that was asked for; -1: there is none
}

// Intact reports whether every row is as it was written, where it was written,
// and the hash that was asked for is among the chain's.
func (v Verdict) Intact() bool { return v.Breaks == 0 && v.Noted >= 0 }

// Break is a place where the ledger is not what was written.
type Break struct {
	Attempt string // the entry's id; empty: a link whose row is not known
	Outcome int64  // 0: the attempt itself
	Link    int64  // 0: there is none
	What    Breakage
}

// Breakage is what somebody did to a row by hand.
type Breakage string

// What can be done to a row.
const (
	Changed   Breakage = "changed"   // it is not what its link says
	Missing   Breakage = "missing"   // there is a link, and no row
	Added     Breakage = "added"     // there is a row, and no link
	Reordered Breakage = "reordered" // its link does not follow the one before
	Unlinked  Breakage = "unlinked"  // the links before this one are missing
)

// maxBreaks is how many places are named: the rest is only counted.
const maxBreaks = 20

func (v *Verdict) found(b Break) {
	v.Breaks++
	if len(v.Broken) < maxBreaks {
		v.Broken = append(v.Broken, b)
	}
}

// VerifyLedger reads the ledger in the order in which it was written and holds
// it against its chain. noted is the hash of an earlier head, in hexadecimal,
// that has to be in the chain, or empty. Rows and links are written together
// and each question sees one moment, so others may write meanwhile.
func (s *Store) VerifyLedger(ctx context.Context, noted string) (Verdict, error) {
	var v Verdict
	head, err := s.walk(ctx, &v, strings.ToLower(noted))
	if err != nil {
		return Verdict{}, fmt.Errorf("read the ledger's chain: %w", err)
	}
	v.Links, v.Head = head.seq, hex.EncodeToString(head.hash)
	for _, query := range []string{
		`SELECT a.id, 0 FROM ledger_attempts a LEFT JOIN ledger_chain c ON c.attempt_id = a.id AND c.outcome = 0
			WHERE c.seq IS NULL ORDER BY a.id`,
		`SELECT o.attempt_id, o.seq FROM ledger_outcomes o LEFT JOIN ledger_chain c ON c.attempt_id = o.attempt_id AND c.outcome = o.seq
			WHERE c.seq IS NULL ORDER BY o.attempt_id, o.seq`,
	} {
		if err := s.added(ctx, &v, query); err != nil {
			return Verdict{}, fmt.Errorf("look for rows without a link: %w", err)
		}
	}
	return v, nil
}

// walk goes along the chain with the row of each link. The rows are read as
// they come, however many there are.
func (s *Store) walk(ctx context.Context, v *Verdict, noted string) (link, error) {
	attempts, outcomes := attemptsTable(), outcomesTable()
	rows, err := s.db.QueryContext(ctx, `
		SELECT c.seq, c.attempt_id, c.outcome, c.digest, c.hash,
			a.`+strings.Join(attempts.columns, ", a.")+`, o.`+strings.Join(outcomes.columns, ", o.")+`
		FROM ledger_chain c
		LEFT JOIN ledger_attempts a ON c.outcome = 0 AND a.id = c.attempt_id
		LEFT JOIN ledger_outcomes o ON o.attempt_id = c.attempt_id AND o.seq = c.outcome
		ORDER BY c.seq`)
	if err != nil {
		return link{}, err
	}
	defer rows.Close()
	head := genesis()
	v.Noted = -1
	if noted == "" || noted == hex.EncodeToString(head.hash) {
		v.Noted = 0
	}
	for rows.Next() {
		values, err := scanAny(rows, 5+len(attempts.columns)+len(outcomes.columns))
		if err != nil {
			return link{}, err
		}
		at := readLink(values)
		if at.row.table = attempts; at.outcome > 0 {
			at.row.table, at.row.values = outcomes, at.row.values[len(attempts.columns):]
		}
		v.step(head, at)
		head = at.link
		if noted == hex.EncodeToString(head.hash) {
			v.Noted = head.seq
		}
	}
	return head, rows.Err()
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

// step judges a link and its row by the link before.
func (v *Verdict) step(before link, at chained) {
	b := Break{Attempt: at.attempt, Outcome: at.outcome, Link: at.seq}
	values := at.row.values[:len(at.row.table.columns)]
	if values[0] == nil {
		b.What = Missing
	} else if digest, err := rowDigest(at.row.table, values); err != nil || !bytes.Equal(digest, at.digest) {
		b.What = Changed
	}
	switch {
	case b.What == Missing: // it counts for nothing
	case at.outcome == 0:
		v.Entries++
	default:
		v.Outcomes++
	}
	switch {
	case at.seq != before.seq+1:
		v.found(Break{Attempt: at.attempt, Outcome: at.outcome, Link: at.seq, What: Unlinked})
	case b.What == "" && !bytes.Equal(before.after(at.digest).hash, at.hash):
		b.What = Reordered
	}
	if b.What != "" {
		v.found(b)
	}
}

// added counts and names the rows that have no link.
func (s *Store) added(ctx context.Context, v *Verdict, query string) error {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		b := Break{What: Added}
		if err := rows.Scan(&b.Attempt, &b.Outcome); err != nil {
			return err
		}
		if v.found(b); b.Outcome == 0 {
			v.Entries++
		} else {
			v.Outcomes++
		}
	}
	return rows.Err()
}
