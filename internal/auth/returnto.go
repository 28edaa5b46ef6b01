package auth

import (
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxReturnTo bounds an address to come back to; it is longer than any of ours.
const maxReturnTo = 8 << 10

// ReturnTo returns address if it is a path of ours that one can come back to,
// and "/" if not. What browsers might take for another host does not pass: a
// scheme, "//", and backslashes and control characters, which they read as
// slashes or skip. The pages of signing in and out would lead in circles.
func ReturnTo(address string) string {
	const home = "/"
	if len(address) > maxReturnTo || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") ||
		!utf8.ValidString(address) ||
		strings.ContainsFunc(address, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return home
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, `/\`) {
		return home
	}
	// No address of ours has dot segments or empty ones. Whoever resolves them
	// on the way could make "/.//x" into "//x", or "/x/../login" into a circle.
	if clean := path.Clean(u.Path); u.Path != clean && (clean == home || u.Path != clean+"/") {
		return home
	}
	first, _, _ := strings.Cut(u.Path[1:], "/")
	if strings.EqualFold(first, "login") || strings.EqualFold(first, "logout") {
		return home
	}
	return address
}
