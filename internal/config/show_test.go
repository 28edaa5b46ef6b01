package config

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNothingShowsASecret(t *testing.T) {
	t.Parallel()
	c := load(t, "DATABASE_URL", "postgres://u:"+password+"@db/x")
	var out bytes.Buffer
	for _, format := range []Format{FormatText, FormatJSON} {
		log := Log{Format: format}.Logger(&out)
		log.Info("start", "config", c, "secret", c.GitHub.ClientSecret, "keys", c.Keys, "github", c.GitHub)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, v := range []any{c, &c, c.GitHub, c.GitHub.ClientSecret, c.Keys, c.Database, []any{c}} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	if err := json.NewEncoder(&out).Encode(c); err != nil {
		t.Fatal(err)
	}
	keyText := fmt.Sprint(key[:4])
	for _, secret := range []string{
		clientSecret, password, base64.StdEncoding.EncodeToString(key), strings.Trim(keyText, "[]"), "0xfb", `\xfb`, "fbfb",
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is shown in:\n%s", secret, out.String())
		}
	}
	for _, want := range []string{"https://api.github.com", "database=postgres", "secret=(set)", `"secret_keys":1`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

func TestZeroConfigCanBePrinted(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(Config{}); strings.Contains(got, "PANIC") {
		t.Error(got)
	}
	if got := fmt.Sprint(Secret(""), " ", Keys(nil)); got != "(not set) (not set)" {
		t.Error(got)
	}
}

func TestLoggerFormat(t *testing.T) {
	t.Parallel()
	for format, want := range map[Format]string{FormatAuto: "{", FormatJSON: "{", FormatText: "time="} {
		var out bytes.Buffer
		log := Log{Format: format, Level: slog.LevelWarn}.Logger(&out)
		log.Info("too quiet")
		log.Warn("heard")
		if got := out.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: got %q", format, got)
		}
	}
}
