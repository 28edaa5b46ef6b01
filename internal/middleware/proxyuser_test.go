package middleware

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestProxyUser(t *testing.T) {
	t.Parallel()
	const trusted, untrusted = "192.0.2.1:1", "203.0.113.9:1"
	for _, tt := range []struct {
		name, remote, path string
		values             []string
		want               string // the identity inside; empty: refused
	}{
		{"an address", trusted, "/", []string{"mona@acme.example"}, "mona@acme.example"},
		{"a name", trusted, "/", []string{" Möna Lisa "}, "Möna Lisa"},
		{"as long as may be", trusted, "/", []string{strings.Repeat("m", 256)}, strings.Repeat("m", 256)},
		{"too long", trusted, "/", []string{strings.Repeat("m", 257)}, ""},
		{"missing", trusted, "/", nil, ""},
		{"empty", trusted, "/", []string{""}, ""},
		{"twice", trusted, "/", []string{"mona", "mona"}, ""},
		{"a line break", trusted, "/", []string{"mona\nolivia"}, ""},
		{"a null", trusted, "/", []string{"mona\x00"}, ""},
		{"right to left", trusted, "/", []string{"mona\u202e"}, ""},
		{"not UTF-8", trusted, "/", []string{"mona\xff"}, ""},
		{"from anybody", untrusted, "/", []string{"mona@acme.example"}, ""},
		{"from nowhere", "@", "/", []string{"mona@acme.example"}, ""},
		{"an open path", untrusted, "/healthz", []string{"mona@acme.example"}, "nobody"},
		{"below an open path", trusted, "/healthz/x", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			refused := 0
			all := Chain(
				ClientAddress([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}),
				ProxyUser("X-Forwarded-Email", func(path string) bool { return path == "/healthz" }, func(w http.ResponseWriter, _ *http.Request, err error) {
					refused++
					answerPlainly(w, nil, err)
				}),
			)
			w := serve(all(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user := ProxyUserFrom(r.Context())
				if user == "" {
					user = "nobody"
				}
				fmt.Fprint(w, user)
			})), fromProxy(tt.remote, tt.path, tt.values))
			if got := w.Body.String(); tt.want != "" && got != tt.want || tt.want == "" && (refused != 1 || got != "no_proxy_user") {
				t.Errorf("answered %q, refused %d times, want %q", got, refused, tt.want)
			}
		})
	}
}

// TestProxyUserNotAskedFor: without the setting the header means nothing.
func TestProxyUserNotAskedFor(t *testing.T) {
	t.Parallel()
	h, _ := stack(t, "https://stock.example.com", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%q", ProxyUserFrom(r.Context()))
	})
	if got := serve(h, fromProxy("192.0.2.1:1", "/", []string{"mona"})).Body.String(); got != `""` {
		t.Errorf("the identity is %s", got)
	}
}

func fromProxy(remote, path string, values []string) *http.Request {
	r := request(http.MethodGet, path)
	r.RemoteAddr = remote
	r.Header["X-Forwarded-Email"] = values
	return r
}
