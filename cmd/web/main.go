// Command web runs Stockroom. It is configured by the environment; see the README.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	// The certificate roots, for images that hold nothing but the binary. Those
	// of the system are preferred where there are any.
	_ "golang.org/x/crypto/x509roots/fallback"

	"github.com/stockroom-dev/stockroom/internal/app"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/middleware"
	"github.com/stockroom-dev/stockroom/internal/serve"
)

// closeTimeout is for what is left to do after the drain: a change that is on
// its way at GitHub is seen to its end, whether or not anybody waits for it.
const closeTimeout = 15 * time.Second

func main() {
	tameMemory()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, os.Getenv, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stockroom:", err)
	}
	os.Exit(exitCode(err))
}

// errUsage is a mistake on the command line, which flag has explained already.
var errUsage = errors.New("see -help")

// exitCode is 2 for what the operator has to mend before it can run at all.
func exitCode(err error) int {
	_, misconfigured := errors.AsType[config.Mistakes](err)
	switch {
	case err == nil:
		return 0
	case misconfigured || errors.Is(err, errUsage):
		return 2
	}
	return 1
}

func run(ctx context.Context, getenv func(string) string, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("stockroom", flag.ContinueOnError)
	flags.SetOutput(stderr)
	version := flags.Bool("version", false, "print the version and exit")
	health := flags.Bool("healthcheck", false, "ask the running program whether it is well, and exit with 0 or 1")
	database := databaseFlags(flags)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil || flags.NArg() > 0 {
		return errUsage
	}
	if *version {
		_, err := fmt.Fprintln(stdout, buildVersion())
		return err
	}
	if database.wanted() {
		return database.run(ctx, getenv, stdout)
	}
	cfg, err := config.Load(getenv)
	if err != nil {
		return err
	}
	if *health {
		return healthcheck(ctx, cfg.Addr)
	}
	return start(ctx, cfg, stderr)
}

// start runs the program until ctx ends.
func start(ctx context.Context, cfg config.Config, stderr io.Writer) error {
	log := slog.New(middleware.LogHandler(cfg.Log.Logger(stderr).Handler()))
	log.Info("starting", "version", buildVersion(), "config", cfg)
	for _, name := range config.Unread(os.Environ()) {
		log.Warn("a variable is set that is not read", "name", name)
	}
	a, err := app.New(ctx, cfg, app.Options{Log: log, Now: time.Now})
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, a.Halt) // while the requests are drained no operation goes on either
	err = listen(ctx, cfg, a.Handler, log)
	// By now ctx has ended; closing has a time of its own.
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return errors.Join(err, a.Close(closing))
}

func listen(ctx context.Context, cfg config.Config, h http.Handler, log *slog.Logger) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return err
	}
	log.Info("listening", "addr", listener.Addr().String(), "url", cfg.BaseURL.String())
	return serve.Run(ctx, listener, h, log)
}

// buildVersion returns the module's version, or the commit that was built.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
