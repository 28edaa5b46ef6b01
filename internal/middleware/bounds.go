package middleware

import (
	"net/http"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// MaxAtOnce is how many requests are worked on at once. A person's browser has
// six connections to us, and what GitHub answers takes memory meanwhile.
const MaxAtOnce = 256

// AtOnce turns away what comes while n requests are being worked on: one that
// waits in line holds memory as well, and its browser may have left. Paths that
// are exempt always get through, for a full house is no reason to be restarted.
func AtOnce(n int, exempt func(path string) bool, answer Answer) Middleware {
	places := make(chan struct{}, n)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if exempt(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			select {
			case places <- struct{}{}:
			default:
				turnAway(w, r, answer, &fault.Error{
					Kind: fault.RateLimited, Code: fault.CodeOverloaded, Op: "middleware.AtOnce", RetryAfter: time.Second,
				})
				return
			}
			defer func() { <-places }()
			next.ServeHTTP(w, r)
		})
	}
}

// SignInPace turns away a client that asks for the paced paths too often. Each
// sign-in that begins costs a row, and each that ends a call to GitHub.
func SignInPace(paced func(path string) bool, now func() time.Time, answer Answer) Middleware {
	clients := newPaces(signInEvery, signInBurst, now)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if paced(r.URL.Path) {
				if wait := clients.take(ClientAddr(r.Context())); wait > 0 {
					turnAway(w, r, answer, &fault.Error{
						Kind: fault.RateLimited, Code: fault.CodeTooFast, Op: "middleware.SignInPace", RetryAfter: wait,
					})
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// turnAway answers with the bound that was met, and notes it for the metrics.
func turnAway(w http.ResponseWriter, r *http.Request, answer Answer, why *fault.Error) {
	if s, ok := r.Context().Value(seenKey{}).(*seen); ok {
		s.bound = why.Code
	}
	answer(w, r, why)
}
