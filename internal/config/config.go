// Package config turns the environment into a Config: it derives what was left
// out, reports every mistake at once, and never shows a secret.
package config

import (
	"net/netip"
	"net/url"
	"time"
)

// Prefix begins the name of every variable.
const Prefix = "STOCKROOM_"

// Config is how one Stockroom runs. It can be logged and printed: secrets show
// as "(set)".
type Config struct {
	Addr     string   // host:port to listen on
	BaseURL  *url.URL // the public address: scheme, host and perhaps a path, without a last slash
	GitHub   GitHub
	Keys     Keys   // the first encrypts, all decrypt
	Database Secret // "sqlite:path" or "postgres://…", which may hold a password

	AllowedOrgs []string // lower case; empty: anyone whom GitHub signs in
	AdminTeams  []Team   // empty: whoever GitHub lets
	ReadOnly    bool

	TrustedProxies  []netip.Prefix // whose X-Forwarded-* are believed
	ProxyUserHeader string         // canonical; empty: none

	NoticeNetworks []netip.Prefix // which notices may reach beside the internet

	MutationInterval time.Duration
	LedgerRetention  time.Duration // whole days; 0: entries are kept for ever
	Log              Log
}

// GitHub is which GitHub, and as which OAuth app. Neither URL ends in a slash.
type GitHub struct {
	WebURL       *url.URL
	APIURL       *url.URL
	APIVersion   string
	ClientID     string
	ClientSecret Secret
}

// Team is a team of an organization, in lower case.
type Team struct{ Org, Slug string }

// String returns "org/slug".
func (t Team) String() string { return t.Org + "/" + t.Slug }

// Secure reports whether people reach Stockroom over https: cookies are then
// Secure, and browsers are told to stay on https.
func (c Config) Secure() bool { return c.BaseURL.Scheme == "https" }

// Load reads the configuration through getenv (os.Getenv). Any mistakes come
// back together, as one Mistakes.
func Load(getenv func(string) string) (Config, error) {
	s, wrong := read(getenv)
	c := s.config(&wrong)
	if len(wrong.list) > 0 {
		return Config{}, wrong.sorted()
	}
	return c, nil
}

// settings are the variables as they were written, in the order in which
// mistakes are reported.
type settings struct {
	Addr             string `env:"ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL          string `env:"BASE_URL"`
	GitHubURL        string `env:"GITHUB_URL" envDefault:"https://github.com"`
	GitHubAPIURL     string `env:"GITHUB_API_URL"`
	GitHubAPIVersion string `env:"GITHUB_API_VERSION"`
	ClientID         string `env:"GITHUB_CLIENT_ID,required"`
	ClientSecret     string `env:"GITHUB_CLIENT_SECRET,required"`
	SecretKey        string `env:"SECRET_KEY,required"`
	DatabaseURL      string `env:"DATABASE_URL" envDefault:"sqlite:stockroom.db"`
	AllowedOrgs      string `env:"ALLOWED_ORGS"`
	AdminTeams       string `env:"ADMIN_TEAMS"`
	ReadOnly         string `env:"READ_ONLY" envDefault:"false"`
	TrustedProxies   string `env:"TRUSTED_PROXIES"`
	ProxyUserHeader  string `env:"PROXY_USER_HEADER"`
	NoticeNetworks   string `env:"NOTICE_NETWORKS"`
	MutationInterval string `env:"MUTATION_INTERVAL" envDefault:"1s"`
	LedgerRetention  string `env:"LEDGER_RETENTION"`
	LogFormat        string `env:"LOG_FORMAT"`
	LogLevel         string `env:"LOG_LEVEL" envDefault:"info"`
}

// config parses every setting. What is empty here has no default, and is
// either optional or already among the mistakes.
func (s settings) config(wrong *problems) Config {
	c := Config{
		Addr:             parse(wrong, "ADDR", s.Addr, parseAddr),
		Keys:             parse(wrong, "SECRET_KEY", s.SecretKey, parseKeys),
		Database:         parse(wrong, "DATABASE_URL", s.DatabaseURL, parseDatabase),
		AllowedOrgs:      parse(wrong, "ALLOWED_ORGS", s.AllowedOrgs, parseOrgs),
		AdminTeams:       parse(wrong, "ADMIN_TEAMS", s.AdminTeams, parseTeams),
		ReadOnly:         parse(wrong, "READ_ONLY", s.ReadOnly, parseBool),
		TrustedProxies:   parse(wrong, "TRUSTED_PROXIES", s.TrustedProxies, parsePrefixes),
		ProxyUserHeader:  parse(wrong, "PROXY_USER_HEADER", s.ProxyUserHeader, parseHeader),
		NoticeNetworks:   parse(wrong, "NOTICE_NETWORKS", s.NoticeNetworks, parseNetworks),
		MutationInterval: parse(wrong, "MUTATION_INTERVAL", s.MutationInterval, parseInterval),
		LedgerRetention:  parse(wrong, "LEDGER_RETENTION", s.LedgerRetention, parseRetention),
		Log: Log{
			Format: parse(wrong, "LOG_FORMAT", s.LogFormat, parseFormat),
			Level:  parse(wrong, "LOG_LEVEL", s.LogLevel, parseLevel),
		},
		GitHub: s.github(wrong),
	}
	if s.BaseURL == "" {
		s.BaseURL = defaultBaseURL(c.Addr)
	}
	c.BaseURL = parse(wrong, "BASE_URL", s.BaseURL, parseBase)
	if s.ProxyUserHeader != "" && s.TrustedProxies == "" {
		wrong.add("PROXY_USER_HEADER", "needs "+Prefix+"TRUSTED_PROXIES: without it anybody could send this header")
	}
	return c
}

// github parses what names GitHub, and derives from the web address the API's
// address and version.
func (s settings) github(wrong *problems) GitHub {
	g := GitHub{
		WebURL:       parse(wrong, "GITHUB_URL", s.GitHubURL, parseGitHubURL),
		APIURL:       parse(wrong, "GITHUB_API_URL", s.GitHubAPIURL, parseAPIURL),
		APIVersion:   parse(wrong, "GITHUB_API_VERSION", s.GitHubAPIVersion, parseVersion),
		ClientID:     parse(wrong, "GITHUB_CLIENT_ID", s.ClientID, parseToken),
		ClientSecret: Secret(parse(wrong, "GITHUB_CLIENT_SECRET", s.ClientSecret, parseToken)),
	}
	if g.WebURL != nil && s.GitHubAPIURL == "" {
		g.APIURL = apiURL(g.WebURL)
	}
	if g.WebURL != nil && s.GitHubAPIVersion == "" {
		g.APIVersion = apiVersion(g.WebURL)
	}
	return g
}
