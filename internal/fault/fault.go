// Package fault says what failed, what the user reads, and what they can do about it.
//
// Below the edge every failure that a person may meet is an *Error. The edge
// (internal/handlers/errors.go) alone turns its Kind into a status and its
// Code into a sentence in the viewer's language.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what sort of failure it is; it decides the HTTP status of the answer.
type Kind uint8

// The kinds. Internal is the zero value, so that an error nobody classified is ours.
const (
	Internal      Kind = iota // our own mistake
	Invalid                   // the request cannot be understood: a bad filter, a bad form
	SignedOut                 // no session, or GitHub no longer takes the token
	SSORequired               // the organization wants a SAML session for this token
	AppRestricted             // the organization has not approved this OAuth app
	MissingScope              // the token lacks a scope
	Forbidden                 // GitHub, or the portal, does not let this viewer do it
	NotFound                  // not there, or not visible to this viewer
	Refused                   // GitHub refused a change because of what the thing is (its last version, …)
	RateLimited               // GitHub says wait; RetryAfter says how long
	Upstream                  // GitHub failed or its answer made no sense
	Timeout                   // GitHub did not answer in time
	Unknown                   // a change was sent, and whether it happened could not be found out
	kinds                     // how many there are
)

// Kinds returns every kind, for the tests of tables over them.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Code names the sentence that explains an Error to a person: the message
// "fault.<Code>" of the catalogue in internal/i18n.
type Code string

// The codes.
const (
	CodeInternal       Code = "internal"
	CodeInvalidFilter  Code = "invalid_filter"  // Args: Name, Value; Hint, Takes: what it would have taken
	CodeInvalidForm    Code = "invalid_form"    // Args: Name
	CodeInvalidRef     Code = "invalid_ref"     // Args: Value
	CodeWrongConfirm   Code = "wrong_confirm"   // Args: Name
	CodeCrossSite      Code = "cross_site"      //
	CodeTooLarge       Code = "too_large"       //
	CodeNoForm         Code = "no_form"         // a body that is not URL-encoded
	CodeTooMany        Code = "too_many"        // as many as one viewer may keep
	CodeTooFast        Code = "too_fast"        // one client signs in more often than it may
	CodeOverloaded     Code = "overloaded"      // as many requests are being worked on as there may be
	CodeMethod         Code = "method"          // the URL does not take this method
	CodeNoPage         Code = "no_page"         // no such URL here
	CodeReadOnly       Code = "read_only"       // STOCKROOM_READ_ONLY
	CodeNotAllowed     Code = "not_allowed"     // outside STOCKROOM_ALLOWED_ORGS. Args: Value (the organizations)
	CodeAccessUnknown  Code = "access_unknown"  // GitHub did not say whether the viewer may enter. Args: Value
	CodeNotAdmin       Code = "not_admin"       // outside STOCKROOM_ADMIN_TEAMS. Args: Value (the teams)
	CodeAdminUnknown   Code = "admin_unknown"   // GitHub did not say whether the viewer is in one of them. Args: Value
	CodeNoTeams        Code = "no_teams"        // for admins of the portal, and STOCKROOM_ADMIN_TEAMS names none
	CodeNoProxyUser    Code = "no_proxy_user"   // without a good STOCKROOM_PROXY_USER_HEADER of a trusted proxy
	CodeSignedOut      Code = "signed_out"      // no session
	CodeTokenRevoked   Code = "token_revoked"   // GitHub answered 401
	CodeSignInFailed   Code = "sign_in_failed"  // the OAuth exchange did not work out
	CodeOAuthApp       Code = "oauth_app"       // GitHub does not take the app as it is configured here
	CodeSignInDenied   Code = "sign_in_denied"  // the person pressed Cancel at GitHub
	CodeSSO            Code = "sso"             // Args: Owner
	CodeAppRestricted  Code = "app_restricted"  // Args: Owner
	CodeScope          Code = "scope"           // Args: Scopes
	CodeNoAdmin        Code = "no_admin"        // visible, but a change answers 404: no admin right on it
	CodeForbidden      Code = "forbidden"       // a 403 without a more exact reason
	CodeNotFound       Code = "not_found"       // a 404 on reading
	CodeNoEntry        Code = "no_entry"        // the ledger has no such entry, or none that the viewer may read
	CodeNoSession      Code = "no_session"      // the viewer has no such session, or no more
	CodeNoOperation    Code = "no_operation"    // there is no such operation, or it is another person's
	CodeNotKept        Code = "not_kept"        // an entry from before the ledger's retention. Args: Value (its days)
	CodeDeletedHere    Code = "deleted_here"    // a package that was deleted here. Args: At (time.Time), Name (who did it), Value (the package)
	CodeAlreadyGone    Code = "already_gone"    // to be deleted, but already deleted. Args: At (time.Time, may be zero)
	CodeAlreadyThere   Code = "already_there"   // to be restored, but active
	CodeLastVersion    Code = "last_version"    //
	CodeLastTagged     Code = "last_tagged"     //
	CodeDownloads      Code = "downloads"       // over 5,000 downloads of a public version
	CodeNameReused     Code = "name_reused"     // restore: the name is taken again
	CodeTooLate        Code = "too_late"        // restore: the 30 days are over
	CodeReplaced       Code = "replaced"        // another package has taken the name since the page was opened
	CodeRefused        Code = "refused"         // another refusal in GitHub's words
	CodePageCap        Code = "page_cap"        // per_page × page > 10000
	CodeRateLimited    Code = "rate_limited"    // primary limit
	CodeSecondaryLimit Code = "secondary_limit" // secondary limit
	CodeReserve        Code = "reserve"         // a job leaves the rest of the hourly budget to the person
	CodeBusy           Code = "busy"            // an earlier change of the same viewer is still on its way
	CodeUpstream       Code = "upstream"        // a 5xx, or an answer that could not be read
	CodeNotDone        Code = "not_done"        // GitHub failed, and the change did not happen
	CodeTimeout        Code = "timeout"         //
	CodeUnknown        Code = "unknown"         // whether the change happened could not be found out
	CodeChanged        Code = "changed"         // it is not any more what was frozen, or shown before
	CodeState          Code = "state"           // an operation's state does not allow it any more
	CodeNothing        Code = "nothing"         // a selection without items
	CodeUndecided      Code = "undecided"       // a query of which it is not known what it selects. Args: Notices
	CodeLoading        Code = "loading"         // a table that is not whole yet cannot be selected from
)

// Codes returns every code, so that a test can ask the catalogues for each.
func Codes() []Code {
	return []Code{
		CodeInternal, CodeInvalidFilter, CodeInvalidForm, CodeInvalidRef, CodeWrongConfirm, CodeCrossSite, CodeTooLarge, CodeNoForm, CodeTooMany,
		CodeTooFast, CodeOverloaded, CodeMethod, CodeNoPage, CodeReadOnly, CodeNotAllowed, CodeAccessUnknown, CodeNotAdmin, CodeAdminUnknown,
		CodeNoTeams, CodeNoProxyUser, CodeSignedOut, CodeTokenRevoked, CodeSignInFailed,
		CodeOAuthApp, CodeSignInDenied, CodeSSO, CodeAppRestricted, CodeScope, CodeNoAdmin, CodeForbidden, CodeNotFound, CodeNoEntry, CodeNoSession, CodeNoOperation, CodeNotKept,
		CodeDeletedHere, CodeAlreadyGone, CodeAlreadyThere, CodeLastVersion, CodeLastTagged, CodeDownloads, CodeNameReused, CodeTooLate,
		CodeReplaced, CodeRefused, CodePageCap, CodeRateLimited, CodeSecondaryLimit, CodeReserve, CodeBusy, CodeUpstream, CodeNotDone,
		CodeTimeout, CodeUnknown, CodeChanged, CodeState, CodeNothing, CodeUndecided, CodeLoading,
	}
}

// FixKind is a way out that the edge shows as a link or a button.
type FixKind string

// The ways out.
const (
	FixSignIn       FixKind = "sign_in"       // sign in (again)
	FixGrantScope   FixKind = "grant_scope"   // ask GitHub for Scopes, and come back
	FixAuthorizeSSO FixKind = "authorize_sso" // open URL at GitHub, then sign in again
	FixApproveApp   FixKind = "approve_app"   // an owner of the organization approves the app at URL
	FixOpenGitHub   FixKind = "open_github"   // look at URL at GitHub
	FixRestore      FixKind = "restore"       // restore it: URL is an address of ours
)

// Fix is what the user can do. URL is an address at GitHub whose host was
// checked, or (FixRestore) a path of ours, or empty; Scopes are OAuth scopes for FixGrantScope.
type Fix struct {
	Kind   FixKind
	URL    string
	Scopes []string
}

// Error is one failure.
type Error struct {
	Kind       Kind
	Code       Code
	Op         string         // "ghclient.DeletePackage", for the log
	Said       string         // GitHub's own words, verbatim; empty if GitHub said nothing
	Args       map[string]any // for the sentence that Code names
	Fix        *Fix
	RetryAfter time.Duration // RateLimited and Upstream: when to try again
	Unsent     bool          // of a change: no request for it has left
	Err        error         // the cause, for the log only
}

// Error returns a line for logs; people read Said and the sentence of Code.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Op, e.Code)
	if e.Said != "" {
		s += fmt.Sprintf(" (GitHub: %q)", e.Said)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err; Internal for an error that is no *Error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of err; CodeInternal for an error that is no *Error.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
