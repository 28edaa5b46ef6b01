package notices

import (
	"net/netip"
	"time"
)

// Sign returns the signature of a body.
func Sign(secret string, body []byte) string { return sign(secret, body) }

// Allowed says why an address is not sent to.
func Allowed(ip netip.Addr, loopback bool) error { return allowed(ip, loopback) }

// HurryUp lets an attempt take less.
func (n *Notices) HurryUp(timeout time.Duration) { n.client.Timeout = timeout }
