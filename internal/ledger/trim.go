package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const day = 24 * time.Hour

// Trim removes the entries that are older than keep, from the ledger's beginning
// up to the first that has to stay, and returns what that was. The ledger has an
// entry about it, one for each part that was removed. keep is counted from the
// begin of the day (UTC), so that there is one removal a day, and not one with
// each hour.
func (l *Ledger) Trim(ctx context.Context, keep time.Duration) (ghpkg.Trim, error) {
	before := l.now().UTC().Truncate(day).Add(-keep)
	removed := ghpkg.Trim{Before: before}
	for {
		began := time.Now()
		part, err := l.log.TrimLedger(ctx, before, ghpkg.Entry{
			ID: l.NewID(), At: l.now(), Reason: fmt.Sprintf("STOCKROOM_LEDGER_RETENTION=%dd", keep/day),
		})
		if err != nil {
			return removed, internal("ledger.Trim", err)
		}
		if part.Entries == 0 {
			return removed, nil
		}
		removed.Entries, removed.Link, removed.Hash = removed.Entries+part.Entries, part.Link, part.Hash
		// The others' turn: SQLite's writers do not queue, but look again and again.
		select {
		case <-ctx.Done():
			return removed, ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
}
