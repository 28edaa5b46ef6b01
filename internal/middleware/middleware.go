// Package middleware is what every request passes through before the pages see
// it, as plain net/http: who is asking, the log, the security headers, and the
// limits. New puts the parts into the one order in which they work.
package middleware

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Middleware wraps a handler.
type Middleware = func(http.Handler) http.Handler

// Answer answers a request with an error: the one place of the edge that turns
// errors into pages and JSON.
type Answer func(w http.ResponseWriter, r *http.Request, err error)

// The limits of every request.
const (
	MaxBody = 1 << 20 // bytes: forms are small, and nothing is uploaded
	MaxTime = 15 * time.Second
)

// Options are what the middleware needs to know.
type Options struct {
	Log            *slog.Logger
	Answer         Answer
	BaseURL        *url.URL          // the public address
	TrustedProxies []netip.Prefix    // whose X-Forwarded-For and X-Request-Id are believed
	AvatarSources  []string          // origins of pictures, beside our own
	ProxyUser      string            // the header with the SSO identity; empty: none is asked for
	Open           func(string) bool // paths that need no SSO identity; nil: none
	Quiet          func(string) bool // the probes: logged at debug level only, and never turned away; nil: none
	SignIn         func(string) bool // paths that one client may ask for at a pace only; nil: none
	Observe        func(Request)     // called after every request; nil: nobody counts
	Now            func() time.Time  // nil: time.Now
}

// New returns the whole stack, outermost first:
//
//	client address   every later part may ask who is asking
//	request id       every later line of the log carries it
//	access log       sees the final status, also of refusals and panics
//	headers          on every answer, whoever writes it
//	compression      outside of recover, so that an error page is whole
//	mount            from here on the portal is at the root of its host
//	recover
//	at once          turned away before it costs anything
//	deadline
//	sign-in pace
//	SSO identity     refused before anything is told
//	cross-origin     refused before anything is read
//	body limit
func New(o Options) (Middleware, error) {
	compress, err := Compress()
	if err != nil {
		return nil, err
	}
	crossOrigin, err := CrossOrigin(o.BaseURL, o.Answer)
	if err != nil {
		return nil, err
	}
	o.fill()
	return Chain(
		ClientAddress(o.TrustedProxies),
		RequestID(),
		AccessLog(o.Log, func(path string) bool { return o.Quiet(strings.TrimPrefix(path, o.BaseURL.Path)) }, o.Observe),
		SecurityHeaders(o.BaseURL.Scheme == "https", o.AvatarSources),
		compress,
		Mount(o.BaseURL.Path, o.Quiet, o.Answer),
		Recover(o.Log, o.Answer),
		AtOnce(MaxAtOnce, o.Quiet, o.Answer),
		Deadline(MaxTime),
		SignInPace(o.SignIn, o.Now, o.Answer),
		ProxyUser(o.ProxyUser, o.Open, o.Answer),
		crossOrigin,
		LimitBody(MaxBody, o.Answer),
		OnlyForms(o.Answer),
	), nil
}

// fill sets what may be nil.
func (o *Options) fill() {
	for _, paths := range []*func(string) bool{&o.Quiet, &o.Open, &o.SignIn} {
		if *paths == nil {
			*paths = func(string) bool { return false }
		}
	}
	if o.Observe == nil {
		o.Observe = func(Request) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Chain joins middleware into one; the first is the outermost.
func Chain(all ...Middleware) Middleware {
	return func(h http.Handler) http.Handler {
		for _, m := range slices.Backward(all) {
			h = m(h)
		}
		return h
	}
}
