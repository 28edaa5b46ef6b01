package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Verdict is what became of the ledger since it was written.
type Verdict struct {
	Entries, Outcomes int
	Links             int64     // the last link's number
	Head              string    // its hash, in hexadecimal
	Removed           int64     // the last link that the ledger says was removed for its age; 0: none was
	Before            time.Time // what was removed is older than that, as the ledger says
	Since             time.Time // of the first row that is kept
	Broken            []Break   // the first maxBreaks
	Breaks            int       // all
	Noted             int64     // the link of the hash that was asked for; -1: there is none
}

// Intact reports whether every row is as it was written, where it was written,
// and the hash that was asked for is among the chain's: of a removed link only
// that of the last is known.
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

func (v *Verdict) found(all ...Break) {
	v.Breaks += len(all)
	v.Broken = append(v.Broken, all[:min(len(all), maxBreaks-len(v.Broken))]...)
}

// foundFirst is for what lies before all that was found already.
func (v *Verdict) foundFirst(all []Break) {
	v.Breaks += len(all)
	v.Broken = slices.Concat(all, v.Broken)
	v.Broken = v.Broken[:min(len(v.Broken), maxBreaks)]
}

// VerifyLedger reads the ledger in the order in which it was written and holds
// it against its chain. noted is the hash of an earlier head, in hexadecimal,
// that has to be in the chain, or empty. Rows and links are written together
// and each question sees one moment, so others may write meanwhile.
func (s *Store) VerifyLedger(ctx context.Context, noted string) (Verdict, error) {
	w := newWalk(strings.ToLower(noted))
	if err := w.along(ctx, s.db, math.MaxInt64); err != nil {
		return Verdict{}, fmt.Errorf("read the ledger's chain: %w", err)
	}
	w.begin(w.trim)
	v := w.Verdict
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
