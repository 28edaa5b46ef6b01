package auth

import (
	"sync"
	"time"
)

const (
	// cacheLifetime bounds how long a session that another replica ended goes
	// on being believed here. What this process ends is gone at once.
	cacheLifetime = 5 * time.Second
	cacheSize     = 4096
)

// cache holds the sessions that were read a moment ago, so that a page's
// requests cost one query and one decryption together.
type cache struct {
	now func() time.Time

	mu      sync.Mutex
	drops   uint64 // how often something was dropped
	entries map[string]cached
}

type cached struct {
	held  *held
	until time.Time
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, entries: map[string]cached{}}
}

// get returns the session under key; nil if it is not here or too old.
func (c *cache) get(key string) *held {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok && now.Before(e.until) && now.Before(e.held.record.ExpiresAt) {
		return e.held
	}
	return nil
}

// generation is asked for before a session is read, and handed to put.
func (c *cache) generation() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drops
}

// put adds a session, unless something was dropped since it was read: it might
// be that very session.
func (c *cache) put(generation uint64, h *held) {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.drops {
		return
	}
	if len(c.entries) >= cacheSize {
		for key, e := range c.entries {
			if !now.Before(e.until) {
				delete(c.entries, key)
			}
		}
		if len(c.entries) >= cacheSize {
			clear(c.entries)
		}
	}
	c.entries[h.record.Key] = cached{held: h, until: now.Add(cacheLifetime)}
}

// drop removes the session under key.
func (c *cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	delete(c.entries, key)
}
