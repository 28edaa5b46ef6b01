package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

// The ledger's rows are chained: each has a link that holds a digest of all its
// columns and a hash over the hash of the link before. Whoever noted a hash
// knows by it every row up to there.

// link is a row of ledger_chain.
type link struct {
	seq    int64
	digest []byte
	hash   []byte
}

// genesis is what the first link follows.
func genesis() link { return link{hash: make([]byte, sha256.Size)} }

// after returns the link for a row of that digest that follows l.
func (l link) after(digest []byte) link {
	h := sha256.New()
	h.Write(l.hash) // these three are of fixed length
	number64(h, l.seq+1)
	h.Write(digest)
	return link{seq: l.seq + 1, digest: digest, hash: h.Sum(nil)}
}

// rowDigest returns the digest of a row as it is stored. Every part goes in with
// its kind and its length, so that no two rows are the same to it.
func rowDigest(t ledgerTable, values []any) ([]byte, error) {
	h := sha256.New()
	part(h, 't', []byte(t.name))
	for i, value := range values {
		part(h, 'c', []byte(t.columns[i]))
		switch v := value.(type) {
		case int64:
			part(h, 'i', binary.BigEndian.AppendUint64(nil, uint64(v))) //nolint:gosec // as bits
		case string:
			part(h, 's', []byte(v))
		default: // no column of ours holds it, so somebody else wrote it
			return nil, fmt.Errorf("column %s.%s holds a %T", t.name, t.columns[i], value)
		}
	}
	return h.Sum(nil), nil
}

func part(h hash.Hash, kind byte, content []byte) {
	h.Write([]byte{kind})
	number64(h, int64(len(content)))
	h.Write(content)
}

func number64(h hash.Hash, n int64) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) //nolint:gosec // as bits
}

// enchain adds the links of rows that tx has written. It comes last in a
// transaction: from the first link on all other writers of the ledger wait for
// its end, and it must then wait for nobody.
func enchain(ctx context.Context, tx *sql.Tx, rows ...ledgerRow) error {
	head, err := chainHead(ctx, tx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		digest, err := rowDigest(row.table, row.values)
		if err != nil {
			return err
		}
		if head, err = enchainOne(ctx, tx, head, row, digest); err != nil {
			return fmt.Errorf("add the link of %s: %w", row.attempt, err)
		}
	}
	return nil
}

// enchainOne adds one link after head, or after whichever other writers have
// added since. There is no bound on tries: each that fails is another's success.
func enchainOne(ctx context.Context, tx *sql.Tx, head link, row ledgerRow, digest []byte) (link, error) {
	for {
		next := head.after(digest)
		n, err := affected(tx.ExecContext(ctx, `
			INSERT INTO ledger_chain (seq, attempt_id, outcome, digest, hash) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (seq) DO NOTHING`, next.seq, row.attempt, row.outcome, next.digest, next.hash))
		if n > 0 || err != nil {
			return next, err
		}
		if head, err = chainHead(ctx, tx); err != nil {
			return link{}, err
		}
	}
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// chainHead returns the last link.
func chainHead(ctx context.Context, q querier) (link, error) {
	head := genesis()
	err := q.QueryRowContext(ctx, `SELECT seq, hash FROM ledger_chain ORDER BY seq DESC LIMIT 1`).Scan(&head.seq, &head.hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return link{}, fmt.Errorf("read the head of the ledger's chain: %w", err)
	}
	return head, nil
}
