package config

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadMistakes(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString(key[:31])
	good := base64.StdEncoding.EncodeToString(key)
	for _, tt := range []struct {
		name string
		set  []string
		want string // the variables that are named, in order
		says string
	}{
		{"no port", []string{"ADDR", "localhost"}, "ADDR", "host:port"},
		{"port out of range", []string{"ADDR", "localhost:65536"}, "ADDR", ""},
		{"port by name", []string{"ADDR", "localhost:http"}, "ADDR", ""},
		{"base with an encoded path", []string{"BASE_URL", "https://example.com/a%20b"}, "BASE_URL", ""},
		{"base with a path that leads up", []string{"BASE_URL", "https://example.com/a/../b"}, "BASE_URL", ""},
		{"base with an empty segment", []string{"BASE_URL", "https://example.com/a//b"}, "BASE_URL", ""},
		{"base with a quotation mark", []string{"BASE_URL", `https://example.com/a"b`}, "BASE_URL", ""},
		{"base without scheme", []string{"BASE_URL", "example.com"}, "BASE_URL", ""},
		{"base with another scheme", []string{"BASE_URL", "ftp://example.com"}, "BASE_URL", ""},
		{"base with a password", []string{"BASE_URL", "https://u:" + password + "@example.com"}, "BASE_URL", ""},
		{"base with a query", []string{"BASE_URL", "https://example.com?a=b"}, "BASE_URL", ""},
		{"unreadable base", []string{"BASE_URL", "https://exa mple.com:" + password}, "BASE_URL", ""},
		{"GitHub in the clear", []string{"GITHUB_URL", "http://git.example.com"}, "GITHUB_URL", "https://"},
		{"GitHub with a path", []string{"GITHUB_URL", "https://github.com/acme"}, "GITHUB_URL", ""},
		{"API in the clear", []string{"GITHUB_API_URL", "http://git.example.com/api/v3"}, "GITHUB_API_URL", "https://"},
		{"API without host", []string{"GITHUB_API_URL", "https:///api/v3"}, "GITHUB_API_URL", ""},
		{"version", []string{"GITHUB_API_VERSION", "v3"}, "GITHUB_API_VERSION", "2026-03-10"},
		{"client id in two words", []string{"GITHUB_CLIENT_ID", "a b"}, "GITHUB_CLIENT_ID", ""},
		{"no client secret", []string{"GITHUB_CLIENT_SECRET", " "}, "GITHUB_CLIENT_SECRET", "is required"},
		{"key too short", []string{"SECRET_KEY", short}, "SECRET_KEY", "base64 of 32 bytes"},
		{"second key too short", []string{"SECRET_KEY", good + "," + short}, "SECRET_KEY", "entry 2 of 2"},
		{"key not base64", []string{"SECRET_KEY", password}, "SECRET_KEY", ""},
		{"database of another kind", []string{"DATABASE_URL", "mysql://root:" + password + "@db/x"}, "DATABASE_URL", ""},
		{"database without a path", []string{"DATABASE_URL", "sqlite:"}, "DATABASE_URL", ""},
		{"unreadable database", []string{"DATABASE_URL", "postgres://u:" + password + "@db:x/y"}, "DATABASE_URL", ""},
		{"organization", []string{"ALLOWED_ORGS", "acme,a/b"}, "ALLOWED_ORGS", "entry 2 of 2"},
		{"only commas", []string{"ALLOWED_ORGS", ", ,"}, "ALLOWED_ORGS", ""},
		{"team without slug", []string{"ADMIN_TEAMS", "acme"}, "ADMIN_TEAMS", "org/team-slug"},
		{"team with two slashes", []string{"ADMIN_TEAMS", "acme/a/b"}, "ADMIN_TEAMS", ""},
		{"team name instead of slug", []string{"ADMIN_TEAMS", "acme/Package Admins"}, "ADMIN_TEAMS", ""},
		{"bool", []string{"READ_ONLY", "yes"}, "READ_ONLY", "true or false"},
		{"CIDR", []string{"TRUSTED_PROXIES", "10.0.0.0/33"}, "TRUSTED_PROXIES", "10.0.0.0/8"},
		{"host name as proxy", []string{"TRUSTED_PROXIES", "proxy.internal"}, "TRUSTED_PROXIES", ""},
		{"address with a zone", []string{"TRUSTED_PROXIES", "fe80::1%eth0"}, "TRUSTED_PROXIES", ""},
		{"mapped CIDR", []string{"TRUSTED_PROXIES", "::ffff:10.0.0.0/104"}, "TRUSTED_PROXIES", ""},
		{"header without proxies", []string{"PROXY_USER_HEADER", "X-Email"}, "PROXY_USER_HEADER", "STOCKROOM_TRUSTED_PROXIES"},
		{"header with bad proxies", []string{"PROXY_USER_HEADER", "X-Email", "TRUSTED_PROXIES", "x"}, "TRUSTED_PROXIES", ""},
		{"header name", []string{"PROXY_USER_HEADER", "X Email", "TRUSTED_PROXIES", "::1"}, "PROXY_USER_HEADER", ""},
		{"host name to send notices to", []string{"NOTICE_NETWORKS", "10.0.0.0/8,chat.internal"}, "NOTICE_NETWORKS", "entry 2 of 2"},
		{"notices to everywhere", []string{"NOTICE_NETWORKS", "10.0.0.0/8,0.0.0.0/0"}, "NOTICE_NETWORKS", "of your own"},
		{"notices to everywhere by IPv6", []string{"NOTICE_NETWORKS", "::/0"}, "NOTICE_NETWORKS", "of your own"},
		{"interval without unit", []string{"MUTATION_INTERVAL", "1"}, "MUTATION_INTERVAL", "1500ms"},
		{"negative interval", []string{"MUTATION_INTERVAL", "-1s"}, "MUTATION_INTERVAL", ""},
		{"too short a retention", []string{"LEDGER_RETENTION", "89d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"too long a retention", []string{"LEDGER_RETENTION", "36501d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"retention that overflows", []string{"LEDGER_RETENTION", "99999d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"retention without unit", []string{"LEDGER_RETENTION", "400"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"retention in hours", []string{"LEDGER_RETENTION", "9600h"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"half a day of retention", []string{"LEDGER_RETENTION", "400.5d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"negative retention", []string{"LEDGER_RETENTION", "-400d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"no days of retention", []string{"LEDGER_RETENTION", "d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"retention of zeros", []string{"LEDGER_RETENTION", "0400d"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"retention for ever", []string{"LEDGER_RETENTION", "forever"}, "LEDGER_RETENTION", "from 90d to 36500d"},
		{"format", []string{"LOG_FORMAT", "xml"}, "LOG_FORMAT", "text or json"},
		{"level", []string{"LOG_LEVEL", "loud"}, "LOG_LEVEL", "debug"},
		{"file and value", []string{"SECRET_KEY_FILE", "x"}, "SECRET_KEY_FILE", "beside STOCKROOM_SECRET_KEY"},
		{
			"all at once",
			[]string{"ADDR", "x", "SECRET_KEY", "", "LOG_LEVEL", "x", "BASE_URL", "x", "GITHUB_CLIENT_ID", "", "READ_ONLY", "x"},
			"ADDR BASE_URL GITHUB_CLIENT_ID SECRET_KEY READ_ONLY LOG_LEVEL", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(environ(tt.set...))
			checkMistakes(t, err, tt.want, tt.says)
		})
	}
}

// checkMistakes fails unless err names these variables, says says, and keeps
// every secret to itself.
func checkMistakes(t *testing.T, err error, names, says string) {
	t.Helper()
	mistakes, ok := errors.AsType[Mistakes](err)
	if !ok {
		t.Fatalf("got %v, want Mistakes", err)
	}
	var got []string
	for _, m := range mistakes {
		got = append(got, strings.TrimPrefix(m.Name, Prefix))
	}
	if diff := cmp.Diff(strings.Fields(names), got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%v: does not say %q", err, says)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v: shows a secret", err)
	}
}

func TestLoadFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := load(t, "GITHUB_CLIENT_SECRET", "", "GITHUB_CLIENT_SECRET_FILE", file("secret", "from-a-file\n"),
		"READ_ONLY_FILE", file("bool", "true"))
	if c.GitHub.ClientSecret != "from-a-file" || !c.ReadOnly {
		t.Errorf("got %q, %v", string(c.GitHub.ClientSecret), c.ReadOnly)
	}

	_, err := Load(environ("SECRET_KEY", "", "SECRET_KEY_FILE", filepath.Join(dir, "hunter2")))
	checkMistakes(t, err, "SECRET_KEY_FILE", "no such file")
	_, err = Load(environ("SECRET_KEY", "", "SECRET_KEY_FILE", file("empty", " \n")))
	checkMistakes(t, err, "SECRET_KEY_FILE", "empty file")
	_, err = Load(environ("SECRET_KEY", "", "SECRET_KEY_FILE", file("big", strings.Repeat("x", maxFile+1))))
	checkMistakes(t, err, "SECRET_KEY_FILE", "more than 65536 bytes")
	_, err = Load(environ("ADDR_FILE", dir))
	checkMistakes(t, err, "ADDR_FILE", "directory")
	_, err = Load(environ("LOG_LEVEL_FILE", file("level", "loud")))
	checkMistakes(t, err, "LOG_LEVEL", "")
}
