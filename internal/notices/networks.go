package notices

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// networks are the operator's own, which may be sent to although they are not
// the internet. What is sent to them does not leave them, so that it may go
// without TLS: few have certificates for names inside.
type networks []netip.Prefix

var (
	errInside = errors.New("addresses inside this network are not sent to, unless STOCKROOM_NOTICE_NETWORKS has them")
	errPlain  = errors.New("http:// leads to the networks in STOCKROOM_NOTICE_NETWORKS alone")
)

// byHTTPS returns nil for an address that may be sent to by https.
func (n networks) byHTTPS(ip netip.Addr) error {
	if ip = bare(ip); !n.has(ip) && !internet(ip) {
		return fmt.Errorf("%w: %s", errInside, ip)
	}
	return nil
}

// byHTTP returns nil for an address that may be sent to by http.
func (n networks) byHTTP(ip netip.Addr) error {
	if ip = bare(ip); !n.has(ip) {
		return fmt.Errorf("%w: %s", errPlain, ip)
	}
	return nil
}

func bare(ip netip.Addr) netip.Addr { return ip.Unmap().WithZone("") }

// has reports whether an address was listed. One with a meaning of its own was
// only by an entry that is about it: 169.254.169.254 opens the cloud's metadata,
// and 169.0.0.0/8 does not.
func (n networks) has(ip netip.Addr) bool {
	if ip.IsUnspecified() || ip.IsMulticast() {
		return false // the first is this machine, by a name that nobody would look for
	}
	return slices.ContainsFunc(n, func(entry netip.Prefix) bool {
		return entry.Contains(ip) && !slices.ContainsFunc(meant(ip), func(special netip.Prefix) bool {
			return entry.Bits() < special.Bits()
		})
	})
}

// internet reports whether an address is one of the internet.
func internet(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && len(meant(ip)) == 0
}

// meant returns the ranges with a meaning of their own that an address is in:
// this machine, its link, what clouds tell their machines (also where that is
// among other addresses), and what the registries of IANA keep for networks of
// one's own, for documentation, or for reaching IPv4 addresses through IPv6.
func meant(ip netip.Addr) []netip.Prefix {
	var in []netip.Prefix
	for _, text := range []string{
		"127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10",
		"100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128",
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		if prefix := netip.MustParsePrefix(text); prefix.Contains(ip) {
			in = append(in, prefix)
		}
	}
	return in
}
