package app_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestOddBytes: what no database takes as text is no failure of ours, on
// either database.
func TestOddBytes(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		oddBytes(t, apptest.Options{})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		oddBytes(t, apptest.Options{DatabaseURL: apptest.Postgres(t)})
	})
}

func oddBytes(t *testing.T, o apptest.Options) {
	p := apptest.Start(t, o)
	b := p.Browser(t)
	b.Approve(apptest.Owner)
	odd := "a\x00b\xff\xfe😀"
	agent := http.Header{"User-Agent": {"Odd/\xff\xfe \xc3"}}
	page := b.Send("GET", "/login", nil, agent)
	page = b.Send("GET", page.Location(), nil, nil)
	if page = b.Send("GET", page.Location(), nil, agent); page.Status != http.StatusSeeOther {
		t.Fatalf("an odd browser cannot sign in: %s", page)
	}
	for _, name := range []string{"actor", "owner", "package", "q", "action", "outcome", "since", "until", "type"} {
		if page := b.Get("/ledger?" + url.Values{name: {odd}}.Encode()); page.Status >= 500 {
			t.Errorf("%s: %s", name, page)
		}
	}
	for _, value := range []string{"0000-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "-001-01-01"} {
		if page := b.Get("/ledger?since=" + value + "&until=" + value); page.Status >= 500 {
			t.Errorf("%s: %s", value, page)
		}
	}
	for _, path := range []string{
		"/ledger/" + url.PathEscape(odd), "/ledger?page=1000000&per_page=100", "/orgs/acme/packages?q=" + url.QueryEscape(odd), app + "?notice=" + url.QueryEscape(odd),
		"/settings", "/?owner=" + url.QueryEscape(odd), "/login/callback?state=" + url.QueryEscape(odd) + "&code=" + url.QueryEscape(odd),
		"/login/callback?error=" + url.QueryEscape(odd) + "&error_description=" + url.QueryEscape(odd),
	} {
		if page := b.Get(path); page.Status >= 500 {
			t.Errorf("%s", page)
		}
	}
	for path, form := range map[string]url.Values{
		version + "/delete": {"reason": {odd}}, app + "/-/delete": {"confirm": {odd}, "reason": {odd}}, "/settings": {"language": {odd}, "theme": {odd}},
		"/settings/sessions/revoke": {"session": {odd}}, "/orgs/acme/-/refresh": {"return_to": {odd}},
	} {
		if page := b.Send("POST", path, form, nil); page.Status >= 500 {
			t.Errorf("POST %s", page)
		}
	}
	if all := entries(t, b, url.Values{"action": {"delete"}}); len(all) > 1 {
		t.Errorf("the ledger has %+v", all)
	}
	if page := b.Get("/ledger"); page.Status != http.StatusOK {
		t.Errorf("afterwards: %s", page)
	}
}
