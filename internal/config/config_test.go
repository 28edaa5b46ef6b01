package config

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	clientSecret = "hunter2-client-secret"
	password     = "hunter2-password"
)

var key = bytes.Repeat([]byte{0xfb}, KeySize) // base64 of it has the letters in which the alphabets differ

// environ returns a getenv over what is required, changed by pairs.
func environ(pairs ...string) func(string) string {
	env := map[string]string{
		"GITHUB_CLIENT_ID":     "Iv1.abc",
		"GITHUB_CLIENT_SECRET": clientSecret,
		"SECRET_KEY":           base64.StdEncoding.EncodeToString(key),
	}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[strings.TrimPrefix(name, Prefix)] }
}

func load(t *testing.T, pairs ...string) Config {
	t.Helper()
	c, err := Load(environ(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	c := load(t)
	got := map[string]any{
		"addr": c.Addr, "base": c.BaseURL.String(), "secure": c.Secure(),
		"web": c.GitHub.WebURL.String(), "api": c.GitHub.APIURL.String(), "version": c.GitHub.APIVersion,
		"database": string(c.Database), "orgs": len(c.AllowedOrgs), "teams": len(c.AdminTeams), "readonly": c.ReadOnly,
		"proxies": len(c.TrustedProxies), "header": c.ProxyUserHeader, "networks": len(c.NoticeNetworks), "interval": c.MutationInterval, "retention": c.LedgerRetention, "log": c.Log,
	}
	want := map[string]any{
		"addr": "127.0.0.1:8080", "base": "http://127.0.0.1:8080", "secure": false,
		"web": "https://github.com", "api": "https://api.github.com", "version": "2026-03-10",
		"database": "sqlite:stockroom.db", "orgs": 0, "teams": 0, "readonly": false,
		"proxies": 0, "header": "", "networks": 0, "interval": time.Second, "retention": time.Duration(0), "log": Log{FormatAuto, slog.LevelInfo},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

// TestLoadIgnoresTheProcess proves that only getenv is asked.
func TestLoadIgnoresTheProcess(t *testing.T) {
	t.Setenv("STOCKROOM_ADDR", "127.0.0.1:1")
	if got := load(t).Addr; got != "127.0.0.1:8080" {
		t.Errorf("Addr = %q", got)
	}
	none, err := Load(func(string) string { return "" })
	if err == nil {
		t.Errorf("an empty environment gave %v", none)
	}
}

func TestLoadValues(t *testing.T) {
	t.Parallel()
	prefixes := func(s ...string) []netip.Prefix {
		var all []netip.Prefix
		for _, s := range s {
			all = append(all, netip.MustParsePrefix(s))
		}
		return all
	}
	std, url := base64.StdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key)
	for _, tt := range []struct {
		name string
		set  []string
		got  func(Config) any
		want any
	}{
		{"base of any host", []string{"ADDR", "0.0.0.0:8080"}, func(c Config) any { return c.BaseURL.String() }, "http://localhost:8080"},
		{"base of any IPv6 host", []string{"ADDR", "[::]:80"}, func(c Config) any { return c.BaseURL.String() }, "http://localhost"},
		{"base of no host", []string{"ADDR", ":9000"}, func(c Config) any { return c.BaseURL.String() }, "http://localhost:9000"},
		{"base of IPv6", []string{"ADDR", "[::1]:9000"}, func(c Config) any { return c.BaseURL.String() }, "http://[::1]:9000"},
		{"base as browsers write it", []string{"BASE_URL", "HTTPS://Stock.Example.com:443/"}, func(c Config) any { return c.BaseURL.String() }, "https://stock.example.com"},
		{"base with a path", []string{"BASE_URL", "https://tools.example.com/Apps/stock_room-2/"}, func(c Config) any { return c.BaseURL.String() }, "https://tools.example.com/Apps/stock_room-2"},
		{"IPv6 base", []string{"BASE_URL", "http://[::1]:80"}, func(c Config) any { return c.BaseURL.String() }, "http://[::1]"},
		{"https is secure", []string{"BASE_URL", "https://s.example.com"}, func(c Config) any { return c.Secure() }, true},
		{"keys in both alphabets", []string{"SECRET_KEY", std + " , " + url}, func(c Config) any { return c.Keys }, Keys{key, key}},
		{"postgres", []string{"DATABASE_URL", "postgres://u:p@db/x"}, func(c Config) any { return string(c.Database) }, "postgres://u:p@db/x"},
		{"organizations", []string{"ALLOWED_ORGS", "Acme, octo-org,"}, func(c Config) any { return c.AllowedOrgs }, []string{"acme", "octo-org"}},
		{"teams", []string{"ADMIN_TEAMS", "Acme/Package-Admins,octo/_x"}, func(c Config) any { return c.AdminTeams }, []Team{{"acme", "package-admins"}, {"octo", "_x"}}},
		{"read only", []string{"READ_ONLY", "TRUE"}, func(c Config) any { return c.ReadOnly }, true},
		{
			"proxies", []string{"TRUSTED_PROXIES", "10.1.2.3/8,192.0.2.7, fd00::/8,::1,::ffff:192.0.2.8"},
			func(c Config) any { return c.TrustedProxies },
			prefixes("10.0.0.0/8", "192.0.2.7/32", "fd00::/8", "::1/128", "192.0.2.8/32"),
		},
		{
			"proxy header", []string{"PROXY_USER_HEADER", "x-forwarded-email", "TRUSTED_PROXIES", "127.0.0.1"},
			func(c Config) any { return c.ProxyUserHeader }, "X-Forwarded-Email",
		},
		{
			"networks for notices", []string{"NOTICE_NETWORKS", "10.1.2.3/8, 192.168.7.9"},
			func(c Config) any { return c.NoticeNetworks }, prefixes("10.0.0.0/8", "192.168.7.9/32"),
		},
		{"no pause", []string{"MUTATION_INTERVAL", "0s"}, func(c Config) any { return c.MutationInterval }, time.Duration(0)},
		{"retention", []string{"LEDGER_RETENTION", "400d"}, func(c Config) any { return c.LedgerRetention }, 400 * 24 * time.Hour},
		{"the least retention", []string{"LEDGER_RETENTION", "90d"}, func(c Config) any { return c.LedgerRetention }, 90 * 24 * time.Hour},
		{"the longest retention", []string{"LEDGER_RETENTION", "36500d"}, func(c Config) any { return c.LedgerRetention }, 36500 * 24 * time.Hour},
		{"log", []string{"LOG_FORMAT", "JSON", "LOG_LEVEL", "debug"}, func(c Config) any { return c.Log }, Log{FormatJSON, slog.LevelDebug}},
		{"space around a value", []string{"GITHUB_CLIENT_ID", " Iv1.x\n"}, func(c Config) any { return c.GitHub.ClientID }, "Iv1.x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opt := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
			if diff := cmp.Diff(tt.want, tt.got(load(t, tt.set...)), opt); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadGitHub(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		set     []string
		api     string
		version string
	}{
		{"github.com", []string{"GITHUB_URL", "https://GitHub.com/"}, "https://api.github.com", "2026-03-10"},
		{"GHE.com", []string{"GITHUB_URL", "https://octocorp.ghe.com"}, "https://api.octocorp.ghe.com", "2026-03-10"},
		{"server", []string{"GITHUB_URL", "https://git.example.com:8443"}, "https://git.example.com:8443/api/v3", "2022-11-28"},
		{"not quite GHE.com", []string{"GITHUB_URL", "https://ghe.com.example.com"}, "https://ghe.com.example.com/api/v3", "2022-11-28"},
		{"on this machine", []string{"GITHUB_URL", "http://127.0.0.1:3000"}, "http://127.0.0.1:3000/api/v3", "2022-11-28"},
		{
			"all given",
			[]string{"GITHUB_URL", "https://git.example.com", "GITHUB_API_URL", "https://api.example.com/v3/", "GITHUB_API_VERSION", "2026-03-10"},
			"https://api.example.com/v3", "2026-03-10",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := load(t, tt.set...).GitHub
			if got.APIURL.String() != tt.api || got.APIVersion != tt.version {
				t.Errorf("got %s %s, want %s %s", got.APIURL, got.APIVersion, tt.api, tt.version)
			}
		})
	}
}
