package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// keepEvery is how often the ledger is looked after.
const keepEvery = time.Hour

// settleLeft settles at the start what an earlier process left in the ledger.
func settleLeft(ctx context.Context, db *store.Store, records *ledger.Ledger) error {
	if _, alone := db.SQLite(); alone {
		return records.RecoverAll(ctx)
	}
	return records.Recover(ctx)
}

// keeper looks after the ledger: it settles what killed processes left, removes
// what is older than it is kept, and notes the head. Any number of replicas may
// have one.
type keeper struct {
	db     *store.Store
	ledger *ledger.Ledger
	keep   time.Duration // 0: for ever
	log    *slog.Logger
	noted  string // the head that the log has last
}

// work begins at once, and goes on until the program ends.
func (k *keeper) work(ctx context.Context) {
	ticks := time.NewTicker(keepEvery)
	defer ticks.Stop()
	for {
		k.settle(ctx)
		k.trim(ctx)
		k.note(ctx)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}

// settle ends what was too young to be taken for abandoned at the start.
func (k *keeper) settle(ctx context.Context) {
	if err := k.ledger.Recover(ctx); err != nil && ctx.Err() == nil {
		k.log.ErrorContext(ctx, "what an ended process left in the ledger could not be settled", "error", err)
	}
}

// trim removes old entries, where the database lets the program.
func (k *keeper) trim(ctx context.Context) {
	if k.keep == 0 {
		return
	}
	removed, err := k.ledger.Trim(ctx, k.keep)
	if removed.Entries > 0 { // and what failed then was another part
		k.log.InfoContext(ctx, "old entries were removed from the ledger", "entries", removed.Entries, "links", removed.Link, "before", removed.Before)
	}
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, store.ErrMayNotTrim):
		k.log.WarnContext(ctx, "the ledger has entries that are too old, but the database's role may not remove them: "+
			"run stockroom -trim-ledger with the role of the ledger's keeper", "error", err)
	default:
		k.log.ErrorContext(ctx, "the ledger's old entries could not be removed", "error", err)
	}
}

// note writes the ledger's head into the log if it is another one: where logs
// are kept elsewhere, whoever can write to the database cannot write the ledger
// anew without being found out.
func (k *keeper) note(ctx context.Context) {
	hash, links, err := k.db.NotedHead(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		k.log.ErrorContext(ctx, "the ledger's head could not be noted", "error", err)
	case err == nil && hash != k.noted:
		k.log.InfoContext(ctx, "ledger", "head", hash, "links", links)
		k.noted = hash
	}
}
