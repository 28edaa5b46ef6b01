package middleware

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// CrossOrigin refuses changes that another site's page asks for. base is the
// origin under which people know us; a proxy may have rewritten the Host that
// the check would otherwise compare with.
func CrossOrigin(base *url.URL, answer Answer) (Middleware, error) {
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, err
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, &fault.Error{Kind: fault.Forbidden, Code: fault.CodeCrossSite, Op: "middleware.CrossOrigin"})
	}))
	return protection.Handler, nil
}

// Deadline ends a request's context after d, so that whatever it waits for
// gives up and the error can still be answered.
func Deadline(d time.Duration) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// LimitBody refuses bodies of more than n bytes. One that announces its length
// is refused unread; another fails with the same error while it is read.
func LimitBody(n int64, answer Answer) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > n {
				answer(w, r, tooLarge(&http.MaxBytesError{Limit: n}))
				return
			}
			if r.Body != nil && r.Body != http.NoBody {
				r.Body = limitedBody{http.MaxBytesReader(w, r.Body, n)}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// limitedBody gives the reader's error our own shape, which survives
// http.Request.ParseForm.
type limitedBody struct{ io.ReadCloser }

func (b limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if over, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = tooLarge(over)
	}
	return n, err
}

func tooLarge(cause error) error {
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeTooLarge, Op: "middleware.LimitBody", Err: cause}
}

// OnlyForms refuses a POST with a body that is no form of ours: its fields
// would not be read, and what it asks for be done without them.
func OnlyForms(answer Answer) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			if r.Method == http.MethodPost && r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
				answer(w, r, &fault.Error{Kind: fault.Invalid, Code: fault.CodeNoForm, Op: "middleware.OnlyForms", Err: err})
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
