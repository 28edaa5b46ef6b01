package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// TestAChatHasALanguage: the one of whoever adds it, unless they choose another;
// shown, and spoken.
func TestAChatHasALanguage(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	b := p.SignIn(t, apptest.Owner, allScopes...)
	add := func(kind, button string) {
		t.Helper()
		page := b.Submit(b.Get(link.Notices), button, url.Values{"kind": {kind}, "name": {kind}, "url": {to.URL}, "event": {"deleted"}})
		if page.Status != http.StatusOK {
			t.Errorf("adding a %s: %s", kind, page)
		}
	}
	add("webhook", "Add a destination")
	b.PostJSON(link.Settings, url.Values{"language": {"ko"}}, http.StatusOK, nil)
	add("slack", "알림 대상 추가")

	var all struct {
		Items []struct{ ID, Kind, Language string }
	}
	b.JSON(link.Notices, http.StatusOK, &all)
	if len(all.Items) != 2 || all.Items[0].Language != "en" || all.Items[1].Language != "ko" {
		t.Fatalf("added: %+v", all)
	}
	page := b.Get(link.Notices)
	for i, want := range []bool{false, true} { // of a webhook it says nothing
		if facts := page.Within("#d-" + all.Items[i].ID + " dl"); strings.Contains(facts, "한국어") != want || strings.Contains(facts, "English") {
			t.Errorf("the %s is shown with %q", all.Items[i].Kind, facts)
		}
	}
	b.PostJSON(link.Destination(all.Items[1].ID, "test"), nil, http.StatusOK, nil)
	if told := to.first(t, "ping"); !strings.Contains(told.body, "테스트입니다") {
		t.Errorf("told: %s", told.body)
	}
	for _, unknown := range []string{"fr", "English", "KO"} {
		wanted := to.where()
		wanted.Set("language", unknown)
		page := b.PostJSON(link.Notices, wanted, http.StatusBadRequest, nil)
		if !strings.Contains(page.Body, "language") {
			t.Errorf("in %q: %s", unknown, page)
		}
	}
}

// TestAChatsLanguageCanBeChanged by its form and by programs, to one that there
// is, and holds from the next notice on; a webhook has no such form.
func TestAChatsLanguageCanBeChanged(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	b := p.SignIn(t, apptest.Owner, allScopes...)
	var ids [2]struct{ ID string }
	for i, kind := range []string{"slack", "webhook"} {
		wanted := to.where()
		wanted.Set("kind", kind)
		b.PostJSON(link.Notices, wanted, http.StatusOK, &ids[i])
	}
	chat, hook := ids[0].ID, ids[1].ID
	language := func() string {
		var all struct {
			Items []struct{ ID, Language string }
		}
		b.JSON(link.Notices, http.StatusOK, &all)
		return all.Items[slices.IndexFunc(all.Items, func(d struct{ ID, Language string }) bool { return d.ID == chat })].Language
	}

	page := b.Submit(b.Get(link.Notices), "Change the language the archive", url.Values{"language": {"ko"}})
	if facts := page.Within("#d-" + chat + " dl"); page.Status != http.StatusOK || !page.HasText("Saved.") || !strings.Contains(facts, "한국어") {
		t.Errorf("after the form: %s", page)
	}
	if chosen := page.Doc.Find("#d-" + chat + " option[selected]").Text(); chosen != "한국어" {
		t.Errorf("the form offers %q first", chosen)
	}
	if page.Doc.Find("#d-"+hook+" select").Length() != 0 {
		t.Error("a webhook's language can be chosen")
	}
	b.PostJSON(link.Destination(chat, "test"), nil, http.StatusOK, nil)
	if told := to.first(t, "ping"); !strings.Contains(told.body, "테스트입니다") {
		t.Errorf("told: %s", told.body)
	}
	for _, unknown := range []string{"", "fr", "한국어"} {
		page := b.PostJSON(link.Destination(chat, "language"), url.Values{"language": {unknown}}, http.StatusBadRequest, nil)
		if !strings.Contains(page.Body, "language") || language() != "ko" {
			t.Errorf("to %q: it is %q now, %s", unknown, language(), page)
		}
	}
	b.PostJSON(link.Destination(chat, "language"), url.Values{"language": {"en"}}, http.StatusOK, nil)
	if got := language(); got != "en" {
		t.Errorf("after the program's: %q", got)
	}
}
