package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// TestHostileWords: whatever GitHub's users name their things, it is shown as
// the words that they are, and the page around it stays whole.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	for name, word := range map[string]string{
		"script":              `<script>alert(1)</script>`,
		"closing tags":        `</td></tr></table></main><h1>x`,
		"attribute":           `" onmouseover="alert(1)" x="`,
		"single quotes":       `' onfocus='alert(1)`,
		"image":               `<img src=x onerror=alert(1)>`,
		"javascript":          `javascript:alert(1)`,
		"right to left":       "exe.\u202egpj.\u2066x",
		"zero width":          "a\u200bb\ufeffc",
		"ten kilobytes":       strings.Repeat("long-", 2000),
		"null":                `a\x00b%00\u0000`,
		"template":            `{{.Token}}${7*7}{ x }`,
		"formula":             `=HYPERLINK("https://evil.example","x")`,
		"formula with a plus": `+1+cmd|' /C calc'!A0`,
		"formula with an at":  `@SUM(1+1)`,
		"formula with a dash": `-2+3`,
		"path":                `a/../../b%2F..%2Fc?x=y#z`,
		"htmx":                `<a hx-get="/logout" hx-trigger="load">x</a>`,
		"emoji":               "👩‍👩‍👧‍👦 ﷽ Z̶a̶l̶g̶o̶",
		"script in script":    `<!--<script>`,
		"invalid UTF-8":       "a\xff\xfeb",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testHostile(t, word)
		})
	}
}

// testHostile uses word wherever GitHub lets it be.
func testHostile(t *testing.T, word string) {
	p := apptest.Start(t, apptest.Options{Seed: func(s *ghfake.Server) {
		apptest.Acme(s)
		s.AddUser(ghfake.User{Login: "eve", Name: word})
		s.AddMember(apptest.Org, "eve", ghpkg.RoleAdmin)
		s.AddPackage(ghfake.Package{ID: 70, Owner: apptest.Org, Type: ghpkg.NuGet, Name: "plain", Repository: word},
			ghfake.Version{ID: 7001, Name: word, Description: word, License: word}, ghfake.Version{ID: 7002, Name: word + "2"})
		s.AddPackage(ghfake.Package{ID: 71, Owner: apptest.Org, Type: ghpkg.Container, Name: "image"},
			ghfake.Version{ID: 7101, Name: "sha256:1", Tags: []string{word, "b"}, Description: word}, ghfake.Version{ID: 7102, Name: "sha256:2", Tags: []string{"a"}})
		s.AddPackage(ghfake.Package{ID: 72, Owner: apptest.Org, Type: ghpkg.RubyGems, Name: word}, ghfake.Version{ID: 7201, Name: word})
	}})
	b := p.SignIn(t, "eve", allScopes...)
	paths := []string{
		"/settings", "/orgs/acme/packages", "/orgs/acme/packages?q=" + url.QueryEscape(word), "/ledger?q=" + url.QueryEscape(word),
		"/orgs/acme/packages?type=" + url.QueryEscape(word), "/" + url.PathEscape(word), "/orgs/" + url.PathEscape(word) + "/packages", "/?owner=" + url.QueryEscape(word),
	}
	for _, at := range []string{"nuget/plain", "container/image"} {
		paths = append(paths, "/orgs/acme/packages/"+at)
	}
	for _, at := range []string{"nuget/plain/-/versions/7001", "container/image/-/versions/7101"} {
		paths = append(paths, "/orgs/acme/packages/"+at, "/orgs/acme/packages/"+at+"/delete")
	}
	owner, err := ghpkg.NewOwner(ghpkg.Organization, apptest.Org)
	if err != nil {
		t.Fatal(err)
	}
	if ref, err := ghpkg.NewRef(owner, ghpkg.RubyGems, word); err == nil {
		paths = append(paths, link.Package(ref), link.DeletePackage(ref), link.RestorePackage(ref))
	}
	for _, path := range paths {
		checkHarmless(t, b.Get(path))
	}
	if page := b.Get("/orgs/acme/packages/nuget/plain/-/versions/7001"); utf8.ValidString(word) && !page.HasText(word) {
		t.Errorf("the words are not to be read: %s", page)
	}
	reason := url.Values{"reason": {word[:min(len(word), 2000)]}}
	for _, at := range []string{"nuget/plain/-/versions/7001", "container/image/-/versions/7101"} {
		checkHarmless(t, b.HTMX("POST", "/orgs/acme/packages/"+at+"/delete", reason))
	}
	all := entries(t, b, url.Values{"action": {"delete"}})
	if len(all) != 2 {
		t.Fatalf("the ledger has %d entries, want 2", len(all))
	}
	for _, path := range []string{"/ledger", "/ledger/" + all[0].ID, "/ledger/" + all[1].ID, "/orgs/acme/packages/nuget/plain?state=deleted"} {
		checkHarmless(t, b.Get(path))
	}
	for _, path := range []string{"/orgs/acme/packages", "/orgs/acme/packages/nuget/plain", "/orgs/acme/packages/container/image", "/ledger"} {
		for _, line := range getCSV(t, b, path) {
			for column, cell := range line {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("%s: the cell %q of %s is a formula", path, cell[:min(len(cell), 40)], column)
				}
			}
		}
	}
}

// checkHarmless looks for elements and attributes that no page of ours has,
// and for the page's end.
func checkHarmless(t *testing.T, page *apptest.Page) {
	t.Helper()
	if page.Status >= http.StatusInternalServerError {
		t.Errorf("%s", page)
	}
	if n := page.Doc.Find("script:not([src]), style, [style], [onerror], [onmouseover], [onfocus], [onclick], img[src=x], iframe, object, h1:contains('x') ~ h1").Length(); n != 0 {
		t.Errorf("%s has %d elements that are not ours", page.URL, n)
	}
	page.Doc.Find("[href], [src], [action], [hx-get], [hx-post]").Each(func(_ int, s *goquery.Selection) {
		for _, name := range []string{"href", "src", "action", "hx-get", "hx-post"} {
			to := strings.ToLower(strings.TrimSpace(s.AttrOr(name, "")))
			if strings.HasPrefix(to, "javascript:") || strings.HasPrefix(to, "data:") || strings.HasPrefix(to, "//") || to == "/logout" && name != "action" {
				t.Errorf("%s leads to %q", page.URL, to)
			}
		}
	})
	if strings.Contains(page.Body, "<html") && (page.Doc.Find("footer").Length() != 1 || !strings.HasSuffix(strings.TrimSpace(page.Body), "</html>")) {
		t.Errorf("%s is not whole", page.URL)
	}
	checkHeaders(t, page.URL.Path, page)
}
