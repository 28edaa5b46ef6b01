package middleware

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

type peerKey struct{}

// peer is who sent a request.
type peer struct {
	client  netip.Addr
	trusted bool // it came through a trusted proxy
}

// ClientAddr returns the address of the client, or the zero Addr if it is not
// known (a request over a Unix socket).
func ClientAddr(ctx context.Context) netip.Addr {
	p, _ := ctx.Value(peerKey{}).(peer)
	return p.client
}

// FromTrustedProxy reports whether the request was handed over by a trusted
// proxy, so that its headers may be believed.
func FromTrustedProxy(ctx context.Context) bool {
	p, _ := ctx.Value(peerKey{}).(peer)
	return p.trusted
}

// ClientAddress puts the client's address into the context. X-Forwarded-For is
// read from the right, for each proxy appends whom it saw: the first address
// that is no trusted proxy's is the client's, and whatever stands left of it
// is only what the client claims.
func ClientAddress(trusted []netip.Prefix) Middleware {
	believed := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p := peer{client: parseAddress(r.RemoteAddr)}
			p.trusted = p.client.IsValid() && believed(p.client)
			if p.trusted {
				p.client = forwardedFor(r.Header.Values("X-Forwarded-For"), p.client, believed)
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), peerKey{}, p)))
		})
	}
}

// forwardedFor returns the last address before the chain of trusted proxies
// that ends at seen.
func forwardedFor(values []string, seen netip.Addr, believed func(netip.Addr) bool) netip.Addr {
	hops := strings.Split(strings.Join(values, ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr := parseAddress(strings.TrimSpace(hop))
		if !addr.IsValid() {
			return seen
		}
		if seen = addr; !believed(addr) {
			return addr
		}
	}
	return seen
}

// parseAddress reads an address with or without a port; some proxies add one.
func parseAddress(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}
