package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// KeySize is the length of a secret key in bytes.
const KeySize = 32

// maxInterval is the longest pause between two changes that makes sense.
const maxInterval = time.Hour

var (
	slugPattern   = regexp.MustCompile(`^[a-z0-9_][a-z0-9_.-]*$`)
	headerPattern = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	tokenPattern  = regexp.MustCompile(`^[!-~]+$`)
)

func parseAddr(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", errors.New("must be host:port, such as 127.0.0.1:8080")
	}
	return s, nil
}

func parseToken(s string) (string, error) {
	if !tokenPattern.MatchString(s) {
		return "", errors.New("must be the value that GitHub shows for the OAuth app, without spaces")
	}
	return s, nil
}

func parseKeys(s string) (Keys, error) {
	return list(s, func(s string) ([]byte, error) {
		// Standard and URL alphabet, with and without padding: all four are in use.
		s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
		key, err := base64.RawStdEncoding.DecodeString(s)
		if err != nil || len(key) != KeySize {
			return nil, fmt.Errorf("must be base64 of %d bytes, as from: openssl rand -base64 %d", KeySize, KeySize)
		}
		return key, nil
	})
}

func parseOrgs(s string) ([]string, error) { return list(s, parseOrg) }

func parseOrg(s string) (string, error) {
	if _, err := ghpkg.NewOwner(ghpkg.Organization, s); err != nil {
		return "", errors.New("must be the login of an organization")
	}
	return strings.ToLower(s), nil
}

func parseTeams(s string) ([]Team, error) {
	return list(s, func(s string) (Team, error) {
		org, slug, _ := strings.Cut(strings.ToLower(s), "/")
		if _, err := parseOrg(org); err != nil || !slugPattern.MatchString(slug) {
			return Team{}, errors.New("must be org/team-slug")
		}
		return Team{org, slug}, nil
	})
}

func parseBool(s string) (bool, error) {
	b, err := strconv.ParseBool(strings.ToLower(s))
	if err != nil {
		return false, errors.New("must be true or false")
	}
	return b, nil
}

func parsePrefixes(s string) ([]netip.Prefix, error) {
	return list(s, func(s string) (netip.Prefix, error) {
		if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
			addr = addr.Unmap()
			return netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		prefix, err := netip.ParsePrefix(s)
		if err != nil || prefix.Addr().Is4In6() {
			return netip.Prefix{}, errors.New("must be an address or a CIDR, such as 10.0.0.0/8")
		}
		return prefix.Masked(), nil
	})
}

// parseNetworks takes networks of one's own, which all addresses are not.
func parseNetworks(s string) ([]netip.Prefix, error) {
	all, err := parsePrefixes(s)
	if slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Bits() == 0 }) {
		return nil, errors.New("must be networks of your own, such as 10.0.0.0/8, and not all there are")
	}
	return all, err
}

func parseHeader(s string) (string, error) {
	if !headerPattern.MatchString(s) {
		return "", errors.New("must be the name of an HTTP header, such as X-Forwarded-Email")
	}
	return textproto.CanonicalMIMEHeaderKey(s), nil
}

func parseInterval(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > maxInterval {
		return 0, errors.New("must be a duration from 0s to 1h, such as 1s or 1500ms")
	}
	return d, nil
}

// list parses comma-separated parts, and says which of several is wrong.
func list[T any](s string, f func(string) (T, error)) ([]T, error) {
	var all []T
	parts := strings.Split(s, ",")
	parts = slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" })
	for i, part := range parts {
		v, err := f(strings.TrimSpace(part))
		if err != nil && len(parts) > 1 {
			return nil, fmt.Errorf("entry %d of %d %w", i+1, len(parts), err)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, errors.New("has commas, but nothing between them")
	}
	return all, nil
}
