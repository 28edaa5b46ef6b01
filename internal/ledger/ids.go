package ledger

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ids makes the entries' ids: UUIDs of version 7 (RFC 9562) that take their
// time from the ledger's clock and never run backwards within a process, so
// that entries sort as they were written even within a millisecond.
type ids struct {
	mu   sync.Mutex
	last uint64 // milliseconds << 12 | counter
}

func (g *ids) next(at time.Time) string {
	g.mu.Lock()
	g.last = max(g.last+1, uint64(at.UnixMilli())<<12)
	stamp := g.last
	g.mu.Unlock()

	var id uuid.UUID
	rand.Read(id[8:]) // never fails since Go 1.24
	binary.BigEndian.PutUint64(id[:8], stamp>>12<<16|0x7000|stamp&0xfff)
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// BegunAt returns when the entry of that id was begun, as the id itself says it;
// false if no ledger made it.
func BegunAt(id string) (time.Time, bool) {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.Version() != 7 || parsed.String() != id {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(parsed[:8]) >> 16)), true //nolint:gosec // 48 bits
}
