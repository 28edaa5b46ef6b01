package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestWhatIsSearchedForIsNotLogged, neither where it is understood nor where it
// is not: people search for names that the log's readers may not see.
func TestWhatIsSearchedForIsNotLogged(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	const packages = "/orgs/acme/packages"
	for query, status := range map[string]int{
		"zebra":            http.StatusOK,
		"type:zebra":       http.StatusBadRequest,
		"older:zebra":      http.StatusBadRequest,
		"zebra:x":          http.StatusBadRequest,
		`name:"zebra`:      http.StatusBadRequest,
		"state:zebra":      http.StatusBadRequest,
		"visibility:zebra": http.StatusBadRequest,
	} {
		q := "?q=" + url.QueryEscape(query)
		for _, path := range []string{packages, "/packages", app} {
			if path == app && (strings.HasPrefix(query, "type:") || strings.HasPrefix(query, "visibility:")) {
				continue // other fields than a package's versions have
			}
			b.Send("GET", path+q, nil, nil)
			if page := b.Send("GET", apptest.WithFormat(path+q, "json"), nil, nil); page.Status != status {
				t.Errorf("%s of %s, want %d: %s", query, path, status, page)
			}
			if status != http.StatusOK {
				b.PostJSON("/operations", all("delete", path+q), status, nil)
			}
		}
	}
	for _, filter := range []string{"repo", "type", "visibility", "sort", "zebra"} {
		b.Send("GET", packages+"?"+filter+"=zebra&format=json", nil, nil)
	}
	b.Send("GET", "/ledger?action=zebra", nil, nil)
	if log := p.Log.String(); !strings.Contains(log, "request failed") || strings.Contains(log, "zebra") {
		for line := range strings.Lines(log) {
			if strings.Contains(line, "zebra") {
				t.Errorf("the log says %s", line)
			}
		}
	}
}
