package i18n_test

import (
	"context"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// now is the clock of these tests.
var now = time.Date(2026, time.November, 26, 0, 16, 5, 0, time.UTC)

func speak(t *testing.T, code string) context.Context {
	t.Helper()
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("KST", 9*60*60)
	return i18n.With(t.Context(), i18n.Locale{Language: catalogue.Match(code, ""), Zone: zone, Now: now})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, setting, accept, want string }{
		{"nothing", "", "", "en"},
		{"browser", "", "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"},
		{"setting wins", "en", "ko-KR", "en"},
		{"unknown setting", "tlh", "ko", "ko"},
		{"no language of ours", "", "fr-FR,de;q=0.5", "en"},
		{"second choice", "", "fr,ko;q=0.5", "ko"},
		{"malformed", "", ";;;q=x", "en"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := catalogue.Match(tt.setting, tt.accept).Code; got != tt.want {
				t.Errorf("Match(%q, %q) = %q, want %q", tt.setting, tt.accept, got, tt.want)
			}
		})
	}
}

func TestT(t *testing.T) {
	t.Parallel()
	en, ko := speak(t, "en"), speak(t, "ko")
	for _, tt := range []struct {
		name string
		ctx  context.Context
		key  string
		args []any
		want string
	}{
		{"plain", en, "state.deleted", nil, "Deleted"},
		{"plain korean", ko, "state.deleted", nil, "삭제됨"},
		{"one", en, "time.days_ago", []any{"Count", 1}, "1 day ago"},
		{"many", en, "time.days_ago", []any{"Count", 1234}, "1,234 days ago"},
		{"korean has no plural", ko, "time.days_ago", []any{"Count", 1234}, "1,234일 전"},
		{"remembered", en, "time.days_ago", []any{"Count", 2}, "2 days ago"},
		{"a map, and lists", en, "fault.scope", []any{map[string]any{"Scopes": []string{"repo", "delete:packages"}}},
			"This needs a permission that you have not granted yet: repo, delete:packages. Grant it on GitHub, and you come back to this page."},
		{"a time", en, "fault.already_gone", []any{"At", now}, "It had already been deleted, at Nov 26, 2026, 09:16. Nothing was changed now."},
		{"a zero time", en, "fault.already_gone", []any{"At", time.Time{}}, "It had already been deleted. Nothing was changed now."},
		{"unknown key", en, "no.such.key", nil, "no.such.key"},
		{"no language", t.Context(), "state.deleted", nil, "state.deleted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second answer may come from memory
				if got := i18n.T(tt.ctx, tt.key, tt.args...); got != tt.want {
					t.Errorf("T(%q, %v) = %q, want %q", tt.key, tt.args, got, tt.want)
				}
			}
		})
	}
}

func TestAgo(t *testing.T) {
	t.Parallel()
	en, ko := speak(t, "en"), speak(t, "ko")
	for _, tt := range []struct {
		name   string
		past   time.Duration
		en, ko string
	}{
		{"now", 0, "just now", "방금 전"},
		{"almost a minute", 59 * time.Second, "just now", "방금 전"},
		{"minutes", 61 * time.Second, "1 minute ago", "1분 전"},
		{"hours", 3*time.Hour + 59*time.Minute, "3 hours ago", "3시간 전"},
		{"days", 29*24*time.Hour + time.Hour, "29 days ago", "29일 전"},
		{"a date", 30 * 24 * time.Hour, "Oct 27, 2026", "2026년 10월 27일"},
		{"ahead", -25 * time.Hour, "in 1 day", "1일 후"},
		{"hours ahead", -2 * time.Hour, "in 2 hours", "2시간 후"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			then := now.Add(-tt.past)
			if got := i18n.Ago(en, then); got != tt.en {
				t.Errorf("Ago in English = %q, want %q", got, tt.en)
			}
			if got := i18n.Ago(ko, then); got != tt.ko {
				t.Errorf("Ago in Korean = %q, want %q", got, tt.ko)
			}
		})
	}
}

func TestTimesAndNumbers(t *testing.T) {
	t.Parallel()
	en, ko, none := speak(t, "en"), speak(t, "ko"), t.Context()
	for _, tt := range []struct{ name, got, want string }{
		{"date and time", i18n.DateTime(en, now), "Nov 26, 2026, 09:16"},
		{"date and time where no zone is known", i18n.DateTime(i18n.WithZone(en, time.UTC), now), "Nov 26, 2026, 00:16 UTC"},
		{"date and time in Korean", i18n.DateTime(ko, now), "2026년 11월 26일 09:16"},
		{"exact", i18n.Exact(en, now), "Thursday, November 26, 2026, 09:16:05 KST"},
		{"exact in Korean", i18n.Exact(ko, now), "2026년 11월 26일 09:16:05 KST"},
		{"no locale", i18n.DateTime(none, now), "2026-11-26 00:16:05"},
		{"small number", i18n.Number(en, 999), "999"},
		{"large number", i18n.Number(ko, 1234567), "1,234,567"},
		{"code", i18n.Code(ko), "ko"},
		{"code of nobody", i18n.Code(none), "en"},
		{"zone", i18n.Date(i18n.WithZone(en, time.UTC), now.Add(-time.Hour)), "Nov 25, 2026"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
