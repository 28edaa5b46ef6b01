// Package serve runs an http.Handler on a listener until it is told to stop,
// and lets the requests that are under way finish.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The limits of a connection. A request may take 15 s (internal/middleware), so
// writing ends well after it.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 32 << 10
	drainTimeout      = 10 * time.Second
	maxConnections    = 4096
)

// Run serves h on listener until ctx ends, then waits up to ten seconds for
// the requests under way. It returns nil after a complete drain.
func Run(ctx context.Context, listener net.Listener, h http.Handler, log *slog.Logger) error {
	return run(ctx, newCrowd(listener, maxConnections), h, log)
}

func run(ctx context.Context, listener *crowd, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnState:         listener.state,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	log.Info("draining", "at_most", drainTimeout.String())
	// ctx has ended already; the drain has a time of its own.
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("draining: %w", err), server.Close())
	}
	return nil
}
