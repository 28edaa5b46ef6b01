package app

import (
	"net/http"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/ghclient"
	"github.com/stockroom-dev/stockroom/internal/handlers"
	"github.com/stockroom-dev/stockroom/internal/metrics"
	"github.com/stockroom-dev/stockroom/internal/middleware"
	"github.com/stockroom-dev/stockroom/static"
)

// newAround returns what every request passes before the edge.
func newAround(cfg config.Config, o Options, answer middleware.Answer, counts *metrics.Metrics) (middleware.Middleware, error) {
	around, err := middleware.New(middleware.Options{
		Log: o.Log, Answer: answer, BaseURL: cfg.BaseURL, TrustedProxies: cfg.TrustedProxies,
		AvatarSources: ghclient.AvatarSources(cfg.GitHub.WebURL), Quiet: forPlatform,
		ProxyUser: cfg.ProxyUserHeader, Open: forEverybody, SignIn: handlers.SignsIn, Now: o.Now,
		Observe: func(r middleware.Request) { counts.Request(metrics.Request(r)) },
	})
	if err != nil {
		return nil, err
	}
	return middleware.Chain(counts.InFlight, around), nil
}

// withSession looks up who is asking, but not for what is the same for
// everybody: a database that is down must not take the probes with it.
func withSession(people *auth.Auth, edge http.Handler) http.Handler {
	inside := people.Middleware(edge)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forEverybody(r.URL.Path) {
			edge.ServeHTTP(w, r)
			return
		}
		inside.ServeHTTP(w, r)
	})
}

// forEverybody reports whether a path is answered alike whoever asks.
func forEverybody(path string) bool {
	return forPlatform(path) || strings.HasPrefix(path, static.Prefix) || path == "/favicon.ico"
}

// forPlatform reports whether a path is a probe's, which asks every few seconds.
func forPlatform(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}
