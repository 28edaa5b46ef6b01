package serve

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// crowd bounds how many connections of a listener are open. For one more that
// which has been idle longest has to go: it would be missed least, and whoever
// is asked of nothing, such as a probe, should not wait for it. Where none is
// idle, the one more waits.
type crowd struct {
	net.Listener
	most int

	mu      sync.Mutex
	changed sync.Cond // a connection has ended or become idle, or the listener is closed
	open    int
	idle    map[*seat]time.Time // since when
	closed  bool
}

func newCrowd(l net.Listener, most int) *crowd {
	c := &crowd{Listener: l, most: most, idle: map[*seat]time.Time{}}
	c.changed.L = &c.mu
	return c
}

// seat is an open connection of a crowd.
type seat struct {
	net.Conn
	crowd *crowd
	once  sync.Once
}

// Close makes room for another.
func (s *seat) Close() error {
	s.once.Do(func() {
		s.crowd.mu.Lock()
		defer s.crowd.mu.Unlock()
		s.crowd.open--
		delete(s.crowd.idle, s)
		s.crowd.changed.Signal()
	})
	return s.Conn.Close()
}

// Accept returns the next connection once there is room for it.
func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.open >= c.most && !c.closed {
		if longest := c.longestIdle(); longest != nil {
			c.mu.Unlock()
			_ = longest.Close() // nobody is listening there
			c.mu.Lock()
		} else {
			c.changed.Wait()
		}
	}
	if c.closed {
		_ = conn.Close() // it was never ours
		return nil, net.ErrClosed
	}
	c.open++
	return &seat{Conn: conn, crowd: c}, nil
}

func (c *crowd) longestIdle() (longest *seat) {
	for s, since := range c.idle {
		if longest == nil || since.Before(c.idle[longest]) {
			longest = s
		}
	}
	return longest
}

// Close ends the listener, and lets nobody wait for room.
func (c *crowd) Close() error {
	c.mu.Lock()
	c.closed = true
	c.changed.Broadcast()
	c.mu.Unlock()
	return c.Listener.Close()
}

// state notes who is idle, as the server says.
func (c *crowd) state(conn net.Conn, state http.ConnState) {
	s, ours := conn.(*seat)
	if !ours {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if state != http.StateIdle {
		delete(c.idle, s)
		return
	}
	c.idle[s] = time.Now()
	c.changed.Signal()
}
