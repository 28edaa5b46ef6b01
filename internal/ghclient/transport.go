package ghclient

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// acceptHeader asks for GitHub's recommended format.
const acceptHeader = "application/vnd.github+json"

// maxBody bounds an answer's body: a hundred versions with a hundred tags each
// are far below.
const maxBody = 16 << 20

// newTransport returns the innermost layer: connections with timeouts a little
// above GitHub's own 10 s.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  12 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    2 * readsInFlight,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// stack returns the layers through which the client's calls go, from the
// outside: cache, guard, headers, connections.
func (c *Client) stack() http.RoundTripper {
	var t http.RoundTripper = headed{c.gh, c.session}
	t = guarded{t, c.account}
	return caching{t, c.gh.cache, c.session.key, c.gh.api.Path}
}

// headed sets the headers that every call carries, and bounds the answer.
type headed struct {
	gh      *GitHub
	session *session
}

// RoundTrip sends r with the session's authorization, which never goes to
// another host than the API's.
func (t headed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", acceptHeader)
	r.Header.Set("User-Agent", t.gh.opts.UserAgent)
	r.Header.Set("X-GitHub-Api-Version", t.gh.opts.APIVersion)
	r.Header.Del("Authorization")
	if sameOrigin(r.URL, t.gh.api) {
		r.Header.Set("Authorization", t.session.auth)
	}
	resp, err := t.gh.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxBody)
	return resp, nil
}

// redirect follows GitHub's redirects (a renamed organization) for reading
// only: net/http would turn a DELETE into a GET and call it a success.
func (g *GitHub) redirect(r *http.Request, via []*http.Request) error {
	if via[0].Method != http.MethodGet || !sameOrigin(r.URL, g.api) || len(via) > 3 {
		return http.ErrUseLastResponse
	}
	return nil
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}
