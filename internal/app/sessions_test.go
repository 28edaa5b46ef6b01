package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestSessions: each of somebody's browsers is listed, and can be signed out
// from another one; nobody else's can.
func TestSessions(t *testing.T) {
	t.Parallel()
	watch := &spy{RoundTripper: &http.Transport{}}
	p := apptest.Start(t, apptest.Options{Transport: watch})
	desk, phone, other := p.SignIn(t, apptest.Owner), p.SignIn(t, apptest.Owner), p.SignIn(t, apptest.Member)
	signedIn := func(b *apptest.Browser) bool { return b.Send("GET", "/settings", nil, nil).Status == http.StatusOK }
	own, elsewhere := "", ""
	desk.Get("/settings").Doc.Find(".sessions li").Each(func(_ int, li *goquery.Selection) {
		id := li.Find("input[name=session]").AttrOr("value", "")
		if strings.Contains(li.Text(), "This one") {
			own = id
		} else {
			elsewhere = id
		}
	})
	if own == "" || elsewhere == "" {
		t.Fatalf("the sessions to end are %q and %q", own, elsewhere)
	}
	for _, id := range []string{own, elsewhere, "zz"} {
		page := other.Send("POST", "/settings/sessions/revoke?format=json", url.Values{"session": {id}}, nil)
		if page.Status != http.StatusNotFound || strings.Contains(page.Body, "saved") {
			t.Errorf("mona, who has no session %q: %s", id, page)
		}
	}
	if !signedIn(desk) || !signedIn(phone) || !signedIn(other) {
		t.Fatal("mona signed somebody out")
	}
	revoke := func(b *apptest.Browser, form url.Values, want string) {
		t.Helper()
		if page := b.Send("POST", "/settings/sessions/revoke", form, nil); page.Status != http.StatusSeeOther || page.Location() != want {
			t.Errorf("%v: %d to %q, want %q", form, page.Status, page.Location(), want)
		}
	}
	revoke(desk, url.Values{"session": {elsewhere}}, "/settings?saved=1")
	if !signedIn(desk) || signedIn(phone) {
		t.Errorf("the phone was signed out, but the desk is %t, the phone %t", signedIn(desk), signedIn(phone))
	}
	revoke(desk, url.Values{"session": {own}}, "/?signed_out=1")
	if signedIn(desk) {
		t.Error("the desk is still signed in")
	}
	desk.SignIn(apptest.Owner)
	phone.SignIn(apptest.Owner)
	revoke(desk, url.Values{"all": {"1"}}, "/?signed_out=1")
	if signedIn(desk) || signedIn(phone) || !signedIn(other) {
		t.Errorf("after signing out everywhere: desk %t, phone %t, mona %t", signedIn(desk), signedIn(phone), signedIn(other))
	}
	alive := 0
	for _, secret := range watch.secrets {
		if strings.HasPrefix(secret, "gho_") && p.GitHub.TokenAlive(secret) {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("%d tokens are alive, want mona's alone", alive)
	}
	if page := other.PostForm("/settings/sessions/revoke", nil); page.Status != http.StatusBadRequest {
		t.Errorf("without a session: %s", page)
	}
}
