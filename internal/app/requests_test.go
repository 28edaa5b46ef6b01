package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestCloseWaitsForRequests as long as they take, but not for ever; and none
// begins any more.
func TestCloseWaitsForRequests(t *testing.T) {
	t.Parallel()
	const patience = 15 * time.Second
	for _, tt := range []struct {
		name        string
		takes, want time.Duration
		err         error
	}{
		{"none is on its way", 0, 0, nil},
		{"in time", 5 * time.Second, 5 * time.Second, nil},
		{"too long", time.Minute, patience, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, served := newRequests(), 0
				h := r.counted(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
					served++
					<-time.After(tt.takes)
				}))
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				serve := func() {
					h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil))
				}
				first := make(chan struct{})
				go func() { defer close(first); serve() }()
				synctest.Wait()
				began := time.Now()
				if err := r.close(ctx); !errors.Is(err, tt.err) || time.Since(began) != tt.want {
					t.Errorf("closed after %s: %v; want %s, %v", time.Since(began), err, tt.want, tt.err)
				}
				serve()
				if served != 1 {
					t.Errorf("%d were served, want the one before", served)
				}
				<-first
			})
		})
	}
}
