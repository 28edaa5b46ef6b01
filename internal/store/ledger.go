package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Begin writes an attempt down. It is pending until it is settled.
func (s *Store) Begin(ctx context.Context, e ghpkg.Entry) error {
	row, err := attemptRow(e)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := row.insert(ctx, tx, ""); err != nil {
			return err
		}
		return enchain(ctx, tx, row)
	})
	if err != nil {
		return fmt.Errorf("write the attempt %s down: %w", e.ID, err)
	}
	return nil
}

// settleTries bounds how often an outcome gives way to another that took the
// same place; that there are two at all is rare.
const settleTries = 5

// Settle adds what became of an attempt. What was added before stays; the last
// one counts.
func (s *Store) Settle(ctx context.Context, id string, o ghpkg.Settlement) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for range settleTries {
			var seq int64
			err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger_outcomes WHERE attempt_id = $1`, id).Scan(&seq)
			if err != nil {
				return err
			}
			row := outcomeRow(id, seq, o)
			added, err := row.insert(ctx, tx, `ON CONFLICT (attempt_id, seq) DO NOTHING`)
			if err != nil {
				return err
			}
			if added {
				return enchain(ctx, tx, row)
			}
		}
		return errors.New("others were always faster")
	})
	if err != nil {
		return fmt.Errorf("write the outcome of %s: %w", id, err)
	}
	return nil
}

// SettleAbandoned adds an outcome to the attempts from before that have none.
// It takes the first place only, so that an outcome that comes at the same
// moment after all is the last one, and counts.
func (s *Store) SettleAbandoned(ctx context.Context, before time.Time, o ghpkg.Settlement) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		ids, err := abandoned(ctx, tx, before)
		if err != nil {
			return err
		}
		var added []ledgerRow
		for _, id := range ids {
			row := outcomeRow(id, 1, o)
			first, err := row.insert(ctx, tx, `ON CONFLICT (attempt_id, seq) DO NOTHING`)
			if err != nil {
				return err
			}
			if first {
				added = append(added, row)
			}
		}
		return enchain(ctx, tx, added...)
	})
	if err != nil {
		return fmt.Errorf("settle abandoned attempts: %w", err)
	}
	return nil
}

// abandoned returns the attempts from before that have no outcome, in the same
// order for all, so that two that settle them do not wait for each other.
func abandoned(ctx context.Context, tx *sql.Tx, before time.Time) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT a.id FROM ledger_attempts a
		WHERE a.at < $1 AND NOT EXISTS (SELECT 1 FROM ledger_outcomes o WHERE o.attempt_id = a.id)
		ORDER BY a.id`, before.UnixMilli())
	if err != nil {
		return nil, err
	}
	return collect(rows, "look for abandoned attempts", func(row scanner) (id string, err error) { return id, row.Scan(&id) })
}

// loginKey is how logins are compared: at GitHub their case does not count.
func loginKey(login string) string { return strings.ToLower(storable(login)) }

// searchable is how texts are searched: in lower case also beyond ASCII, which
// SQLite cannot do by itself, and composed, because macOS decomposes Korean.
// Between the texts stands a character that no query can hold.
func searchable(texts ...string) string {
	return strings.ToLower(norm.NFC.String(storable(strings.Join(texts, searchSeparator))))
}

// searchSeparator keeps a query from matching across two texts.
const searchSeparator = "\x1f"
