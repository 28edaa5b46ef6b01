package handlers

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/middleware"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// problem returns the failure as a person reads it, in their language.
func (h *edge) problem(c echo.Context, e *fault.Error) views.Problem {
	ctx := c.Request().Context()
	p := views.Problem{
		Status: statusOf(e),
		Title:  i18n.T(ctx, titleKey(e)),
		Said:   e.Said,
		Text:   faultText(ctx, e),
		Fix:    h.fix(c, e.Fix),
	}
	if e.Unsent {
		p.Text = joined(p.Text, " ", i18n.T(ctx, "problem.unsent"))
	}
	if d, ok := errors.AsType[wasDeleted](e.Err); ok {
		h.tellOf(&p, d)
	}
	if e.RetryAfter > 0 {
		p.RetryAt = h.Now().Add(e.RetryAfter)
	}
	if e.Kind == fault.Internal {
		p.RequestID = middleware.RequestIDFrom(ctx)
	}
	signIn := &views.Fix{Label: i18n.T(ctx, "fix.sign_in"), Href: link.SignIn(comeBackTo(c.Request()), nil)}
	switch {
	case e.Kind == fault.SignedOut && p.Fix == nil:
		p.Fix = signIn
	case e.Kind == fault.SSORequired:
		p.Then = signIn // only a token of a later sign-in has the session
	}
	return p
}

// titleKey names the heading over a failure.
func titleKey(e *fault.Error) string {
	switch e.Code {
	case fault.CodeDeletedHere:
		return "problem.deleted"
	case fault.CodeLoading:
		return "problem.loading" // GitHub asks for nothing
	case fault.CodeWrongConfirm:
		return "problem.unconfirmed" // it was understood well enough
	case fault.CodeSignInFailed, fault.CodeSignInDenied, fault.CodeOAuthApp:
		return "problem.not_signed_in"
	case fault.CodeState:
		return "problem.state"
	case fault.CodeUndecided:
		return "problem.undecided"
	case fault.CodeChanged, fault.CodeReplaced:
		return "problem.changed" // GitHub was not asked
	case fault.CodeTooFast:
		return "problem.too_fast" // it is we who ask
	case fault.CodeOverloaded:
		return "problem.overloaded"
	case fault.CodeReadOnly, fault.CodeNotAllowed, fault.CodeNotAdmin, fault.CodeAdminUnknown, fault.CodeNoTeams, fault.CodeNoProxyUser:
		return "problem.here" // GitHub was not even asked to do it
	}
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
		fix.Href = link.SignIn(comeBackTo(c.Request()), withWayBack(f.Scopes))
	case fault.FixRestore:
		fix.External = false
	}
	return fix
}

// withWayBack adds to the scope that deletes the one that restores: GitHub names
// only the first.
func withWayBack(scopes ghpkg.Scopes) ghpkg.Scopes {
	if slices.Contains(scopes, ghpkg.ScopeDeletePackages) && !slices.Contains(scopes, ghpkg.ScopeWritePackages) {
		return append(slices.Clone(scopes), ghpkg.ScopeWritePackages)
	}
	return scopes
}

func (h *edge) errorPage(c echo.Context, p views.Problem) views.ErrorPage {
	return views.ErrorPage{Frame: h.frame(c, p.Title, ""), Problem: p, Back: backFrom(c)}
}

// backFrom returns the nearest page above the one that failed: the package of
// a change, the owner of a package, a table without its filters.
func backFrom(c echo.Context) string {
	if c.Path() == link.Operations && c.Request().Method == http.MethodPost {
		return auth.ReturnTo(c.FormValue("from")) // the table that was selected from
	}
	at, err := link.Parse(c.Request().URL.Path)
	_, operation := link.OperationOf(c.Request().URL.Path)
	switch {
	case operation:
		return link.Operations
	case err == nil && (at.Action != "" || at.Version.ID() != 0):
		return link.Package(at.Ref)
	case err == nil:
		return link.Packages(at.Ref.Owner())
	}
	if owner, err := ownerOf(c); err == nil && c.Request().URL.RawQuery != "" {
		return link.Packages(owner)
	}
	return link.Home
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
	f := failureJSON{Outcome: outcomeWord(e), Message: p.Said, Code: e.Code, Ledger: p.Entry, RetryAfter: retryAfter(e)}
	if f.Message == "" {
		f.Message = p.Text
	}
	if p.Fix != nil {
		f.Fix = p.Fix.Href
	}
	if e.Fix != nil {
		f.Scopes = withWayBack(e.Fix.Scopes)
	}
	return f
}

// outcomeWord is the outcome of a request that did not work out, in JSON.
func outcomeWord(e *fault.Error) string {
	if e.Unsent {
		return "failed" // as the ledger says
	}
	switch e.Kind {
	case fault.Unknown:
		return "unknown"
	case fault.Upstream, fault.Timeout, fault.Internal:
		return "failed"
	default:
		return "refused"
	}
}
