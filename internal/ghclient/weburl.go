package ghclient

import (
	"net"
	"net/url"
	"strings"
)

// publicHost and publicAvatars are where github.com keeps pages and avatars.
const (
	publicHost    = "github.com"
	publicAvatars = "avatars.githubusercontent.com"
)

// webLink returns link if it leads to the GitHub at web, else "": what GitHub
// answers may have passed other hands, and ends up in an href.
func webLink(web *url.URL, link string) string {
	u, err := url.Parse(link)
	if err != nil || u.User != nil || u.Host == "" || u.Opaque != "" {
		return ""
	}
	if u.Scheme != "https" && (u.Scheme != "http" || web.Scheme != "http") {
		return ""
	}
	if !strings.EqualFold(u.Host, web.Host) && !isSubdomain(web, u.Host) {
		return ""
	}
	return u.String()
}

// isSubdomain reports whether host lies below web's. Below github.com live
// other people's things (gist, pages); below a company's GitHub its own.
func isSubdomain(web *url.URL, host string) bool {
	return hasSubdomains(web) && strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(web.Host))
}

func hasSubdomains(web *url.URL) bool {
	name := strings.ToLower(web.Hostname())
	return name != publicHost && name != "localhost" && net.ParseIP(name) == nil
}

// AvatarSources returns where the avatars of the GitHub at web come from, as
// sources for a Content-Security-Policy.
func AvatarSources(web *url.URL) []string {
	if strings.EqualFold(web.Hostname(), publicHost) {
		return []string{"https://" + publicAvatars}
	}
	sources := []string{web.Scheme + "://" + web.Host}
	if hasSubdomains(web) {
		sources = append(sources, web.Scheme+"://*."+web.Host)
	}
	return sources
}

// avatarLink returns link if it comes from one of AvatarSources, else "".
func avatarLink(web *url.URL, link string) string {
	if strings.EqualFold(web.Hostname(), publicHost) {
		return webLink(&url.URL{Scheme: "https", Host: publicAvatars}, link)
	}
	link = webLink(web, link)
	if u, err := url.Parse(link); err != nil || u.Scheme != web.Scheme {
		return ""
	}
	return link
}
