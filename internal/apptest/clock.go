package apptest

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Time is what o'clock it is in a portal and its GitHub. One that also has
// Sleep, like FastClock's, is waited for by it.
type Time interface{ Now() time.Time }

// FastClock is a time that passes faster than the machine's, so that an hour of
// pace and limits takes seconds.
type FastClock struct {
	began  time.Time
	factor float64
}

// NewFastClock returns a clock that begins now and goes factor times as fast.
func NewFastClock(factor float64) *FastClock { return &FastClock{began: time.Now(), factor: factor} }

// Now returns the clock's time.
func (c *FastClock) Now() time.Time {
	return c.began.Add(time.Duration(float64(time.Since(c.began)) * c.factor)).Round(0)
}

// Sleep waits for d by the clock, or until ctx is done.
func (c *FastClock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(c.Real(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Real returns how long d takes by the machine's time.
func (c *FastClock) Real(d time.Duration) time.Duration {
	return time.Duration(float64(d) / c.factor)
}

// Clock is a time that the test holds.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at t, to the millisecond: the database
// counts in those, and what is due within one would never come.
func NewClock(t time.Time) *Clock { return &Clock{now: t.Truncate(time.Millisecond)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Buffer is a bytes.Buffer that may be written to and read at the same time.
type Buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write appends p.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns all that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
