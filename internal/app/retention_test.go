package app_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

const (
	retention = 400 * 24 * time.Hour
	removed   = `"msg":"old entries were removed from the ledger"`
)

// aged returns a portal in whose ledger is a sign-in of 402 days ago, with the
// id of its entry, and a replica that keeps entries for 400.
func aged(t *testing.T, databaseURL string) (first, second *apptest.Portal, old string) {
	t.Helper()
	clock := apptest.NewClock(time.Now())
	first = apptest.Start(t, apptest.Options{Clock: clock, DatabaseURL: databaseURL, Config: map[string]string{"ADMIN_TEAMS": "acme/owners"}})
	old = entries(t, first.SignIn(t, apptest.Owner), nil)[0].ID
	clock.Advance(retention + 2*24*time.Hour)
	return first, apptest.Start(t, apptest.Options{Beside: first, Config: map[string]string{"LEDGER_RETENTION": "400d"}}), old
}

// TestOldEntriesAreRemoved when the program starts, and everybody is told.
func TestOldEntriesAreRemoved(t *testing.T) {
	t.Parallel()
	first, p, old := aged(t, "")
	if !apptest.Eventually(func() bool { return strings.Contains(p.Log.String(), `"links":4`) }) { // the head that is noted next
		t.Fatalf("the log has no head:\n%s", p.Log)
	}
	if !strings.Contains(p.Log.String(), removed+`,"entries":1,"links":2,"before":"`) {
		t.Errorf("the log says nothing of it:\n%s", p.Log)
	}
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	admin, member := p.SignIn(t, apptest.Owner), p.SignIn(t, apptest.Member)
	page := admin.Get("/ledger")
	if text := page.Within("main"); !strings.Contains(text, "Entries are kept for 400 days.") || strings.Contains(text, "Nothing is ever removed") {
		t.Errorf("the ledger's page says %q", text)
	}
	row := page.Doc.Find(".row-ledger").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.Contains(s.Text(), "Remove old entries")
	})
	if text := row.Text(); row.Length() != 1 || !strings.Contains(text, "the portal itself") || !strings.Contains(text, "1 entry from before ") ||
		!strings.Contains(text, "STOCKROOM_LEDGER_RETENTION=400d") || strings.Contains(text, "GitHub said") {
		t.Errorf("the removal's row is %q", text)
	}
	href, _ := row.Find("a.name").Attr("href")
	if own := admin.Get(href); own.Status != http.StatusOK || !own.HasText("Last removed link2Its hash") || !own.HasText("the portal itself") {
		t.Errorf("the removal's page: %s", own)
	}
	if page := first.SignIn(t, apptest.Member).Get("/ledger"); !page.HasText("Nothing is ever removed from it.") {
		t.Errorf("where nothing is removed the page says: %s", page)
	}
	if page := member.Get("/ledger?action=trim"); page.Status != http.StatusOK || page.Doc.Find(".row-ledger").Length() != 0 || member.Get(href).Status != http.StatusNotFound {
		t.Errorf("a member sees what the portal did: %s", page)
	}
	for _, b := range []*apptest.Browser{admin, member} { // it was hers, but nobody learns that it was there at all
		if page := b.Get("/ledger/" + old); page.Status != http.StatusNotFound || !page.HasText("Entries are kept here for 400 days.") {
			t.Errorf("the removed entry: %s", page)
		}
		var why struct{ Code, Message string }
		if b.JSON("/ledger/"+old, http.StatusNotFound, &why); why.Code != string(fault.CodeNotKept) || !strings.Contains(why.Message, "400 days") {
			t.Errorf("the removed entry: %+v", why)
		}
		if b.JSON("/ledger/"+strings.Repeat("f", 8)+old[8:], http.StatusNotFound, &why); why.Code != string(fault.CodeNoEntry) {
			t.Errorf("one that was never there: %+v", why)
		}
	}
}

// TestTheRemovalInJSON names the portal as who did it, and what a program has to
// know to verify the rest.
func TestTheRemovalInJSON(t *testing.T) {
	t.Parallel()
	_, p, old := aged(t, "")
	if !apptest.Eventually(func() bool { return strings.Contains(p.Log.String(), removed) }) {
		t.Fatalf("nothing is removed:\n%s", p.Log)
	}
	p.GitHub.AddTeamMember(apptest.Org, "owners", apptest.Owner, "member")
	admin := p.SignIn(t, apptest.Owner)
	page := admin.Send("GET", "/ledger?format=json&action=trim", nil, nil)
	said := regexp.MustCompile(`"message": "1 entries of before (\S+)T00:00:00Z were removed, up to link 2 with the hash [0-9a-f]{64}"`)
	for _, want := range []string{`"actor": {"login": "","id": 0,"proxy_user": "","portal": true}`, `"target": null`, `"outcome": "done"`, `"total": 1`} {
		if !strings.Contains(strings.NewReplacer("\n", "", "        ", "", "      ", "").Replace(page.Body), want) {
			t.Errorf("the JSON has no %s: %s", want, page.Body)
		}
	}
	if !said.MatchString(page.Body) {
		t.Errorf("the JSON says: %s", page.Body)
	}
	if got := entries(t, admin, url.Values{"action": {"login"}}); len(got) != 1 || got[0].ID == old {
		t.Errorf("the sign-ins are %+v", got)
	}
	if page := admin.Send("GET", "/ledger?format=json&action=login", nil, nil); strings.Contains(page.Body, `"portal"`) {
		t.Errorf("a person is the portal: %s", page.Body)
	}
}

// TestReplicasRemoveTogether: one of several that start at once.
func TestReplicasRemoveTogether(t *testing.T) {
	t.Parallel()
	first, _, _ := aged(t, pgtest.Schema(t))
	var replicas []*apptest.Portal
	for range 3 {
		replicas = append(replicas, apptest.Start(t, apptest.Options{Beside: first, Config: map[string]string{"LEDGER_RETENTION": "400d"}}))
	}
	for _, p := range replicas {
		if !apptest.Eventually(func() bool { return strings.Contains(p.Log.String(), `"links":4`) }) {
			t.Fatalf("the log has no head:\n%s", p.Log)
		}
		if strings.Contains(p.Log.String(), `"level":"ERROR"`) || strings.Contains(p.Log.String(), `"level":"WARN"`) {
			t.Errorf("a replica complains:\n%s", p.Log)
		}
	}
	db, err := store.Look(t.Context(), string(first.Config.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if v, err := db.VerifyLedger(t.Context(), ""); err != nil || !v.Intact() || v.Entries != 1 || v.Links != 4 || v.Removed != 2 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestAProgramThatMayNotRemove says once an hour who may, and serves.
func TestAProgramThatMayNotRemove(t *testing.T) {
	t.Parallel()
	url := pgtest.Schema(t)
	first := apptest.Start(t, apptest.Options{Clock: apptest.NewClock(time.Now().Add(-2 * retention)), DatabaseURL: url})
	first.SignIn(t, apptest.Owner)
	first.Stop()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{ // as the grants of docs/ledger.md do
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'permission denied' USING ERRCODE = '42501'; END $$`,
		`CREATE TRIGGER refuse BEFORE DELETE ON ledger_outcomes EXECUTE FUNCTION refuse()`,
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	p := apptest.Start(t, apptest.Options{DatabaseURL: url, Config: map[string]string{"LEDGER_RETENTION": "400d"}})
	if !apptest.Eventually(func() bool { return strings.Contains(p.Log.String(), `"links":2`) }) {
		t.Fatalf("the log has no head:\n%s", p.Log)
	}
	if log := p.Log.String(); strings.Count(log, `"level":"WARN"`) != 1 || !strings.Contains(log, "run stockroom -trim-ledger") || strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the log says:\n%s", log)
	}
	if page := p.SignIn(t, apptest.Owner).Get("/ledger"); page.Status != http.StatusOK {
		t.Errorf("then the ledger: %s", page)
	}
}

// TestEntriesAreKeptForEver where nobody has said for how long.
func TestEntriesAreKeptForEver(t *testing.T) {
	t.Parallel()
	clock := apptest.NewClock(time.Now())
	first := apptest.Start(t, apptest.Options{Clock: clock})
	first.SignIn(t, apptest.Owner)
	clock.Advance(20 * 365 * 24 * time.Hour)
	p := apptest.Start(t, apptest.Options{Beside: first})
	if !apptest.Eventually(func() bool { return strings.Contains(p.Log.String(), `"msg":"ledger","head"`) }) { // which is looked at after
		t.Fatalf("the log has no head:\n%s", p.Log)
	}
	if got := entries(t, p.SignIn(t, apptest.Owner), nil); len(got) != 2 || strings.Contains(p.Log.String(), removed) {
		t.Errorf("kept are %+v", got)
	}
}
