package notices_test

import (
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

// TestNoNameLeadsInside: a name is looked up when it is sent to, and what it
// leads to then is what counts.
func TestNoNameLeadsInside(t *testing.T) {
	t.Parallel()
	inside := httptest.NewTLSServer(listen(t))
	defer inside.Close()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	outside := w.portal(t, nil, "a")
	address := strings.Replace(inside.URL, "127.0.0.1", "localhost", 1)
	d, _, err := outside.Add(t.Context(), olivia(), notices.Wanted{Kind: ghpkg.DestinationWebhook, URL: address, Events: ghpkg.NoticeEvents()})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := outside.Ping(t.Context(), d.ID)
	if err != nil || sent.Status != 0 || !strings.Contains(sent.Answer, "not sent to") {
		t.Errorf("%+v, %v", sent, err)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	for name, tt := range map[string]struct {
		change func(*notices.Wanted)
		wrong  string
	}{
		"plain http":      {func(d *notices.Wanted) { d.URL = "http://hooks.example.com/" }, "url"},
		"another scheme":  {func(d *notices.Wanted) { d.URL = "file:///etc/passwd" }, "url"},
		"no host":         {func(d *notices.Wanted) { d.URL = "https:///hook" }, "url"},
		"a user":          {func(d *notices.Wanted) { d.URL = "https://me:pw@hooks.example.com/" }, "url"},
		"an inner number": {func(d *notices.Wanted) { d.URL = "https://10.0.0.1/" }, "url"},
		"metadata":        {func(d *notices.Wanted) { d.URL = "http://169.254.169.254/latest" }, "url"},
		"no URL":          {func(d *notices.Wanted) { d.URL = "://" }, "url"},
		"a long URL":      {func(d *notices.Wanted) { d.URL = "https://a.example/" + strings.Repeat("x", 2048) }, "url"},
		"another kind":    {func(d *notices.Wanted) { d.Kind = "mail" }, "kind"},
		"no event":        {func(d *notices.Wanted) { d.Events = nil }, "event"},
		"another event":   {func(d *notices.Wanted) { d.Events = []ghpkg.NoticeEvent{"ping"} }, "event"},
		"no such owner":   {func(d *notices.Wanted) { d.Owners = []string{"../acme"} }, "owners"},
		"a long name":     {func(d *notices.Wanted) { d.Name = strings.Repeat("é", 81) }, "name"},
	} {
		wanted := notices.Wanted{Kind: ghpkg.DestinationWebhook, URL: "https://hooks.example.com/", Events: ghpkg.NoticeEvents()}
		tt.change(&wanted)
		_, _, err := w.portal(t, nil, "a").Add(t.Context(), olivia(), wanted)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Invalid || f.Args["Name"] != tt.wrong {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range 21 {
		_, _, err := w.Add(t.Context(), olivia(), notices.Wanted{Kind: ghpkg.DestinationSlack, URL: "https://hooks.example.com/", Events: ghpkg.NoticeEvents()})
		if (err != nil) != (i == 20) {
			t.Errorf("destination %d: %v", i+1, err)
		}
	}
}

// TestChat is what a channel reads.
func TestChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	to := listen(t)
	d, secret := w.add(t, to, func(d *notices.Wanted) { d.Kind = ghpkg.DestinationSlack })
	e := w.done(t, func(e *ghpkg.Entry) { e.Reason = "see <!channel> & co\nnow" })
	w.work(t)
	got := to.all()
	want := `{"text":"olivia deleted \u003chttps://stockroom.acme.example/orgs/Acme/packages/container/team/web/-/versions/200|Acme/container/team/web\u003e` +
		` version sha256:1 (v1). Reason: see \u0026lt;!channel\u0026gt; \u0026amp; co now It can be restored until Sat, 26 Dec 2026 09:30:00 UTC.` +
		` \u003chttps://stockroom.acme.example/ledger/` + e.ID + `|Ledger\u003e"}`
	if len(got) != 1 {
		t.Fatalf("%d came: %+v", len(got), w.deliveries(t, d))
	}
	if got[0].body != want || secret != "" || got[0].signature != "" {
		t.Errorf("signed with %q:\n%s\nwant\n%s", secret, got[0].body, want)
	}
}
