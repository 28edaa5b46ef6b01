package ghclient

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// reservePart is the part of an account's hourly budget that jobs leave to the
// person whose account it is: with all of it spent they could not even look at
// a page until the next hour begins.
const reservePart = 20

// budget is what GitHub last said of an account's hourly limit.
type budget struct {
	mu               sync.Mutex
	limit, remaining int
	reset            time.Time
}

// learn reads an answer's headers (GitHub docs, "Rate limits for the REST API").
func (b *budget) learn(h http.Header) {
	if resource := h.Get("X-RateLimit-Resource"); resource != "" && resource != "core" {
		return
	}
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil {
		return
	}
	remaining, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil {
		return
	}
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.remaining, b.reset = limit, remaining, time.Unix(reset, 0)
}

// reserved returns how long a job waits because only the reserve is left; 0: it
// need not.
func (b *budget) reserved(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.remaining > b.limit/reservePart || b.limit < reservePart {
		return 0
	}
	return max(b.reset.Sub(now), 0)
}
