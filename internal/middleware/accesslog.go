package middleware

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// Request is one answered request, for metrics.
type Request struct {
	Method string
	Route  string        // the pattern that was taken, never a path; empty: none
	Status int           // 0: the answer was broken off
	Took   time.Duration //
	Bound  string        // the code of the bound that turned it away; empty: none
}

type seenKey struct{}

// seen is what only the inner handlers know of a request. The access log puts
// it into the context, and they fill it in.
type seen struct {
	route  string
	viewer int64
	bound  fault.Code
}

// SetRoute tells the access log which route the request took ("/orgs/:org/…").
func SetRoute(ctx context.Context, pattern string) {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		s.route = pattern
	}
}

// SetViewer tells the access log the numeric id of who is signed in.
func SetViewer(ctx context.Context, id int64) {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		s.viewer = id
	}
}

// AccessLog logs every request once it is answered, and tells observe. The query
// is left out: the OAuth callback's holds a code, and a search may hold anything.
func AccessLog(log *slog.Logger, quiet func(path string) bool, observe func(Request)) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began, rec, s := time.Now(), &recorder{ResponseWriter: w}, &seen{}
			ctx := context.WithValue(r.Context(), seenKey{}, s)
			finished := false
			defer func() { // also when the handler aborts the connection by a panic
				took := time.Since(began)
				if rec.status == 0 && finished {
					rec.status = http.StatusOK // what net/http sends for a handler that wrote nothing
				}
				observe(s.request(r, rec, took, finished))
				level := slog.LevelInfo
				switch {
				case rec.status >= http.StatusInternalServerError || !finished:
					level = slog.LevelError
				case quiet(r.URL.Path):
					level = slog.LevelDebug
				}
				if !log.Enabled(ctx, level) {
					return
				}
				log.LogAttrs(ctx, level, "request", s.attrs(r, rec, took, finished)...)
			}()
			next.ServeHTTP(rec, r.WithContext(ctx))
			finished = true
		})
	}
}

// request returns what metrics count.
func (s *seen) request(r *http.Request, rec *recorder, took time.Duration, finished bool) Request {
	counted := Request{Method: r.Method, Route: s.route, Status: rec.status, Took: took, Bound: string(s.bound)}
	if !finished {
		counted.Status = 0
	}
	return counted
}

// attrs returns the fields of one line.
func (s *seen) attrs(r *http.Request, rec *recorder, took time.Duration, finished bool) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("path", r.URL.EscapedPath()),
		slog.String("route", s.route),
		slog.Int("status", rec.status),
		slog.Int64("bytes", rec.bytes),
		slog.Float64("took_ms", float64(took.Microseconds())/1000),
		slog.String("client", ClientAddr(r.Context()).String()),
	}
	if s.viewer != 0 {
		attrs = append(attrs, slog.Int64("viewer", s.viewer))
	}
	if !finished {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	return attrs
}
