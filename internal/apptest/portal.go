// Package apptest runs the whole program over real HTTP for tests: Stockroom
// and a GitHub in memory, each on a loopback port, and browsers that people
// sign in with.
package apptest

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/app"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/middleware"
)

// Options says what kind of portal to start. The zero value is usable.
type Options struct {
	Clock       Time                            // nil: the machine's
	Path        string                          // of the public address: "/tools/stockroom"; empty: the host's root
	Seed        func(*ghfake.Server)            // nil: Acme
	Config      map[string]string               // variables without their prefix: "READ_ONLY": "true"
	DatabaseURL string                          // empty: an SQLite file of the test's own
	Beside      *Portal                         // whose GitHub, database, clock and configuration are shared; nil: nobody's
	GitHub      ghfake.Options                  // Now and CallbackURL are set by Start
	Inventory   inventory.Options               // Now is set by app
	Around      func(http.Handler) http.Handler // nil: the handler as it is
	Transport   http.RoundTripper               // to GitHub; nil: the program's own
	Quiet       bool                            // write no log: benchmarks
}

// Portal is a running Stockroom with its GitHub.
type Portal struct {
	URL          string // the public address, without a last slash
	GitHub       *ghfake.Server
	App          *app.App
	DatabasePath string  // empty: not SQLite
	Log          *Buffer // all that the program logged, from debug on
	Config       config.Config

	options Options
	stop    func() // at most once
}

// Start serves both until the test ends.
func Start(tb testing.TB, o Options) *Portal {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("apptest: %v", err)
	}
	o = o.shared()
	p := &Portal{URL: "http://" + listener.Addr().String() + o.Path, Log: &Buffer{}, options: o}
	p.startGitHub(tb, o)
	p.Config = p.configure(tb, o)
	log := slog.New(middleware.LogHandler(slog.NewJSONHandler(p.Log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if o.Quiet {
		log = slog.New(slog.DiscardHandler)
	}
	settings := app.Options{Log: log, Transport: o.Transport, Inventory: o.Inventory}
	if o.Clock != nil {
		settings.Now = o.Clock.Now
	}
	if fast, ok := o.Clock.(interface {
		Sleep(context.Context, time.Duration) error
	}); ok {
		settings.Sleep = fast.Sleep
	}
	p.App, err = app.New(context.Background(), p.Config, settings)
	if err != nil {
		tb.Fatalf("apptest: %v", err)
	}
	handler := p.App.Handler
	if o.Around != nil {
		handler = o.Around(handler)
	}
	p.serve(tb, listener, handler)
	return p
}

// shared returns the options with what the portal beside has.
func (o Options) shared() Options {
	if o.Beside == nil {
		return o
	}
	config := maps.Clone(o.Beside.options.Config)
	if config == nil {
		config = map[string]string{}
	}
	maps.Copy(config, o.Config)
	o.Config, o.Clock = config, o.Beside.options.Clock
	o.DatabaseURL = string(o.Beside.Config.Database)
	return o
}

// startGitHub starts the GitHub, with the portal's clock.
func (p *Portal) startGitHub(tb testing.TB, o Options) {
	tb.Helper()
	if o.Beside != nil {
		p.GitHub = o.Beside.GitHub
		return
	}
	if o.Clock != nil {
		o.GitHub.Now = o.Clock.Now
	}
	o.GitHub.CallbackURL = p.URL + "/login/callback"
	seed := o.Seed
	if seed == nil {
		seed = Acme
	}
	p.GitHub = ghfake.Start(tb, o.GitHub, seed)
}

// configure reads the configuration as from an environment.
func (p *Portal) configure(tb testing.TB, o Options) config.Config {
	tb.Helper()
	if o.DatabaseURL == "" {
		p.DatabasePath = filepath.Join(tb.TempDir(), "stockroom.db")
	}
	env := map[string]string{
		"BASE_URL":             p.URL,
		"GITHUB_URL":           p.GitHub.URL,
		"GITHUB_API_URL":       p.GitHub.APIURL,
		"GITHUB_CLIENT_ID":     p.GitHub.ClientID(),
		"GITHUB_CLIENT_SECRET": p.GitHub.ClientSecret(),
		"SECRET_KEY":           base64.StdEncoding.EncodeToString([]byte("a key that opens no other portal")),
		"DATABASE_URL":         cmp.Or(o.DatabaseURL, "sqlite:"+p.DatabasePath),
		"MUTATION_INTERVAL":    "0s",
		"NOTICE_NETWORKS":      "127.0.0.1",
	}
	maps.Copy(env, o.Config)
	cfg, err := config.Load(func(name string) string { return env[strings.TrimPrefix(name, config.Prefix)] })
	if err != nil {
		tb.Fatalf("apptest: %v", err)
	}
	return cfg
}

// serve answers on listener until the test ends, then closes the program.
func (p *Portal) serve(tb testing.TB, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	p.stop = sync.OnceFunc(func() {
		if err := server.Close(); err != nil {
			tb.Errorf("apptest: %v", err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			tb.Errorf("apptest: %v", err)
		}
		if err := p.App.Close(context.Background()); err != nil {
			tb.Errorf("apptest: %v", err)
		}
	})
	tb.Cleanup(p.stop)
}

// Stop ends the portal as SIGTERM does. Another one can be started Beside it,
// which finds what it left.
func (p *Portal) Stop() { p.stop() }
