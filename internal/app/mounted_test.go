package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// below is where the portal is in these tests.
const below = "/tools/stockroom"

// TestMounted: where the portal shares its host, no address in any page that
// can be reached leads past its path, and each leads somewhere.
func TestMounted(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Path: below})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	b.PostForm("/operations", url.Values{"action": {"delete"}, "item": {version}}) // a draft, to be found
	undo := b.HTMX(http.MethodPost, version+"/delete", url.Values{"reason": {"to be found in the ledger"}})
	if linksBelow(t, undo); undo.Doc.Find("form[hx-post]").Length() == 0 {
		t.Errorf("no form of htmx is in %s", undo)
	}
	seen, kinds := map[string]bool{}, map[string]bool{}
	for next := []string{below + "/"}; len(next) > 0; next = next[1:] {
		page := b.Get(strings.TrimPrefix(next[0], below))
		if page.Status != http.StatusOK && page.Status != http.StatusNotFound { // what was deleted is linked, too
			t.Errorf("%s: %s", next[0], page)
		}
		for _, to := range linksBelow(t, page) {
			path, _, _ := strings.Cut(to, "?")
			if !seen[path] && len(seen) < 200 && !strings.HasPrefix(path, below+"/static/") && path != below+"/login" {
				seen[path] = true
				next = append(next, to)
			}
		}
		kinds[page.Within("h1")] = true
	}
	if len(seen) < 40 || len(kinds) < 10 {
		t.Errorf("only %d addresses and %d kinds of pages were found", len(seen), len(kinds))
	}
}

// linksBelow returns where the links of a page lead, and holds all of its
// addresses against the path.
func linksBelow(t *testing.T, page *apptest.Page) []string {
	t.Helper()
	var links []string
	page.Doc.Find("*").Each(func(_ int, element *goquery.Selection) {
		for _, attribute := range element.Nodes[0].Attr {
			if !strings.HasPrefix(attribute.Val, "/") || attribute.Key == "value" || strings.HasPrefix(attribute.Key, "data-") {
				continue
			}
			if !strings.HasPrefix(attribute.Val, below+"/") {
				t.Errorf("%s has %s=%q", page.URL, attribute.Key, attribute.Val)
			} else if attribute.Key == "href" && goquery.NodeName(element) == "a" {
				link, _, _ := strings.Cut(attribute.Val, "#")
				links = append(links, link)
			}
		}
	})
	return links
}

// TestMountedCookies: the others on the host are not sent the session, and
// signing out ends it.
func TestMountedCookies(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Path: below})
	b := p.SignIn(t, apptest.Owner)
	for _, path := range []string{below + "/", below + "/orgs/acme/packages"} {
		if n := cookiesAt(t, b, p, path); n != 1 {
			t.Errorf("%d cookies are sent to %s", n, path)
		}
	}
	for _, path := range []string{"/", "/tools/", "/tools/stockroomy"} {
		if n := cookiesAt(t, b, p, path); n != 0 {
			t.Errorf("%d cookies are sent to %s", n, path)
		}
	}
	out := b.PostForm("/logout", nil)
	if out.Status != http.StatusOK || out.Path() != below+"/" || cookiesAt(t, b, p, below+"/") != 0 {
		t.Errorf("signed out: %s", out)
	}
	if page := b.Send(http.MethodGet, "/ledger", nil, nil); page.Location() != below+"/login?return_to=%2Fledger" {
		t.Errorf("signed out, the ledger leads to %s", page.Location())
	}
}

// cookiesAt counts what a browser sends with a request for a path of the host.
func cookiesAt(t *testing.T, b *apptest.Browser, p *apptest.Portal, path string) int {
	t.Helper()
	at, err := url.Parse(strings.TrimSuffix(p.URL, below) + path)
	if err != nil {
		t.Fatal(err)
	}
	return len(b.CookiesAt(at))
}
