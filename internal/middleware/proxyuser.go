package middleware

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// maxProxyUser bounds an SSO identity, which goes into the ledger: an e-mail
// address has at most 254 bytes.
const maxProxyUser = 256

type proxyUserKey struct{}

// ProxyUserFrom returns the SSO identity with which the request came; empty
// where none is asked for.
func ProxyUserFrom(ctx context.Context) string {
	user, _ := ctx.Value(proxyUserKey{}).(string)
	return user
}

// ProxyUser demands an SSO identity in that header, from a trusted proxy, on
// every path that is not open. An empty header name demands nothing.
func ProxyUser(header string, open func(path string) bool, answer Answer) Middleware {
	return func(next http.Handler) http.Handler {
		if header == "" {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if open(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			user, err := proxyUserOf(r, header)
			if err != nil {
				answer(w, r, &fault.Error{Kind: fault.Forbidden, Code: fault.CodeNoProxyUser, Op: "middleware.ProxyUser", Err: err})
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), proxyUserKey{}, user)))
		})
	}
}

// proxyUserOf reads the identity. Two of them mean that the proxy adds its own
// to what the client sent, and nobody can tell which is whose.
func proxyUserOf(r *http.Request, header string) (string, error) {
	if !FromTrustedProxy(r.Context()) {
		return "", errors.New("the request does not come from a trusted proxy")
	}
	values := r.Header.Values(header)
	if len(values) != 1 {
		return "", errors.New("the header has to be there exactly once")
	}
	user := strings.TrimSpace(values[0])
	switch {
	case user == "":
		return "", errors.New("the header is empty")
	case len(user) > maxProxyUser:
		return "", errors.New("the identity is too long")
	case !utf8.ValidString(user) || strings.ContainsFunc(user, func(c rune) bool { return !unicode.IsPrint(c) }):
		return "", errors.New("the identity has characters that cannot be printed")
	}
	return user, nil
}
