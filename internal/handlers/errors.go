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
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/middleware"
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
	fault.CodeMethod:   http.StatusMethodNotAllowed,
	fault.CodeTooLarge: http.StatusRequestEntityTooLarge,
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
	if e.Code == fault.CodeSignedOut && format(c.Request()) == formatHTML && !isHTMX(c.Request()) {
		h.send(c, c.Redirect(http.StatusSeeOther, link.SignIn(comeBackTo(c.Request()), nil)))
		return
	}
	setRetryAfter(c.Response().Header(), e)
	p := h.problem(c, e)
	switch {
	case format(c.Request()) != formatHTML:
		h.send(c, jsonAnswer(c, p.Status, problemJSON(e, p)))
	case isHTMX(c.Request()):
		retarget(c.Response(), "#problems", "innerHTML")
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
		h.Inventory.Forget(s.ID)
	}
	h.Auth.End(c.Response(), c.Request())
}

// comeBackTo returns where a sign-in should lead: this page, or for a form the
// page that the form is on.
func comeBackTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.RequestURI()
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
	if e.RetryAfter <= 0 {
		return
	}
	seconds := int((e.RetryAfter + time.Second - 1) / time.Second)
	header.Set("Retry-After", strconv.Itoa(seconds))
}

// problem returns the failure as a person reads it, in their language.
func (h *edge) problem(c echo.Context, e *fault.Error) views.Problem {
	ctx := c.Request().Context()
	p := views.Problem{
		Status: statusOf(e),
		Title:  i18n.T(ctx, titleKey(e)),
		Said:   e.Said,
		Text:   i18n.T(ctx, "fault."+string(e.Code), withArgs(e.Args)),
		Fix:    h.fix(c, e.Fix),
	}
	if e.RetryAfter > 0 {
		p.RetryAt = h.Now().Add(e.RetryAfter)
	}
	if e.Kind == fault.Internal {
		p.RequestID = middleware.RequestIDFrom(ctx)
	}
	if e.Kind == fault.SignedOut && p.Fix == nil {
		p.Fix = &views.Fix{Label: i18n.T(ctx, "fix.sign_in"), Href: link.SignIn(comeBackTo(c.Request()), nil)}
	}
	return p
}

// withArgs copies a fault's arguments: sentences may leave any of them out.
func withArgs(args map[string]any) map[string]any {
	all := map[string]any{"Owner": "", "Name": "", "Value": "", "Scopes": "", "At": time.Time{}}
	for name, value := range args {
		all[name] = value
	}
	return all
}

// titleKey names the heading over a failure.
func titleKey(e *fault.Error) string {
	switch e.Kind {
	case fault.Refused, fault.Forbidden:
		return "problem.refused"
	case fault.SSORequired, fault.AppRestricted, fault.MissingScope:
		return "problem.closed"
	case fault.SignedOut:
		return "problem.signed_out"
	case fault.NotFound:
		return "problem.not_found"
	case fault.RateLimited:
		return "problem.wait"
	case fault.Upstream, fault.Timeout:
		return "problem.upstream"
	case fault.Unknown:
		return "problem.unknown"
	case fault.Invalid:
		return "problem.invalid"
	default:
		return "problem.internal"
	}
}

// fix returns the way out as a link.
func (h *edge) fix(c echo.Context, f *fault.Fix) *views.Fix {
	if f == nil {
		return nil
	}
	fix := &views.Fix{Label: i18n.T(c.Request().Context(), "fix."+string(f.Kind)), Href: f.URL, External: f.URL != ""}
	switch f.Kind {
	case fault.FixSignIn:
		fix.Href = link.SignIn(comeBackTo(c.Request()), nil)
	case fault.FixGrantScope:
		fix.Href = link.SignIn(comeBackTo(c.Request()), f.Scopes)
	case fault.FixRestore:
		fix.External = false
	}
	return fix
}

func (h *edge) errorPage(c echo.Context, p views.Problem) views.ErrorPage {
	page := views.ErrorPage{Frame: h.frame(c, p.Title, ""), Problem: p, Back: link.Home}
	if at, err := link.Parse(c.Request().URL.Path); err == nil && at.Action != "" {
		page.Back = link.Package(at.Ref)
	}
	return page
}

// failureJSON is a failure for programs.
type failureJSON struct {
	Outcome    string     `json:"outcome"`
	Message    string     `json:"message"`
	Code       fault.Code `json:"code"`
	Ledger     string     `json:"ledger,omitempty"`
	Path       string     `json:"path,omitempty"`
	Fix        string     `json:"fix,omitempty"`
	Scopes     []string   `json:"scopes,omitempty"`
	RetryAfter int        `json:"retry_after,omitempty"`
}

func problemJSON(e *fault.Error, p views.Problem) failureJSON {
	f := failureJSON{Outcome: outcomeWord(e), Message: p.Said, Code: e.Code, RetryAfter: int(e.RetryAfter / time.Second)}
	if f.Message == "" {
		f.Message = p.Text
	}
	if p.Fix != nil {
		f.Fix = p.Fix.Href
	}
	if e.Fix != nil {
		f.Scopes = e.Fix.Scopes
	}
	return f
}

// outcomeWord is the outcome of a request that did not work out, in JSON.
func outcomeWord(e *fault.Error) string {
	switch e.Kind {
	case fault.Unknown:
		return "unknown"
	case fault.Upstream, fault.Timeout, fault.Internal:
		return "failed"
	default:
		return "refused"
	}
}
