package config

import (
	"errors"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// Secret is text that shows as "(set)" however it is printed. Convert it to a
// string where it is used.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(set)"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Keys are the secret keys of 32 bytes, decoded. They show as "(set)".
type Keys [][]byte

// String hides the keys.
func (k Keys) String() string {
	if len(k) == 0 {
		return "(not set)"
	}
	return "(set)"
}

// GoString hides the keys from %#v.
func (k Keys) GoString() string { return k.String() }

// MarshalText hides the keys from JSON and the like.
func (k Keys) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// LogValue hides the keys from slog.
func (k Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// LogValue is what the start of the program logs: everything that is no secret.
func (c Config) LogValue() slog.Value {
	kind, _, _ := strings.Cut(string(c.Database), ":")
	return slog.GroupValue(
		slog.String("addr", c.Addr),
		slog.String("base_url", text(c.BaseURL)),
		slog.String("github_url", text(c.GitHub.WebURL)),
		slog.String("github_api_url", text(c.GitHub.APIURL)),
		slog.String("github_api_version", c.GitHub.APIVersion),
		slog.String("database", kind),
		slog.Int("secret_keys", len(c.Keys)),
		slog.Any("allowed_orgs", c.AllowedOrgs),
		slog.Any("admin_teams", c.AdminTeams),
		slog.Bool("read_only", c.ReadOnly),
		slog.Any("trusted_proxies", c.TrustedProxies),
		slog.String("proxy_user_header", c.ProxyUserHeader),
		slog.Any("notice_networks", c.NoticeNetworks),
		slog.String("mutation_interval", c.MutationInterval.String()),
		slog.String("ledger_retention", retention(c.LedgerRetention)),
		slog.String("log_level", c.Log.Level.String()),
	)
}

// text is u.String, also where Load failed and left nothing.
func text(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}

// String returns the same as LogValue, for fmt.
func (c Config) String() string { return c.LogValue().String() }

// Format is how log lines are written.
type Format string

// The formats.
const (
	FormatAuto Format = "" // text on a terminal, else JSON
	FormatText Format = "text"
	FormatJSON Format = "json"
)

// Log is how, and how much, is logged.
type Log struct {
	Format Format
	Level  slog.Level
}

// Logger returns the logger that writes to w.
func (l Log) Logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: l.Level}
	file, ok := w.(*os.File)
	terminal := ok && isatty.IsTerminal(file.Fd())
	if l.Format == FormatText || l.Format == FormatAuto && terminal {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

func parseFormat(s string) (Format, error) {
	f := Format(strings.ToLower(s))
	if f != FormatText && f != FormatJSON {
		return "", errors.New("must be text or json")
	}
	return f, nil
}

func parseLevel(s string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s)); err != nil {
		return 0, errors.New("must be debug, info, warn or error")
	}
	return level, nil
}
