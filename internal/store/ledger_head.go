package store

import (
	"context"
	"encoding/hex"
)

// NotedHead returns the hash of the ledger's last link, as VerifyLedger takes
// it, and the link's number.
func (s *Store) NotedHead(ctx context.Context) (hash string, links int64, err error) {
	head, err := chainHead(ctx, s.db)
	return hex.EncodeToString(head.hash), head.seq, err
}
