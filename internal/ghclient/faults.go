package ghclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/google/go-github/v66/github"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// answer is a refusal of GitHub's as it came; it is the cause of the fault
// that it becomes.
type answer struct {
	status int
	header http.Header
	said   string
	docURL string
}

func (a *answer) Error() string { return fmt.Sprintf("GitHub answered %d", a.status) }

// answerOf returns the refusal that err was made from, or nil.
func answerOf(err error) *answer {
	a, _ := errors.AsType[*answer](err)
	return a
}

// maxSaid bounds a message; GitHub's have a sentence or two.
const maxSaid = 4 << 10

// readAnswer reads a refusal and leaves its body to be read again. The message
// is read here, not taken from go-github, which loses it if "errors" beside it
// is not as it expects.
func readAnswer(resp *http.Response) (*answer, error) {
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	a := &answer{status: resp.StatusCode, header: resp.Header}
	var said struct {
		Message          string `json:"message"`
		DocumentationURL string `json:"documentation_url"`
	}
	if json.Unmarshal(body, &said) == nil {
		a.said, a.docURL = said.Message[:min(len(said.Message), maxSaid)], said.DocumentationURL
	}
	return a, nil
}

// explain turns the failure of r into a fault. resp may be nil.
func (c *Client) explain(r request, resp *github.Response, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if limit, ok := limitOf(err); ok {
		return limitFault(r, limit)
	}
	if busy, ok := errors.AsType[*busyError](err); ok {
		return &fault.Error{Kind: fault.RateLimited, Code: fault.CodeBusy, Op: r.op, RetryAfter: busy.wait, Err: err}
	}
	if resp != nil && resp.Response != nil && (resp.StatusCode < 200 || resp.StatusCode > 299 || resp.StatusCode == http.StatusAccepted) {
		if a, readErr := readAnswer(resp.Response); readErr == nil {
			return c.explainAnswer(r, a)
		}
	}
	if timedOut(err) {
		return &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: r.op, Err: err}
	}
	return &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: r.op, Err: err}
}

func limitFault(r request, limit *limitError) *fault.Error {
	code := fault.CodeRateLimited
	if limit.secondary {
		code = fault.CodeSecondaryLimit
	}
	return &fault.Error{Kind: fault.RateLimited, Code: code, Op: r.op, Said: limit.said, RetryAfter: limit.wait, Err: limit}
}

// timedOut reports whether nobody waited for the answer until it came.
func timedOut(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// explainAnswer decides by status first; messages only tell apart what shares one.
func (c *Client) explainAnswer(r request, a *answer) error {
	e := &fault.Error{Op: r.op, Said: a.said, Err: a}
	switch {
	case a.status == http.StatusUnauthorized:
		e.Kind, e.Code, e.Fix = fault.SignedOut, fault.CodeTokenRevoked, &fault.Fix{Kind: fault.FixSignIn}
	case a.status == http.StatusForbidden:
		c.explainForbidden(e, r, a)
	case a.status == http.StatusNotFound:
		e.Kind, e.Code = fault.NotFound, fault.CodeNotFound
		if missing := lacking(a.header, r.needs); len(missing) > 0 {
			// For want of a scope GitHub hides things as if they were not there.
			e.Fix = &fault.Fix{Kind: fault.FixGrantScope, Scopes: missing}
		}
	case a.status >= 400 && a.status <= 499:
		e.Kind, e.Code = refusal(r, a)
	default:
		e.Kind, e.Code = fault.Upstream, fault.CodeUpstream
		e.RetryAfter, _ = retryAfter(a.header, c.gh.opts.Now())
	}
	return e
}

// lacking returns what an answer's headers say is missing of needs; nothing if
// they do not tell the token's scopes (tokens of other kinds have none).
func lacking(h http.Header, needs ghpkg.Scopes) ghpkg.Scopes {
	granted, known := scopesOf(h)
	if !known {
		return nil
	}
	return granted.Missing(needs)
}

// scopesOf returns the scopes of the token that an answer was for.
func scopesOf(h http.Header) (ghpkg.Scopes, bool) {
	values, known := h["X-Oauth-Scopes"]
	if !known || len(values) == 0 {
		return nil, false
	}
	return ghpkg.ParseScopes(values[0]), true
}
