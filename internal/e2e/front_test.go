package e2e

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// inFront is what a proxy answers in Stockroom's place: oauth2-proxy when the
// company's session is over, nginx when Stockroom is gone.
func inFront(elsewhere string) map[string]http.HandlerFunc {
	page := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	return map[string]http.HandlerFunc{
		"sign-in":  page(http.StatusForbidden, `<!DOCTYPE html><html><body><form><button>Sign in with OpenID Connect</button></form><script>x()</script></body></html>`),
		"gone":     page(http.StatusBadGateway, `<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>`),
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, http.StatusFound) },
	}
}

// answeredInFront: what a proxy answers in Stockroom's place is not put into
// the page. It says that it did not work, and goes on when it does.
func answeredInFront(t *testing.T, b *browser) {
	var answer atomic.Pointer[http.HandlerFunc]
	p := startPortalWith(t, apptest.Options{Around: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if in := answer.Load(); in != nil {
				(*in)(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	core := ref(t, ghpkg.NPM, "billing-core")
	v := p.newest(t, core)
	for name, in := range inFront(p.GitHub.URL + "/login") {
		tb := b.person(t, p)
		tb.signIn(owner, link.Package(core), ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages)
		row := tb.in(versionRow(v.ID))
		tb.watch.expect(403, 502)
		answer.Store(&in)
		row.click("Delete")
		tb.see("That did not work.")
		tb.miss("Sign in with OpenID Connect")
		tb.miss("502 Bad Gateway")
		answer.Store(nil)
		row.click("Delete")
		tb.see("Delete this version?")
		if name == "redirect" {
			tb.watch.take() // that it goes to another origin, which the policy forbids
		}
	}
}
