package auth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/auth"
)

func TestReturnTo(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", "", "/"},
		{"home", "/", "/"},
		{"a page", "/orgs/acme/packages?type=npm&q=a%20b", "/orgs/acme/packages?type=npm&q=a%20b"},
		{"an encoded name", "/orgs/acme/packages/npm/@a%2Fb/-/versions/7", "/orgs/acme/packages/npm/@a%2Fb/-/versions/7"},
		{"unicode", "/orgs/acme/packages?q=한글", "/orgs/acme/packages?q=한글"},
		{"like login", "/orgs/login/packages", "/orgs/login/packages"},
		{"an address in the query", "/ledger?q=https://evil.example", "/ledger?q=https://evil.example"},
		{"another host", "https://evil.example/", "/"},
		{"no scheme", "//evil.example", "/"},
		{"three slashes", "///evil.example", "/"},
		{"slash, backslash", `/\evil.example`, "/"},
		{"backslash later", `/x\..\evil`, "/"},
		{"encoded slash", "/%2Fevil.example", "/"},
		{"encoded backslash", "/%5Cevil.example", "/"},
		{"tab", "/\t/evil.example", "/"},
		{"newline", "/x\r\nSet-Cookie: a=b", "/"},
		{"relative", "evil.example", "/"},
		{"script", "javascript:alert(1)", "/"},
		{"bad escape", "/%zz", "/"},
		{"no UTF-8", "/\xff", "/"},
		{"login", "/login?return_to=/x", "/"},
		{"callback", "/login/callback?code=x", "/"},
		{"logout", "/logout", "/"},
		{"login, hidden", "/x/..//%6Cogin", "/"},
		{"dots", "/orgs/../orgs/acme/packages", "/"},
		{"slashes", "/orgs//acme", "/"},
		{"slash at the end", "/orgs/acme/", "/orgs/acme/"},
		{"login, capital", "/Login", "/"},
		{"endless", "/" + strings.Repeat("x", 9000), "/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := auth.ReturnTo(tt.in); got != tt.want {
				t.Errorf("ReturnTo(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzReturnTo(f *testing.F) {
	for _, seed := range []string{"/", "/orgs/a", "//e", `/\e`, "/%2Fe", "/%2F", "/.//e", "/login", "https://e/", "/\t/e", "/x?return_to=//e"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://stockroom.example/login/callback")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got := auth.ReturnTo(address)
		if got != address && got != "/" {
			t.Fatalf("ReturnTo(%q) = %q: neither kept nor dropped", address, got)
		}
		if again := auth.ReturnTo(got); again != got {
			t.Fatalf("ReturnTo(%q) = %q, but of that %q", address, got, again)
		}
		// Browsers read backslashes as slashes, and skip tabs and line ends.
		u, err := base.Parse(strings.NewReplacer(`\`, "/", "\t", "", "\n", "", "\r", "").Replace(got))
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme {
			t.Fatalf("ReturnTo(%q) leads to %v (%v)", address, u, err)
		}
		if strings.HasPrefix(u.Path, "//") || u.Path == "/login" || u.Path == "/logout" {
			t.Fatalf("ReturnTo(%q) leads to the path %q", address, u.Path)
		}
	})
}
