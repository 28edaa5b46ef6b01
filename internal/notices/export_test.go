package notices

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Sign returns the signature of a body.
func Sign(secret string, body []byte) string { return sign(secret, body) }

// Allowed says why an address is not sent to, by https and by http, beside
// networks of one's own.
func Allowed(own []netip.Prefix, ip netip.Addr) (byHTTPS, byHTTP error) {
	return networks(own).byHTTPS(ip), networks(own).byHTTP(ip)
}

// Text is what a chat of that language reads.
func (n *Notices) Text(ctx context.Context, language string, told News) (string, error) {
	d, err := n.compose(ctx, ghpkg.Destination{Kind: ghpkg.DestinationSlack, Language: language}, told)
	if err != nil {
		return "", err
	}
	var body struct{ Text string }
	return body.Text, json.Unmarshal([]byte(d.Body), &body)
}

// Resolve makes names lead to what the resolver says.
func (n *Notices) Resolve(resolver *net.Resolver) { n.client = newClient(n.Networks, resolver) }

// HurryUp lets an attempt take less.
func (n *Notices) HurryUp(timeout time.Duration) { n.client.Timeout = timeout }
