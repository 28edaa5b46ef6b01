// Package app puts Stockroom together: configuration in, one http.Handler out.
// cmd/web, cmd/demo and the end-to-end tests run the same program through it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/stockroom-dev/stockroom/internal/access"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/ghclient"
	"github.com/stockroom-dev/stockroom/internal/handlers"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/metrics"
	"github.com/stockroom-dev/stockroom/internal/middleware"
	"github.com/stockroom-dev/stockroom/internal/notices"
	"github.com/stockroom-dev/stockroom/internal/store"
	"github.com/stockroom-dev/stockroom/static"
)

// Options are what the caller decides beside the configuration.
type Options struct {
	Log       *slog.Logger                               // required
	Now       func() time.Time                           // nil: time.Now
	Sleep     func(context.Context, time.Duration) error // by the clock of Now; nil: the real one
	Transport http.RoundTripper                          // to GitHub; nil: one with timeouts that fit it
	Practice  bool                                       // the demo: pages say that nothing is real
	Inventory inventory.Options                          // Now is set from above
}

// App is one running Stockroom.
type App struct {
	Handler http.Handler
	Ledger  *ledger.Ledger

	store     *store.Store
	inventory *inventory.Inventory
	work      *work
	requests  requests
}

// New opens the database and returns the program, ready to serve.
func New(ctx context.Context, cfg config.Config, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := store.Open(ctx, string(cfg.Database))
	if err != nil {
		return nil, err
	}
	a, err := compose(ctx, cfg, o, db)
	if err != nil {
		_ = db.Close() // the error is the reason; the database is as it was
		return nil, err
	}
	a.requests = newRequests()
	a.Handler = a.requests.counted(a.Handler)
	keeper := &keeper{db: db, ledger: a.Ledger, keep: cfg.LedgerRetention, log: o.Log}
	a.work.running.Go(func() { keeper.work(a.work.life) })
	return a, nil
}

// Halt lets operations begin nothing further. What they have sent to GitHub is
// seen to its end; Close waits for it.
func (a *App) Halt() { a.work.halt() }

// Close gives up what the program holds, once what is on its way has ended, or
// ctx is done. No request comes through any more.
func (a *App) Close(ctx context.Context) error {
	err := errors.Join(a.work.close(ctx), a.requests.close(ctx))
	a.inventory.Close()
	return errors.Join(err, a.store.Close())
}

// compose joins the parts, from GitHub and the database up to the edge.
func compose(ctx context.Context, cfg config.Config, o Options, db *store.Store) (*App, error) {
	catalogue, err := i18n.New()
	if err != nil {
		return nil, err
	}
	records := ledger.New(db, o.Now, o.Log)
	if err := settleLeft(ctx, db, records); err != nil {
		return nil, fmt.Errorf("settle what an earlier process left: %w", err)
	}
	counts := metrics.New()
	gh := newGitHub(cfg, o, db, counts)
	gate := newAccess(cfg, o, gh)
	people, keys, err := newAuth(cfg, o, db, gh, gate)
	if err != nil {
		return nil, err
	}
	o.Inventory.Now, o.Inventory.Log, o.Inventory.Archive = o.Now, o.Log, db
	index := inventory.New(o.Inventory)
	tell := newNotices(cfg, o, notices.Options{Store: db, Keys: keys, Ledger: records, Catalogue: catalogue, Sent: counts.Sent})
	jobs := newWork(people, telling(tell))
	jobs.ownTime = o.Sleep != nil
	ops := newOperations(cfg, o, db, hands{people, gate, accounts{gh, records}, index, cfg.ReadOnly}, jobs.wake)
	edge, answer := newEdge(cfg, o, db, handlers.Deps{
		GitHub:     accounts{gh, records},
		Inventory:  index,
		Ledger:     records,
		Auth:       people,
		Access:     gate,
		Operations: ops,
		Notices:    tell,
		Catalogue:  catalogue,
		Metrics:    counts.Handler(),
	})
	people.Fail = answer
	around, err := newAround(cfg, o, answer, counts)
	if err != nil {
		return nil, err
	}
	watch(counts, o, db, gh, jobs)
	a := &App{Handler: around(withSession(people, edge)), Ledger: records, store: db, inventory: index, work: jobs}
	return a, jobs.start(ctx, db, ops)
}

// newEdge returns the pages over the parts, and how they answer a failure: with
// what they take from the store itself, and as they are configured.
func newEdge(cfg config.Config, o Options, db *store.Store, parts handlers.Deps) (http.Handler, middleware.Answer) {
	parts.Preferences, parts.Views = newPreferences(db, o.Now), newSavedViews(db, o.Now)
	parts.Unfinished, parts.Ready = db, db.Migrated
	parts.Static = static.Handler()
	parts.BaseURL, parts.GitHubURL = cfg.BaseURL, cfg.GitHub.WebURL
	parts.Retention, parts.ReadOnly, parts.Practice = cfg.LedgerRetention, cfg.ReadOnly, o.Practice
	parts.Now, parts.Log = o.Now, o.Log
	return handlers.New(parts)
}

func newGitHub(cfg config.Config, o Options, db *store.Store, counts *metrics.Metrics) *ghclient.GitHub {
	return ghclient.New(ghclient.Options{
		WebURL: cfg.GitHub.WebURL, APIURL: cfg.GitHub.APIURL, APIVersion: cfg.GitHub.APIVersion,
		UserAgent: "Stockroom", ClientID: cfg.GitHub.ClientID, ClientSecret: string(cfg.GitHub.ClientSecret),
		MutationInterval: cfg.MutationInterval, Accounts: db, Transport: o.Transport, Now: o.Now, Sleep: o.Sleep,
		Observe: func(c ghclient.Call) { counts.Call(metrics.Call(c)) },
	})
}

func newAuth(cfg config.Config, o Options, db *store.Store, gh *ghclient.GitHub, gate *access.Access) (*auth.Auth, *auth.Keys, error) {
	keys, err := auth.NewKeys(cfg.Keys)
	if err != nil {
		return nil, nil, err
	}
	return auth.New(auth.Config{
		BaseURL: cfg.BaseURL, GitHubURL: cfg.GitHub.WebURL,
		ClientID: cfg.GitHub.ClientID, ClientSecret: string(cfg.GitHub.ClientSecret),
		Keys: keys, Store: db, GitHub: identities{gh}, Transport: o.Transport, Now: o.Now, Log: o.Log,
		Admit: gate.Admit, InUse: db.SessionInUse, ProxyUser: middleware.ProxyUserFrom,
	}), keys, nil
}
