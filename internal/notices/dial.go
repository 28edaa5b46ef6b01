package notices

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// timeout is how long one attempt may take, the answer included.
const timeout = 10 * time.Second

// newClient returns a client that reaches the internet alone. It looks at the
// address of each connection, so that no name leads inside, whatever it led to
// a moment before. It takes no proxy, which would look up names itself, and
// follows no redirect: the address is the one that an admin chose.
func newClient(loopback bool) *http.Client {
	dialer := &net.Dialer{
		Timeout: timeout / 2,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return allowed(to.Addr(), loopback)
		},
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout / 2, ForceAttemptHTTP2: true,
			MaxIdleConns: 20, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
			DisableCompression: true, // or a few bytes could become many
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// errInside says that an address is not one of the internet.
var errInside = errors.New("addresses inside this network are not sent to")

// allowed returns nil for an address of the internet, and for this machine's own
// if loopback says so.
func allowed(ip netip.Addr, loopback bool) error {
	ip = ip.Unmap().WithZone("")
	if ip.IsLoopback() && loopback {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || reserved(ip) {
		return fmt.Errorf("%w: %s", errInside, ip)
	}
	return nil
}

// reserved reports whether an address is one of those that the registries of
// IANA keep for networks of one's own, for documentation, or for reaching IPv4
// addresses through IPv6.
func reserved(ip netip.Addr) bool {
	for _, prefix := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		if netip.MustParsePrefix(prefix).Contains(ip) {
			return true
		}
	}
	return false
}
