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

// refusedAtGitHub is what GitHub sends back instead of a code or a token.
func refusedAtGitHub(op, code, said string, err error) error {
	switch code {
	case "access_denied":
		return &fault.Error{
			Kind: fault.Forbidden, Code: fault.CodeSignInDenied, Op: op, Said: said,
			Fix: &fault.Fix{Kind: fault.FixSignIn},
		}
	case "incorrect_client_credentials", "redirect_uri_mismatch", "application_suspended":
		// Nobody can sign in until the operator mends it, however often they try.
		return &fault.Error{Kind: fault.Internal, Code: fault.CodeOAuthApp, Op: op, Said: said, Err: err}
	}
	return signInFailed(op, said, err)
}

// exchangeError is what became of asking GitHub for a token.
func exchangeError(op string, err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.ErrorCode != "" {
		return refusedAtGitHub(op, e.ErrorCode, e.ErrorDescription, withoutBody(err))
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
