package structure

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which of our packages each package may import. Arrows run
// downwards only: cmd → app → handlers → views → ghpkg, fault. A new package
// gets a line here, in the place where it belongs.
func arrows() map[string][]string {
	return map[string][]string{
		"cmd/web": {"internal/app", "internal/config", "internal/ledger", "internal/middleware", "internal/serve", "internal/store"},
		"cmd/demo": {
			"internal/app", "internal/config", "internal/ghfake", "internal/ghpkg", "internal/ledger", "internal/middleware", "internal/serve",
			"internal/views/link",
		},

		"internal/app": {
			"internal/access", "internal/auth", "internal/config", "internal/fault", "internal/ghclient", "internal/ghpkg", "internal/handlers", "internal/i18n",
			"internal/inventory", "internal/ledger", "internal/metrics", "internal/middleware", "internal/notices", "internal/operations", "internal/queue", "internal/store", "static",
		},

		// The edge. It declares the interfaces that it calls, and never sees
		// what implements them: no ghclient, no store.
		"internal/handlers": {
			"internal/access", "internal/auth", "internal/fault", "internal/ghpkg", "internal/i18n", "internal/inventory", "internal/ledger",
			"internal/middleware", "internal/notices", "internal/query", "internal/operations", "internal/views", "internal/views/link", "internal/views/ui",
		},
		"internal/views":      {"internal/ghpkg", "internal/fault", "internal/i18n", "internal/views/link", "internal/views/ui", "static"},
		"internal/views/ui":   {"internal/i18n", "static"},
		"internal/views/link": {"internal/ghpkg"},
		"internal/middleware": {"internal/fault", "internal/ghpkg"},
		"internal/metrics":    {},
		"internal/i18n":       {"internal/fault"},

		// What the edge asks.
		"internal/access":     {"internal/auth", "internal/fault", "internal/ghpkg"},
		"internal/auth":       {"internal/fault", "internal/ghpkg"},
		"internal/ledger":     {"internal/fault", "internal/ghpkg"},
		"internal/inventory":  {"internal/fault", "internal/ghpkg", "internal/lean", "internal/query"},
		"internal/operations": {"internal/fault", "internal/ghpkg"},
		"internal/notices":    {"internal/fault", "internal/ghpkg", "internal/i18n", "internal/views/link"},
		"internal/query":      {"internal/ghpkg"},
		"internal/queue":      {"internal/store"},

		// What reaches outside.
		"internal/ghclient": {"internal/fault", "internal/ghpkg"},
		"internal/store":    {"internal/fault", "internal/ghpkg", "internal/lean", "migrations"},
		"internal/ghfake":   {"internal/ghpkg"},
		"internal/config":   {"internal/ghpkg"},
		"internal/serve":    {},

		// The words, and what is embedded.
		"internal/lean":      {"internal/ghpkg"},
		"internal/ghpkg":     {},
		"internal/fault":     {},
		"internal/structure": {},
		"migrations":         {},
		"static":             {},
		"static/update":      {},

		"tools/oauth2-proxy/idp": {},
	}
}

// reserved says which packages alone may import a library: whoever wants to
// replace it then knows where to look.
func reserved() map[string][]string {
	return map[string][]string{
		"github.com/google/go-github/":           {"internal/ghclient"},
		"github.com/labstack/echo/":              {"internal/handlers", "internal/app"},
		"github.com/a-h/templ":                   {"internal/handlers", "internal/views", "internal/views/ui"},
		"github.com/gorilla/sessions":            {"internal/auth"},
		"golang.org/x/oauth2":                    {"internal/auth"},
		"github.com/nicksnyder/go-i18n/":         {"internal/i18n"},
		"github.com/caarlos0/env/":               {"internal/config"},
		"github.com/pressly/goose/":              {"internal/store"},
		"github.com/riverqueue/":                 {"internal/queue"},
		"github.com/jackc/pgx/":                  {"internal/store", "internal/queue"},
		"modernc.org/sqlite":                     {"internal/store"},
		"database/sql":                           {"internal/store", "internal/queue"},
		"github.com/klauspost/compress/":         {"internal/ghclient", "internal/middleware"},
		"github.com/prometheus/":                 {"internal/metrics"},
		"golang.org/x/crypto/x509roots/fallback": {"cmd/web"},
		// For tests only.
		"testing":                     {},
		"github.com/google/go-cmp/":   {},
		"github.com/getkin/":          {},
		"github.com/chromedp/":        {},
		"github.com/PuerkitoBio/":     {},
		"github.com/andybalholm/":     {},
		"github.com/stretchr/testify": {},
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	allowed, libraries := arrows(), reserved()
	for _, f := range written(t) {
		if f.forTests() {
			continue
		}
		ours, known := allowed[f.dir()]
		if !known {
			t.Errorf("%s: package %s has no place in the house: give it one in arrows, and in the README", f.path, f.dir())
			continue
		}
		for _, spec := range f.ast.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			inner, isOurs := strings.CutPrefix(name, module)
			if isOurs && !slices.Contains(ours, inner) {
				t.Errorf("%s: %s must not import %s", f.line(spec.Pos()), f.dir(), inner)
			}
			for library, users := range libraries {
				if isImport(name, library) && !slices.Contains(users, f.dir()) {
					t.Errorf("%s: only %v may import %s", f.line(spec.Pos()), users, name)
				}
			}
			if strings.HasPrefix(f.dir(), "internal/views") && isImport(name, "net/http") {
				t.Errorf("%s: views know nothing of requests", f.line(spec.Pos()))
			}
		}
	}
}

// isImport reports whether name is library or a package inside of it.
func isImport(name, library string) bool {
	return name == strings.TrimSuffix(library, "/") || strings.HasPrefix(name, strings.TrimSuffix(library, "/")+"/")
}

// TestArrowsHaveNoDeadLines keeps the table as small as the house.
func TestArrowsHaveNoDeadLines(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, f := range written(t) {
		there[f.dir()] = true
	}
	for dir := range arrows() {
		if !there[dir] {
			t.Errorf("arrows has a line for %s, which does not exist", dir)
		}
	}
}
