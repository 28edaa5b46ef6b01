package ghclient

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// links are the page numbers of a Link header; 0 where it names none.
type links struct{ next, last int }

// parseLinks reads the page numbers of rel="next" and rel="last". Nothing else
// of the addresses is used: GitHub writes them with numeric ids and, behind a
// proxy, with a host that is not ours to call. The relation is read from its
// parameter, for an address may hold "next" itself.
func parseLinks(h http.Header) links {
	var l links
	for _, value := range h.Values("Link") {
		for value != "" {
			var target, params string
			target, params, value = cutLink(value)
			n := pageOf(target)
			for _, rel := range relations(params) {
				switch rel {
				case "next":
					l.next = n
				case "last":
					l.last = n
				}
			}
		}
	}
	return l
}

// cutLink takes the first link off a header's value: <target> params, rest.
func cutLink(s string) (target, params, rest string) {
	_, s, ok := strings.Cut(s, "<")
	if !ok {
		return "", "", ""
	}
	target, s, ok = strings.Cut(s, ">")
	if !ok {
		return "", "", ""
	}
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return target, s[:i], s[i+1:]
		}
	}
	return target, s, ""
}

// relations returns the words of the rel parameter.
func relations(params string) []string {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return strings.Fields(strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`)))
		}
	}
	return nil
}

// pageOf returns the page parameter of a link's address, or 0.
func pageOf(target string) int {
	u, err := url.Parse(target)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(u.Query().Get("page"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
