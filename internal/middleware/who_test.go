package middleware

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		name, remote string
		forwarded    []string
		want         string
		proxied      bool
	}{
		{"direct", "203.0.113.9:4711", nil, "203.0.113.9", false},
		{"direct, and lying", "203.0.113.9:4711", []string{"8.8.8.8"}, "203.0.113.9", false},
		{"one proxy", "10.0.0.1:1", []string{"203.0.113.9"}, "203.0.113.9", true},
		{"client lies before the proxy", "10.0.0.1:1", []string{"8.8.8.8, 203.0.113.9"}, "203.0.113.9", true},
		{"client poses as a proxy", "10.0.0.1:1", []string{"8.8.8.8, 10.9.9.9, 203.0.113.9"}, "203.0.113.9", true},
		{"two proxies", "10.0.0.1:1", []string{"203.0.113.9, 10.0.0.2"}, "203.0.113.9", true},
		{"two headers", "10.0.0.1:1", []string{"8.8.8.8", "203.0.113.9,10.0.0.2"}, "203.0.113.9", true},
		{"only proxies", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3", true},
		{"proxy says nothing", "10.0.0.1:1", nil, "10.0.0.1", true},
		{"proxy says nonsense", "10.0.0.1:1", []string{"8.8.8.8, unknown"}, "10.0.0.1", true},
		{"nonsense behind a proxy", "10.0.0.1:1", []string{"8.8.8.8, x, 10.0.0.2"}, "10.0.0.2", true},
		{"with a port", "10.0.0.1:1", []string{"203.0.113.9:55"}, "203.0.113.9", true},
		{"IPv6", "[fd00::1]:1", []string{"2001:db8::1"}, "2001:db8::1", true},
		{"IPv6 with a port", "[fd00::1]:1", []string{"[2001:db8::1]:5"}, "2001:db8::1", true},
		{"mapped IPv4", "[::ffff:10.0.0.1]:1", []string{"::ffff:203.0.113.9"}, "203.0.113.9", true},
		{"Unix socket", "@", []string{"8.8.8.8"}, "invalid IP", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(http.MethodGet, "/")
			r.RemoteAddr = tt.remote
			for _, v := range tt.forwarded {
				r.Header.Add("X-Forwarded-For", v)
			}
			var got netip.Addr
			var proxied bool
			serve(ClientAddress(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got, proxied = ClientAddr(r.Context()), FromTrustedProxy(r.Context())
			})), r)
			if got.String() != tt.want || proxied != tt.proxied {
				t.Errorf("got %s, %v, want %s, %v", got, proxied, tt.want, tt.proxied)
			}
		})
	}
}

func TestOutsideOfARequest(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	if ClientAddr(ctx).IsValid() || FromTrustedProxy(ctx) || RequestIDFrom(ctx) != "" {
		t.Error("something is known of a request that there is not")
	}
	SetRoute(ctx, "/") // must not panic
	SetViewer(ctx, 1)
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, remote, id string
		kept             bool
	}{
		{"from a trusted proxy", "192.0.2.1:1", "f3a1-77.b:c", true},
		{"from anybody", "203.0.113.9:1", "f3a1-77", false},
		{"none", "192.0.2.1:1", "", false},
		{"with a line break", "192.0.2.1:1", "a\nb", false},
		{"markup", "192.0.2.1:1", "<script>", false},
		{"too long", "192.0.2.1:1", strings.Repeat("a", 129), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var inside string
			h, _ := stack(t, "https://stock.example.com", func(_ http.ResponseWriter, r *http.Request) {
				inside = RequestIDFrom(r.Context())
			})
			r := request(http.MethodGet, "/", "X-Request-Id", tt.id)
			r.RemoteAddr = tt.remote
			got := serve(h, r).Header().Get("X-Request-Id")
			if kept := got == tt.id; kept != tt.kept || got == "" || got != inside {
				t.Errorf("answered %q, inside %q, kept %v, want %v", got, inside, kept, tt.kept)
			}
		})
	}
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https://avatars.example.com; " +
		"connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; " +
		"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"
	h, _ := stack(t, "https://stock.example.com", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/", http.StatusSeeOther)
		case "/missing":
			http.NotFound(w, r)
		case "/panic":
			panic("oops")
		case "/static":
			w.Header().Set("Cache-Control", "max-age=31536000, immutable")
		}
	})
	tooLong := request(http.MethodPost, "/")
	tooLong.ContentLength = MaxBody + 1
	for name, r := range map[string]*http.Request{
		"page":       request(http.MethodGet, "/"),
		"redirect":   request(http.MethodGet, "/redirect"),
		"missing":    request(http.MethodGet, "/missing"),
		"panic":      request(http.MethodGet, "/panic"),
		"static":     request(http.MethodGet, "/static"),
		"cross-site": request(http.MethodPost, "/", "Sec-Fetch-Site", "cross-site"),
		"too large":  tooLong,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := serve(h, r).Header()
			want := map[string]string{
				"Content-Security-Policy":      csp,
				"Referrer-Policy":              "same-origin",
				"X-Content-Type-Options":       "nosniff",
				"X-Frame-Options":              "DENY",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Strict-Transport-Security":    "max-age=31536000",
				"Cache-Control":                "no-store",
			}
			if name == "static" {
				want["Cache-Control"] = "max-age=31536000, immutable"
			}
			for header, value := range want {
				if got.Get(header) != value {
					t.Errorf("%s = %q, want %q", header, got.Get(header), value)
				}
			}
		})
	}
}

func TestNoHSTSWithoutHTTPS(t *testing.T) {
	t.Parallel()
	h, _ := stack(t, "http://127.0.0.1:8080", func(http.ResponseWriter, *http.Request) {})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request(http.MethodGet, "/"))
	if got := w.Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("got %q", got)
	}
}
