package notices_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

// TestANoticeLeadsToThatPackage: by its id, for another may have its name when
// somebody follows the link.
func TestANoticeLeadsToThatPackage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		webhook, chat := listen(t), listen(t)
		w.add(t, webhook, nil)
		w.add(t, chat, func(d *notices.Wanted) { d.Kind = ghpkg.DestinationSlack })
		w.clock.advance(time.Second)
		w.done(t, func(e *ghpkg.Entry) { e.Target.VersionID, e.Target.VersionName = 0, "" })
		w.work(t)
		const want = "https://stockroom.acme.example/orgs/Acme/packages/container/team/web?package_id=100"
		if got := webhook.all(); len(got) != 1 || got[0].news.Target.URL != want {
			t.Errorf("the webhook is told %+v, want a link to %s", got, want)
		}
		if got := chat.all(); len(got) != 1 || !strings.Contains(got[0].body, want+"|") {
			t.Errorf("the chat is told %+v, want a link to %s", got, want)
		}
	})
}
