package structure

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// eachLine calls f with every line of every file with one of these endings.
func eachLine(t *testing.T, f func(name string, number int, line string), endings ...string) {
	t.Helper()
	root := repository(t)
	for _, name := range files(t, root, endings...) {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(content))
		lines.Buffer(nil, len(content)+1)
		for number := 1; lines.Scan(); number++ {
			f(name, number, lines.Text())
		}
	}
}

// inline finds what the Content-Security-Policy would block, and addresses
// that are not built by package link.
func inline() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"inline style":            regexp.MustCompile(`\sstyle\s*=\s*["{]|<style\b`),
		"inline handler":          regexp.MustCompile(`\son[a-z]+\s*=\s*["{]|\bhx-on\b|javascript:`),
		"inline script":           regexp.MustCompile(`<script(?:\s*>|\s(?:[^>]*\s)?(?:type="[^"]*"\s*)?>)`),
		"templ css or script":     regexp.MustCompile(`^(?:css|script)\s+\w+\(`),
		"address without package": regexp.MustCompile(`\s(?:href|action|src|hx-get|hx-post|hx-delete)="/`),
	}
}

func TestTemplHasNothingInline(t *testing.T) {
	t.Parallel()
	patterns := inline()
	eachLine(t, func(name string, number int, line string) {
		for what, pattern := range patterns {
			if pattern.MatchString(line) && !strings.HasPrefix(name, "internal/bench/") {
				t.Errorf("%s:%d: %s: %s", name, number, what, strings.TrimSpace(line))
			}
		}
	}, ".templ")
}

func TestInlinePatterns(t *testing.T) {
	t.Parallel()
	patterns := inline()
	for line, want := range map[string]string{
		`<p style="color:red">`:                  "inline style",
		`<p style={ s }>`:                        "inline style",
		`<style>`:                                "inline style",
		`<a onclick="x()">`:                      "inline handler",
		`<a hx-on:click="x()">`:                  "inline handler",
		`<a href="javascript:x()">`:              "inline handler",
		`<script>`:                               "inline script",
		`<script type="text/javascript">`:        "inline script",
		`css red() {`:                            "templ css or script",
		`script graph(data string) {`:            "templ css or script",
		`<a href="/orgs/acme">`:                  "address without package",
		`<a class="style" href={ link.Home() }>`: "",
		`<script src={ static.URL("x.js") } defer></script>`: "",
		`if p.on == x {`: "",
	} {
		var got []string
		for what, pattern := range patterns {
			if pattern.MatchString(line) {
				got = append(got, what)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

// TestPathsAreBuiltInOnePlace looks for addresses of ours in strings. Only link
// builds them and routes.go declares them; GitHub's own addresses look alike,
// so the packages that speak to or for GitHub are left out.
func TestPathsAreBuiltInOnePlace(t *testing.T) {
	t.Parallel()
	path := regexp.MustCompile(`^/(?:orgs|users|packages|ledger|operations|settings|login|logout)\b|/docker/conflicts|/-/`)
	exempt := []string{"internal/views/link", "internal/ghclient", "internal/ghfake", "internal/ghpkg"}
	for _, f := range written(t) {
		if f.forTests() || f.path == "internal/handlers/routes.go" || slices.Contains(exempt, f.dir()) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && path.MatchString(s) {
				t.Errorf("%s: the address %q belongs into internal/views/link", f.line(lit.Pos()), s)
			}
			return true
		})
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	t.Parallel()
	later := regexp.MustCompile(`\b(?:TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	eachLine(t, func(name string, number int, line string) {
		if later.MatchString(line) && !strings.Contains(name, "/vendor") {
			t.Errorf("%s:%d: do it, or file an issue: %s", name, number, strings.TrimSpace(line))
		}
	}, ".go", ".templ", ".sql", ".css", ".md", ".yml")
}
