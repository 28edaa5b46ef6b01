package middleware

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// Mount serves the portal below a path of its host, "/tools/stockroom". Further
// inside, addresses begin with "/" as if the host were ours alone: the path is
// taken off requests here and put before the addresses in answers, so that
// nothing else has to know of it. What open names is answered at the root, too:
// the platform probes past the proxy.
func Mount(prefix string, open func(path string) bool, answer Answer) Middleware {
	if prefix == "" {
		return func(next http.Handler) http.Handler { return next }
	}
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoPage, Op: "middleware.Mount"})
	}
	addresses := newAddresses(prefix)
	return func(next http.Handler) http.Handler {
		below := http.StripPrefix(prefix, next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m := &mounted{ResponseWriter: w, prefix: prefix}
			switch path := r.URL.Path; {
			case path == prefix:
				http.Redirect(w, r, prefix+"/", http.StatusPermanentRedirect)
			case strings.HasPrefix(path, prefix+"/"):
				below.ServeHTTP(m, r)
			case open(path):
				next.ServeHTTP(m, r)
			default:
				elsewhere(m, r)
			}
			m.finish(addresses)
		})
	}
}

// newAddresses returns what puts prefix before the addresses in a page of ours.
// In a text or a value every quotation mark is escaped, so what looks like the
// beginning of an attribute is one.
func newAddresses(prefix string) *strings.Replacer {
	var pairs []string
	for _, name := range []string{"href", "src", "action", "hx-get", "hx-post"} {
		begin := " " + name + `="`
		pairs = append(pairs, begin+"/", begin+prefix+"/")
	}
	return strings.NewReplacer(pairs...)
}

// mounted is an answer whose addresses get the prefix. Pages are held back
// until they are whole; all else goes through.
type mounted struct {
	http.ResponseWriter
	prefix string
	sent   bool
	page   *bytes.Buffer // nil: not a page
}

// WriteHeader puts the prefix before the addresses in the headers.
func (m *mounted) WriteHeader(status int) {
	if !m.sent && status >= http.StatusOK {
		m.sent = true
		for _, name := range []string{"Location", "HX-Redirect"} {
			if to := m.Header().Get(name); strings.HasPrefix(to, "/") {
				m.Header().Set(name, m.prefix+to)
			}
		}
		if strings.HasPrefix(m.Header().Get("Content-Type"), "text/html") {
			m.page = &bytes.Buffer{}
		}
	}
	m.ResponseWriter.WriteHeader(status)
}

// Write keeps a page, and sends anything else.
func (m *mounted) Write(b []byte) (int, error) {
	if !m.sent {
		m.WriteHeader(http.StatusOK)
	}
	if m.page != nil {
		return m.page.Write(b)
	}
	return m.ResponseWriter.Write(b)
}

// finish sends the page.
func (m *mounted) finish(addresses *strings.Replacer) {
	if m.page != nil {
		// Whoever does not read the answer any more is nobody to tell.
		_, _ = addresses.WriteString(m.ResponseWriter, m.page.String())
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (m *mounted) Unwrap() http.ResponseWriter { return m.ResponseWriter }
