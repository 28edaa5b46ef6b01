package app

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"golang.org/x/sync/semaphore"
)

// requests knows which are on their way. One that changes something at GitHub
// goes on when its connection is closed, so that the ledger gets its outcome.
type requests struct{ places *semaphore.Weighted }

func newRequests() requests { return requests{semaphore.NewWeighted(math.MaxInt64)} }

// counted is next, each of whose requests close waits for.
func (r requests) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.places.Acquire(req.Context(), 1) != nil { // the program ends, and the browser has left
			return
		}
		defer r.places.Release(1)
		next.ServeHTTP(w, req)
	})
}

// close waits until none is on its way, or ctx is done. None begins any more.
func (r requests) close(ctx context.Context) error {
	if err := r.places.Acquire(ctx, math.MaxInt64); err != nil {
		return fmt.Errorf("requests have not ended in time: %w", err)
	}
	return nil
}
