package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/stockroom-dev/stockroom/internal/store"
)

// headEvery is how often the ledger's head is noted.
const headEvery = time.Hour

// noteHeads writes the ledger's head into the log, now and every hour if it is
// another one: where logs are kept elsewhere, whoever can write to the database
// cannot write the ledger anew without being found out.
func noteHeads(ctx context.Context, db *store.Store, log *slog.Logger) {
	ticks := time.NewTicker(headEvery)
	defer ticks.Stop()
	for noted := ""; ; {
		hash, links, err := db.NotedHead(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.ErrorContext(ctx, "the ledger's head could not be noted", "error", err)
		case err == nil && hash != noted:
			log.InfoContext(ctx, "ledger", "head", hash, "links", links)
			noted = hash
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}
