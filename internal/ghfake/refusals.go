package ghfake

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// GitHub's sentences, as publicly recorded.
const (
	msgPackageNotFound = "Package not found."
	msgVersionNotFound = "Package version not found."
	msgLastVersion     = "You cannot delete the last version of a package. You must delete the package instead."
	msgLastTagged      = "You cannot delete the last tagged version of a package. You must delete the package instead."
	msgDownloads       = "Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance."
	msgInvalidArgument = "Invalid argument."
	msgListCap         = "The value of `per_page` multiplied by `page` cannot be greater than 10000."
	msgSAML            = "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization."
	msgSecondary       = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID %s."

	// Recorded for the web page only; that REST says it too is a guess.
	msgPackageDownloads = "Publicly visible packages with a version with more than 5000 downloads cannot be deleted. contact GitHub support for further assistance"
	// Guesses: no public recording of a refused restore was found.
	msgNameReused    = "Package cannot be restored because its name is in use by another package."
	msgVersionReused = "Package version cannot be restored because its name is in use by another version."
)

// maxDownloads is the number of downloads above which GitHub does not delete
// what is public.
const maxDownloads = 5000

// refusal is GitHub's error body.
type refusal struct {
	Message string `json:"message"`
	Docs    string `json:"documentation_url"`
	Status  string `json:"status"`
}

func refuse(status int, message string) answer {
	return answer{status: status, body: &refusal{Message: message, Status: strconv.Itoa(status)}}
}

// complete fills in what depends on the operation.
func (c *call) complete(r *refusal) {
	switch {
	case r.Docs != "":
	case c.route != nil:
		r.Docs = docsRoot + c.route.docs
	default:
		r.Docs = strings.TrimSuffix(docsRoot, "/")
	}
}

// needScopes refuses a token that lacks one of the scopes. purpose ends
// GitHub's sentence: "to delete a package".
func (c *call) needScopes(purpose string, needed ...string) answer {
	if len(c.scopes().Missing(needed)) == 0 {
		return answer{}
	}
	noun := "scope"
	if len(needed) > 1 {
		noun = "scopes"
	}
	message := fmt.Sprintf("You need at least %s %s to %s.", enumerate(needed), noun, purpose)
	// Which scopes a refusal names as accepted is a guess.
	return refuse(http.StatusForbidden, message).with("X-Accepted-OAuth-Scopes", strings.Join(needed, ", "))
}

// enumerate joins words with commas and a final "and".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// closed refuses a member whose token an organization keeps out: by SAML
// without an SSO session, or because the OAuth app was not approved. Others
// see what is public.
func (c *call) closed(org *Org) answer {
	if c.role(org.Login) == "" && !c.collaborates(org.Login) {
		return answer{}
	}
	if org.SAML && !c.token.sso[strings.ToLower(org.Login)] {
		url := fmt.Sprintf("%s/orgs/%s/sso?authorization_request=%s", c.URL, org.Login, c.authorizationRequest())
		a := refuse(http.StatusForbidden, msgSAML).with("X-GitHub-SSO", "required; url="+url)
		a.body.(*refusal).Docs = "https://docs.github.com/articles/authenticating-to-a-github-organization-with-saml-single-sign-on/"
		return a
	}
	if org.AppRestricted && c.token.client != "" {
		return refuse(http.StatusForbidden, fmt.Sprintf("Although you appear to have the correct authorization credentials, the `%s` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited. For more information on these restrictions, including how to enable this app, visit https://docs.github.com/articles/restricting-access-to-your-organization-s-data/", org.Login))
	}
	return answer{}
}

// mayDeleteVersion refuses the deletion of one version.
func mayDeleteVersion(p *pkg, v *Version) answer {
	active, tagged := 0, 0
	for _, other := range p.versions {
		if other.DeletedAt.IsZero() {
			active++
			if len(other.Tags) > 0 {
				tagged++
			}
		}
	}
	switch {
	case active == 1:
		return refuse(http.StatusBadRequest, msgLastVersion)
	case p.Type == ghpkg.Container && len(v.Tags) > 0 && tagged == 1:
		return refuse(http.StatusBadRequest, msgLastTagged)
	case p.Visibility == ghpkg.Public && v.Downloads > maxDownloads:
		return refuse(http.StatusBadRequest, msgDownloads)
	}
	return answer{}
}

// mayDeletePackage refuses the deletion of a whole package.
func mayDeletePackage(p *pkg) answer {
	if p.Visibility != ghpkg.Public {
		return answer{}
	}
	for _, v := range p.versions {
		if v.DeletedAt.IsZero() && v.Downloads > maxDownloads {
			return refuse(http.StatusBadRequest, msgPackageDownloads)
		}
	}
	return answer{}
}
