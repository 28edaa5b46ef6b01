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
		"plain http":       {func(d *notices.Wanted) { d.URL = "http://hooks.example.com/" }, "url"},
		"another scheme":   {func(d *notices.Wanted) { d.URL = "file:///etc/passwd" }, "url"},
		"no host":          {func(d *notices.Wanted) { d.URL = "https:///hook" }, "url"},
		"a user":           {func(d *notices.Wanted) { d.URL = "https://me:pw@hooks.example.com/" }, "url"},
		"an inner number":  {func(d *notices.Wanted) { d.URL = "https://10.0.0.1/" }, "url"},
		"metadata":         {func(d *notices.Wanted) { d.URL = "http://169.254.169.254/latest" }, "url"},
		"no URL":           {func(d *notices.Wanted) { d.URL = "://" }, "url"},
		"a long URL":       {func(d *notices.Wanted) { d.URL = "https://a.example/" + strings.Repeat("x", 2048) }, "url"},
		"another kind":     {func(d *notices.Wanted) { d.Kind = "mail" }, "kind"},
		"another language": {func(d *notices.Wanted) { d.Language = "fr" }, "language"},
		"its name":         {func(d *notices.Wanted) { d.Language = "English" }, "language"},
		"no event":         {func(d *notices.Wanted) { d.Events = nil }, "event"},
		"another event":    {func(d *notices.Wanted) { d.Events = []ghpkg.NoticeEvent{"ping"} }, "event"},
		"no such owner":    {func(d *notices.Wanted) { d.Owners = []string{"../acme"} }, "owners"},
		"a long name":      {func(d *notices.Wanted) { d.Name = strings.Repeat("é", 81) }, "name"},
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
