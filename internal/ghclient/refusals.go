package ghclient

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// ssoHeader is where GitHub says that a SAML session is missing: for the
// answer as a whole ("required; url=…"), or for parts of a list.
const ssoHeader = "X-GitHub-SSO"

// explainForbidden tells the reasons of a 403 apart.
func (c *Client) explainForbidden(e *fault.Error, r request, a *answer) {
	said := strings.ToLower(a.said)
	switch sso := a.header.Get(ssoHeader); {
	case strings.HasPrefix(sso, "required") || strings.Contains(said, "saml"):
		owner := c.organization(r, a)
		e.Kind, e.Code, e.Args = fault.SSORequired, fault.CodeSSO, map[string]any{"Owner": owner}
		e.Fix = &fault.Fix{Kind: fault.FixAuthorizeSSO, URL: c.ssoLink(sso, owner)}
	case strings.Contains(said, "oauth app access restrictions"):
		owner := c.organization(r, a)
		e.Kind, e.Code, e.Args = fault.AppRestricted, fault.CodeAppRestricted, map[string]any{"Owner": owner}
		e.Fix = &fault.Fix{Kind: fault.FixApproveApp, URL: c.organizationLink(owner, "organizations", "settings", "oauth_application_policy")}
	default:
		if scopes := missingScopes(r, a); len(scopes) > 0 {
			missingScope(e, scopes)
			return
		}
		e.Kind, e.Code = fault.Forbidden, fault.CodeForbidden
		if r.method != http.MethodGet && strings.Contains(said, "admin") {
			e.Code = fault.CodeNoAdmin
		}
	}
}

// missingScope makes e say that scopes are missing, and offer to grant them.
func missingScope(e *fault.Error, scopes ghpkg.Scopes) {
	e.Kind, e.Code, e.Args = fault.MissingScope, fault.CodeScope, map[string]any{"Scopes": scopes.String()}
	e.Fix = &fault.Fix{Kind: fault.FixGrantScope, Scopes: scopes}
}

// missingScopes returns the scopes whose lack a 403 is about, or none.
func missingScopes(r request, a *answer) ghpkg.Scopes {
	granted, known := scopesOf(a.header)
	if named := namedScopes(a.said); len(named) > 0 {
		// The needed ones hold more than GitHub's first complaint: one trip, not two.
		all := slices.Concat(named, named.Missing(r.needs))
		if missing := granted.Missing(all); len(missing) > 0 {
			return missing
		}
		return named
	}
	accepted := ghpkg.ParseScopes(a.header.Get("X-Accepted-OAuth-Scopes"))
	if !known || len(accepted) == 0 || slices.ContainsFunc(accepted, granted.Has) {
		return nil // any one of the accepted is enough
	}
	if missing := granted.Missing(r.needs); len(missing) > 0 {
		return missing
	}
	return accepted[:1]
}

// needPattern finds the scopes in "You need at least delete:packages and
// read:packages scopes to …", scopePattern each of them.
var (
	needPattern  = regexp.MustCompile(`(?i)\bneed (?:at least )?(.+?) scopes?\b`)
	scopePattern = regexp.MustCompile(`[a-z_]+:[a-z_]+|\brepo\b`)
)

// namedScopes returns the scopes that a message asks for.
func namedScopes(said string) ghpkg.Scopes {
	m := needPattern.FindStringSubmatch(said)
	if m == nil {
		return nil
	}
	return ghpkg.ParseScopes(strings.Join(scopePattern.FindAllString(m[1], -1), " "))
}

// refusal tells apart why GitHub refuses what it understood. The messages are
// not documented, so they are matched loosely.
func refusal(r request, a *answer) (fault.Kind, fault.Code) {
	said := strings.ToLower(a.said)
	has := func(words ...string) bool {
		for _, w := range words {
			if !strings.Contains(said, w) {
				return false
			}
		}
		return true
	}
	switch {
	case r.method == http.MethodGet && has("per_page", "10000"):
		return fault.Invalid, fault.CodePageCap
	case r.method == http.MethodDelete && has("last tagged version"):
		return fault.Refused, fault.CodeLastTagged
	case r.method == http.MethodDelete && has("last version"):
		return fault.Refused, fault.CodeLastVersion
	case r.method == http.MethodDelete && has("download"):
		return fault.Refused, fault.CodeDownloads
	case r.method == http.MethodPost:
		return fault.Refused, restoreRefusal(said)
	}
	return fault.Refused, fault.CodeRefused
}

// restoreRefusal reads why GitHub does not restore. No such answer was ever
// published; these are the reasons that its documentation gives.
func restoreRefusal(said string) fault.Code {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(said, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("30 days", "expired", "too late", "no longer be restored", "window"):
		return fault.CodeTooLate
	case has("not deleted", "not been deleted", "already active", "already restored"):
		return fault.CodeAlreadyThere
	case has("reused", "re-used", "namespace", "same name", "already exists", "taken", "in use"):
		return fault.CodeNameReused
	}
	return fault.CodeRefused
}

// organization returns the organization that a 403 is about, or "".
func (c *Client) organization(r request, a *answer) string {
	if r.owner.Kind() == ghpkg.Organization {
		return r.owner.Login()
	}
	for i, word := range strings.Split(a.said, "`") {
		if o, err := ghpkg.NewOwner(ghpkg.Organization, word); err == nil && i%2 == 1 {
			return o.Login()
		}
	}
	_, link, _ := strings.Cut(a.header.Get(ssoHeader), "url=")
	if u, err := url.Parse(link); err == nil {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) > 1 && parts[0] == "orgs" {
			if o, err := ghpkg.NewOwner(ghpkg.Organization, parts[1]); err == nil {
				return o.Login()
			}
		}
	}
	return ""
}

// ssoLink returns where to start a SAML session: GitHub's own link if it leads
// to GitHub, else the organization's page for it.
func (c *Client) ssoLink(header, owner string) string {
	_, link, _ := strings.Cut(header, "url=")
	if link = webLink(c.gh.opts.WebURL, strings.TrimSpace(link)); link != "" {
		return link
	}
	return c.organizationLink(owner, "orgs", "sso")
}

// organizationLink returns the address of an organization's page at GitHub:
// first/{owner}/rest….
func (c *Client) organizationLink(owner, first string, rest ...string) string {
	if owner == "" {
		return ""
	}
	return c.gh.opts.WebURL.JoinPath(append([]string{first, owner}, rest...)...).String()
}
