package middleware

import (
	"net/netip"
	"sync"
	"time"
)

// A sign-in is two requests. A whole office may come from one address in the
// morning: thirty of them sign in at once, and fifteen more in each minute.
const (
	signInBurst = 60
	signInEvery = 2 * time.Second
)

// maxClients bounds what is remembered: well below a megabyte.
const maxClients = 8192

// paces lets each client do something burst times at once, and once more
// whenever every has passed. A client is remembered by one moment: when it may
// do all of burst again. One that is not remembered may do so now.
type paces struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu     sync.Mutex
	rested map[netip.Prefix]time.Time
	swept  time.Time
}

func newPaces(every time.Duration, burst int, now func() time.Time) *paces {
	return &paces{every: every, burst: burst, now: now, rested: make(map[netip.Prefix]time.Time)}
}

// take returns 0 if the client may go on, or how long it has to wait.
func (p *paces) take(client netip.Addr) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, now := network(client), p.now()
	rested, known := p.rested[key]
	if rested.Before(now) {
		rested = now
	}
	rested = rested.Add(p.every)
	if wait := rested.Sub(now) - time.Duration(p.burst)*p.every; wait > 0 {
		return wait
	}
	if !known {
		p.makeRoom(now)
	}
	p.rested[key] = rested
	return 0
}

// makeRoom forgets those who have rested, and if nobody has, somebody: who has
// that many addresses is not held up by one of them. The caller holds mu.
func (p *paces) makeRoom(now time.Time) {
	if len(p.rested) < maxClients {
		return
	}
	if now.Sub(p.swept) >= p.every { // looking at all of them for each that comes would be slow
		p.swept = now
		for key, rested := range p.rested {
			if !rested.After(now) {
				delete(p.rested, key)
			}
		}
	}
	for key := range p.rested {
		if len(p.rested) < maxClients {
			return
		}
		delete(p.rested, key)
	}
}

// network is what counts as one client: of IPv6 a whole /64, which is the least
// that anybody is given.
func network(client netip.Addr) netip.Prefix {
	bits := client.BitLen()
	if client.Is6() {
		bits = 64
	}
	prefix, _ := client.Prefix(bits) // an address that is not known is a client, too
	return prefix
}
