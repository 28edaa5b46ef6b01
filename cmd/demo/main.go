// Command demo runs Stockroom against a GitHub of its own that it holds in
// memory: an organization to practise on, where nothing is real.
//
// It is the same program as cmd/web. The database is a file in a temporary
// folder that is removed at the end.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/stockroom-dev/stockroom/internal/app"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/middleware"
	"github.com/stockroom-dev/stockroom/internal/serve"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8080", "`host:port` to listen on; if it is taken, a free port")
	verbose := flags.Bool("v", false, "log every request")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	level := slog.LevelWarn
	if *verbose {
		level = slog.LevelInfo
	}
	log := slog.New(middleware.LogHandler(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})))
	return demo(ctx, *addr, stdout, log)
}

func demo(ctx context.Context, addr string, stdout io.Writer, log *slog.Logger) error {
	listener, err := listen(ctx, addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	practice, err := startPractice(ctx, base, log)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "stockroom-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a left temporary folder is no failure
	cfg, err := configuration(base, practice, filepath.Join(dir, "stockroom.db"))
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, app.Options{Log: log, Practice: true})
	if err != nil {
		return err
	}
	if err := recordDeletions(ctx, practice, a.Ledger); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Stockroom, practising on a GitHub of its own: %s\n", base)
	context.AfterFunc(ctx, a.Halt)
	err = serve.Run(ctx, listener, a.Handler, log)
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

// listen takes addr, or a free port of the same host where it is taken.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
		return listener, err
	}
	host, _, _ := net.SplitHostPort(addr) // it was good enough for Listen
	return lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
}

// tried are the variables of Stockroom that the demo takes from the environment:
// those that decide what people may do in a portal, and at what pace.
var tried = []string{
	"STOCKROOM_ADMIN_TEAMS", "STOCKROOM_ALLOWED_ORGS", "STOCKROOM_READ_ONLY", "STOCKROOM_MUTATION_INTERVAL",
	"STOCKROOM_LEDGER_RETENTION", "STOCKROOM_NOTICE_NETWORKS",
}

// configuration is that of a portal of the practice GitHub.
func configuration(base string, practice *ghfake.Server, database string) (config.Config, error) {
	key := make([]byte, config.KeySize)
	rand.Read(key) // never fails since Go 1.24
	env := map[string]string{
		"STOCKROOM_BASE_URL":             base,
		"STOCKROOM_GITHUB_URL":           practice.URL,
		"STOCKROOM_GITHUB_API_URL":       practice.APIURL,
		"STOCKROOM_GITHUB_CLIENT_ID":     practice.ClientID(),
		"STOCKROOM_GITHUB_CLIENT_SECRET": practice.ClientSecret(),
		"STOCKROOM_SECRET_KEY":           base64.StdEncoding.EncodeToString(key),
		"STOCKROOM_DATABASE_URL":         "sqlite:" + database,
	}
	for _, name := range tried {
		env[name] = os.Getenv(name)
	}
	return config.Load(func(name string) string { return env[name] })
}
