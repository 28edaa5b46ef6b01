package notices

import (
	"net"
	"net/netip"
	"time"
)

// Sign returns the signature of a body.
func Sign(secret string, body []byte) string { return sign(secret, body) }

// Allowed says why an address is not sent to, by https and by http, beside
// networks of one's own.
func Allowed(own []netip.Prefix, ip netip.Addr) (byHTTPS, byHTTP error) {
	return networks(own).byHTTPS(ip), networks(own).byHTTP(ip)
}

// Resolve makes names lead to what the resolver says.
func (n *Notices) Resolve(resolver *net.Resolver) { n.client = newClient(n.Networks, resolver) }

// HurryUp lets an attempt take less.
func (n *Notices) HurryUp(timeout time.Duration) { n.client.Timeout = timeout }
