package notices

import (
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// timeout is how long one attempt may take, the answer included.
const timeout = 10 * time.Second

// newClient returns a client that reaches the internet by https, and the
// operator's own networks, by http as well. It looks at the address of each
// connection, so that no name leads elsewhere, whatever it led to a moment
// before. It takes no proxy, which would look up names itself, and follows no
// redirect: the address is the one that an admin chose. Without a resolver the
// system's is asked.
func newClient(own networks, resolver *net.Resolver) *http.Client {
	byHTTPS := newTransport(own.byHTTPS, resolver)
	byHTTPS.RegisterProtocol("http", newTransport(own.byHTTP, resolver))
	return &http.Client{
		Timeout: timeout, Transport: byHTTPS,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newTransport connects to what is allowed. Of several addresses of a name it
// tries those alone.
func newTransport(allowed func(netip.Addr) error, resolver *net.Resolver) *http.Transport {
	dialer := &net.Dialer{
		Timeout:  timeout / 2,
		Resolver: resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return allowed(to.Addr())
		},
	}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout / 2, ForceAttemptHTTP2: true,
		MaxIdleConns: 20, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
		DisableCompression: true, // or a few bytes could become many
	}
}
