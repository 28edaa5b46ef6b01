package app

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/stockroom-dev/stockroom/internal/access"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghclient"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// The store is where operations are kept.
var _ operations.Store = (*store.Store)(nil)

// hands gives operations what they change GitHub with: a session's token, under
// the portal's rules as they are now, and the ledger.
type hands struct {
	people   *auth.Auth
	gate     *access.Access
	accounts accounts
	index    *inventory.Inventory // is told what was changed
	readOnly bool
}

// of returns the session's hand; see operations.Options.
func (h hands) of(ctx context.Context, session string) (operations.Hand, error) {
	if h.readOnly {
		return nil, &fault.Error{Kind: fault.Forbidden, Code: fault.CodeReadOnly, Op: "app.Hand"}
	}
	s, err := h.people.Held(ctx, session)
	if err != nil {
		return nil, err
	}
	rights, err := h.gate.Check(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case !rights.Change:
		return nil, rights.Why
	}
	client := h.accounts.github.For(s.Token, s.Viewer.Login).Patient()
	return hand{h.accounts.ledger.For(s.Viewer.Actor(), client), client}, nil
}

// hand changes with the ledger's knowledge, and looks without it.
type hand struct {
	*ledger.Recorded
	client *ghclient.Client
}

// Look returns what GitHub shows under the target's address now.
func (h hand) Look(ctx context.Context, target ghpkg.Target) (ghpkg.Target, error) {
	return h.client.Look(ctx, target)
}

// Limit returns how long GitHub wants the account to wait.
func (h hand) Limit(ctx context.Context) (time.Duration, *fault.Error) { return h.client.Limit(ctx) }

// Up asks GitHub for what costs nothing.
func (h hand) Up(ctx context.Context) error {
	_, err := h.client.RateLimit(ctx)
	return err
}

// newOperations returns the bulk jobs, which are worked on when wake is called
// and when they are due.
func newOperations(cfg config.Config, o Options, db *store.Store, h hands, wake func(context.Context, int64) error) *operations.Operations {
	return operations.New(operations.Options{
		Store: db, Hand: h.of, Release: h.people.Release, Changed: h.index.Changed, Wake: wake, NewID: h.accounts.ledger.NewID,
		Interval: cfg.MutationInterval, Process: rand.Text(), Now: o.Now, Sleep: o.Sleep, Log: o.Log,
	})
}
