package notices_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

// TestChat is what a channel reads: in its language, with times in UTC. One
// that was added without a language reads English.
func TestChat(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		chat := func(language, want string) (to *receiver) {
			to = listen(t)
			d, secret := w.add(t, to, func(d *notices.Wanted) { d.Kind, d.Language = ghpkg.DestinationSlack, language })
			if d.Language != want || secret != "" {
				t.Errorf("%q was added as %q, with the secret %q", language, d.Language, secret)
			}
			return to
		}
		unsaid, english, korean := chat("", "en"), chat("en", "en"), chat("ko", "ko")
		e := w.done(t, func(e *ghpkg.Entry) { e.Reason = "see <!channel> & co\nnow" })
		w.work(t)
		const (
			link   = `\u003chttps://stockroom.acme.example/orgs/Acme/packages/container/team/web/-/versions/200|Acme/container/team/web\u003e`
			reason = `“see \u0026lt;!channel\u0026gt; \u0026amp; co now”. \u003chttps://stockroom.acme.example/ledger/`
			inEn   = `{"text":"olivia deleted ` + link + ` version sha256:1 (v1). It can be restored until Dec 26, 2026, 09:30 UTC. Reason: ` + reason
			inKo   = `{"text":"olivia 님이 ` + link + ` 버전 sha256:1 (v1)을(를) 삭제했습니다. 2026년 12월 26일 09:30 UTC까지 복원할 수 있습니다. 사유: ` + reason
		)
		for _, tt := range []struct {
			name string
			to   *receiver
			want string
		}{
			{"no language", unsaid, inEn + e.ID + `|Ledger\u003e"}`},
			{"English", english, inEn + e.ID + `|Ledger\u003e"}`},
			{"Korean", korean, inKo + e.ID + `|원장\u003e"}`},
		} {
			got := tt.to.all()
			if len(got) != 1 {
				t.Fatalf("%s: %d came", tt.name, len(got))
			}
			if got[0].body != tt.want || got[0].signature != "" {
				t.Errorf("%s, signed %q:\n%s\nwant\n%s", tt.name, got[0].signature, got[0].body, tt.want)
			}
		}
	})
}

// said is what chats are told of.
func said() map[string]notices.News {
	until := time.Date(2026, 12, 26, 9, 30, 0, 0, time.UTC)
	operation := func(action ghpkg.Action, state ghpkg.OperationState, why string, counts ghpkg.ItemCounts) *notices.Operation {
		total := ghpkg.Operation{Counts: counts}.Total()
		return &notices.Operation{ID: "o", URL: "https://x/operations/o", Action: action, State: state, Why: why, Total: total, Counts: counts}
	}
	actor, package1 := &notices.Actor{ID: 7, Login: "olivia"}, notices.Target{Owner: "acme", Type: ghpkg.NPM, Name: "old-ui"}
	untagged := notices.Target{URL: "https://x/v", Owner: "acme", Type: ghpkg.NPM, Name: "ui", VersionID: 2, VersionName: "1.0.0"}
	many := make([]notices.Target, 12)
	for i := range many {
		many[i] = package1
	}
	return map[string]notices.News{
		"ping":     {Event: ghpkg.NoticePing, Portal: "https://x"},
		"restored": {Event: ghpkg.NoticeRestored, Actor: actor, Target: &untagged, Ledger: "https://x/ledger/e"},
		"done":     {Event: ghpkg.NoticeFinished, Actor: actor, Operation: operation(ghpkg.ActionDelete, ghpkg.OperationDone, "", ghpkg.ItemCounts{"done": 1200, "refused": 1})},
		"stopped": {
			Event: ghpkg.NoticeFinished, Actor: actor, Reason: "too many",
			Operation: operation(ghpkg.ActionRestore, ghpkg.OperationStopped, "", ghpkg.ItemCounts{"pending": 1}),
		},
		"paused": {Event: ghpkg.NoticePaused, Actor: actor, Operation: operation(ghpkg.ActionDelete, ghpkg.OperationPaused, "read_only", ghpkg.ItemCounts{"done": 1, "pending": 2})},
		"one":    {Event: ghpkg.NoticeExpiring, Owner: "acme", Items: many[:1], Total: 1, Until: &until},
		"many":   {Event: ghpkg.NoticeExpiring, Owner: "acme", Items: many, Total: 1012, Until: &until},
	}
}

// TestChatsAreToldInTheirLanguages: every event, in words of the catalogue.
func TestChatsAreToldInTheirLanguages(t *testing.T) {
	t.Parallel()
	ten := strings.Repeat("\n• acme/npm/old-ui", 10)
	want := map[string]map[string]string{
		"en": {
			"ping":     "This is a test of Stockroom’s notices. <https://x|Stockroom>",
			"restored": "olivia restored <https://x/v|acme/npm/ui> version 1.0.0. <https://x/ledger/e|Ledger>",
			"done":     "<https://x/operations/o|The deletion of 1,201 items> by olivia is finished. Done: 1,200 · Refused by GitHub: 1.",
			"stopped":  "<https://x/operations/o|The restoration of 1 item> by olivia was stopped. Not sent: 1. Reason: “too many”.",
			"paused": "<https://x/operations/o|The deletion of 3 items> by olivia is paused. To do: 2 · Done: 1. " +
				"olivia is told: “This Stockroom is read-only: nothing can be deleted or restored here. Whoever runs it can change that.”",
			"one":  "1 item of acme can be restored for only a few more days, until Dec 26, 2026, 09:30 UTC:\n• acme/npm/old-ui",
			"many": "1,012 items of acme can be restored for only a few more days, the first until Dec 26, 2026, 09:30 UTC:" + ten + "\n• and 1,002 more",
		},
		"ko": {
			"ping":     "Stockroom 알림 테스트입니다. <https://x|Stockroom>",
			"restored": "olivia 님이 <https://x/v|acme/npm/ui> 버전 1.0.0을(를) 복원했습니다. <https://x/ledger/e|원장>",
			"done":     "olivia 님의 <https://x/operations/o|항목 1,201개 삭제> 작업이 끝났습니다. 완료: 1,200 · GitHub이 거부함: 1.",
			"stopped":  "olivia 님의 <https://x/operations/o|항목 1개 복원> 작업이 중단되었습니다. 보내지 않음: 1. 사유: “too many”.",
			"paused": "olivia 님의 <https://x/operations/o|항목 3개 삭제> 작업이 일시 중지되었습니다. 남음: 2 · 완료: 1. " +
				"olivia 님에게 표시되는 안내: “이 Stockroom은 읽기 전용이므로 삭제하거나 복원할 수 없습니다. 필요하면 운영자에게 문의해 주세요.”",
			"one":  "acme의 항목 1개를 복원할 수 있는 기한이 며칠 남지 않았습니다. 가장 빠른 기한은 2026년 12월 26일 09:30 UTC입니다.\n• acme/npm/old-ui",
			"many": "acme의 항목 1,012개를 복원할 수 있는 기한이 며칠 남지 않았습니다. 가장 빠른 기한은 2026년 12월 26일 09:30 UTC입니다." + ten + "\n• 외 1,002개",
		},
	}
	want["a language of a later release"] = want["en"]
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	for language, all := range want {
		got := map[string]string{}
		for name, news := range said() {
			text, err := w.Text(t.Context(), language, news)
			if err != nil {
				t.Fatal(err)
			}
			got[name] = text
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", language, diff)
		}
	}
}

// TestANameMentionsNobody: whatever people, packages, versions and tags are
// called and whatever a reason says, a chat reads it as it stands.
func TestANameMentionsNobody(t *testing.T) {
	t.Parallel()
	const name = "<!channel> {{.Who}} & <https://evil.example|Ledger>"
	markup := regexp.MustCompile(`<https://x[^<>]*\|[^<>]*>`) // ours
	target := notices.Target{
		URL: "https://x/v", Owner: "acme" + name, Type: ghpkg.NPM, Name: name, VersionID: 2, VersionName: name, Tags: []string{name, name},
	}
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	for _, language := range []string{"en", "ko"} {
		for event, news := range said() {
			news.Reason = name
			if news.Actor != nil {
				news.Actor.Login = name
			}
			if news.Target != nil {
				news.Target = &target
			}
			if news.Items != nil {
				news.Owner, news.Items[0] = name, target
			}
			text, err := w.Text(t.Context(), language, news)
			if err != nil {
				t.Fatal(err)
			}
			if rest := markup.ReplaceAllString(text, ""); strings.ContainsAny(rest, "<>") || !strings.Contains(rest, "&lt;!channel&gt; {{.Who}} &amp; ") {
				t.Errorf("%s, %s: %s", language, event, text)
			}
		}
	}
}
