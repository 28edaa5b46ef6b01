package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// statuses is the one table from a failure's kind to the status of the answer.
var statuses = map[fault.Kind]int{
	fault.Internal:      http.StatusInternalServerError,
	fault.Invalid:       http.StatusBadRequest,
	fault.SignedOut:     http.StatusUnauthorized,
	fault.SSORequired:   http.StatusForbidden,
	fault.AppRestricted: http.StatusForbidden,
	fault.MissingScope:  http.StatusForbidden,
	fault.Forbidden:     http.StatusForbidden,
	fault.NotFound:      http.StatusNotFound,
	fault.Refused:       http.StatusConflict,
	fault.RateLimited:   http.StatusTooManyRequests,
	fault.Upstream:      http.StatusBadGateway,
	fault.Timeout:       http.StatusGatewayTimeout,
	fault.Unknown:       http.StatusAccepted,
}

// exactStatuses are for those codes that HTTP has a more exact status for.
var exactStatuses = map[fault.Code]int{
	fault.CodeMethod:        http.StatusMethodNotAllowed,
	fault.CodeTooLarge:      http.StatusRequestEntityTooLarge,
	fault.CodeNoForm:        http.StatusUnsupportedMediaType,
	fault.CodeUndecided:     http.StatusConflict, // it may be known later
	fault.CodeAccessUnknown: http.StatusServiceUnavailable,
	fault.CodeLoading:       http.StatusServiceUnavailable,
	fault.CodeOverloaded:    http.StatusServiceUnavailable,
}

func statusOf(e *fault.Error) int {
	if status, ok := exactStatuses[e.Code]; ok {
		return status
	}
	return statuses[e.Kind]
}

// asFault returns err as a fault. The router's own errors, and a request whose
// time was over, become what they mean.
func asFault(err error) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	e := &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: "handlers", Err: err}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch h.Code {
		case http.StatusNotFound:
			e.Kind, e.Code = fault.NotFound, fault.CodeNoPage
		case http.StatusMethodNotAllowed:
			e.Kind, e.Code = fault.Invalid, fault.CodeMethod
		}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		e.Kind, e.Code = fault.Invalid, fault.CodeTooLarge
	}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Kind, e.Code = fault.Timeout, fault.CodeTimeout
	}
	return e
}

// fail turns an error into the answer: a page, a fragment, or JSON.
func (h *edge) fail(err error, c echo.Context) {
	if c.Response().Committed {
		h.Log.ErrorContext(c.Request().Context(), "failed after the answer had begun", "error", err)
		return
	}
	e := asFault(err)
	h.logFault(c, e)
	if e.Code == fault.CodeTokenRevoked {
		h.endSession(c)
	}
	if e.Code == fault.CodeSignedOut && !isProgram(c.Request()) && !isHTMX(c.Request()) {
		h.send(c, c.Redirect(http.StatusSeeOther, link.SignIn(comeBackTo(c.Request()), nil)))
		return
	}
	setRetryAfter(c.Response().Header(), e)
	p := h.problem(c, e)
	switch {
	case isProgram(c.Request()):
		h.send(c, jsonAnswer(c, p.Status, problemJSON(e, p)))
	case isHTMX(c.Request()):
		retarget(c.Response(), "#"+views.ProblemsID, "innerHTML")
		h.send(c, html(c, p.Status, p.Box()))
	default:
		h.send(c, html(c, p.Status, h.errorPage(c, p).Page()))
	}
}

// send logs an answer that could not be written, for nobody is left to tell.
func (h *edge) send(c echo.Context, err error) {
	if err != nil {
		h.Log.ErrorContext(c.Request().Context(), "the answer could not be sent", "error", err)
	}
}

func (h *edge) logFault(c echo.Context, e *fault.Error) {
	level := slog.LevelInfo
	if statusOf(e) >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.Log.Log(c.Request().Context(), level, "request failed", "route", c.Path(), "code", string(e.Code), "error", e)
}

// endSession drops a session whose token GitHub no longer takes.
func (h *edge) endSession(c echo.Context) {
	if s, ok := auth.From(c.Request().Context()); ok {
		h.Inventory.Forget(c.Request().Context(), s.ID)
	}
	h.Auth.End(c.Response(), c.Request())
	c.SetRequest(c.Request().WithContext(auth.Without(c.Request().Context())))
}

// comeBackTo returns where a sign-in should lead: this page, or for a form the
// page that the form is on.
func comeBackTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.RequestURI()
	}
	if page, ok := link.OperationOf(r.URL.Path); ok {
		return page
	}
	p, err := link.Parse(r.URL.Path)
	switch {
	case err == nil && p.Version != (ghpkg.VersionRef{}):
		return link.Version(p.Version)
	case err == nil:
		return link.Package(p.Ref)
	}
	return link.Home
}

func setRetryAfter(header http.Header, e *fault.Error) {
	if seconds := retryAfter(e); seconds > 0 {
		header.Set("Retry-After", strconv.Itoa(seconds))
	}
}

// retryAfter is how many whole seconds to wait; who waits less is refused again.
func retryAfter(e *fault.Error) int {
	return int((e.RetryAfter + time.Second - 1) / time.Second)
}
