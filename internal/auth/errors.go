package auth

import (
	"context"
	"errors"
	"fmt"
	"net"

	"golang.org/x/oauth2"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// unavailable is a failure of the database.
func unavailable(op string, err error) error {
	return &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: op, Err: err}
}

// signInFailed is a sign-in that cannot be gone on with; the person begins anew.
func signInFailed(op, said string, err error) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: fault.CodeSignInFailed, Op: op, Said: said,
		Fix: &fault.Fix{Kind: fault.FixSignIn}, Err: err,
	}
}

// refusedAtGitHub is what GitHub sends back instead of a code.
func refusedAtGitHub(code, said string) error {
	const op = "auth.Finish"
	if code == "access_denied" {
		return &fault.Error{
			Kind: fault.Forbidden, Code: fault.CodeSignInDenied, Op: op, Said: said,
			Fix: &fault.Fix{Kind: fault.FixSignIn},
		}
	}
	return signInFailed(op, said, fmt.Errorf("GitHub sent the error %q", code))
}

// exchangeError is what became of asking GitHub for a token.
func exchangeError(op string, err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.ErrorCode != "" {
		return signInFailed(op, e.ErrorDescription, withoutBody(err))
	}
	e := &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: op, Err: withoutBody(err)}
	if timeout, ok := errors.AsType[net.Error](err); (ok && timeout.Timeout()) || errors.Is(err, context.DeadlineExceeded) {
		e.Kind, e.Code = fault.Timeout, fault.CodeTimeout
	}
	return e
}

// withoutBody returns err for a log: without the answer's body, which might
// hold a token.
func withoutBody(err error) error {
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return err
	}
	return fmt.Errorf("GitHub answered %s with the error %q", e.Response.Status, e.ErrorCode)
}
