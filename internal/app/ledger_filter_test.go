package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// TestTheLedgerOfChanges: one click leaves the sign-ins out, in every form of
// the table, and the other filters stay.
func TestTheLedgerOfChanges(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	b.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	b.PostJSON(version+"/restore", nil, http.StatusOK, nil)
	page := b.Get("/ledger?owner=acme&action=login")
	href := ""
	page.Doc.Find(".tabs a").Each(func(_ int, a *goquery.Selection) {
		if strings.TrimSpace(a.Text()) == "Only deletions and restores" {
			href = a.AttrOr("href", "")
		}
	})
	u, err := url.Parse(href)
	if err != nil || u.Query().Get("owner") != "acme" {
		t.Fatalf("the tab leads to %q, %v", href, err)
	}
	b.Get(href)
	filter := u.Query()
	filter.Del("owner")
	var actions []string
	for _, e := range entries(t, b, filter) {
		actions = append(actions, e.Action)
	}
	if diff := cmp.Diff([]string{"restore", "delete"}, actions); diff != "" {
		t.Errorf("deletions and restores (-want +got):\n%s", diff)
	}
	if all := entries(t, b, nil); len(all) != 3 {
		t.Errorf("the ledger without filters has %d entries, want the sign-in, too", len(all))
	}
	if page := b.Send("GET", "/ledger?format=json&action=delete,destroy", nil, nil); page.Status != http.StatusBadRequest || !strings.Contains(page.Body, "destroy") {
		t.Errorf("an action that is none: %s", page)
	}
}

// TestTheLedgersLastDayIsPartOfIt: as its label says.
func TestTheLedgersLastDayIsPartOfIt(t *testing.T) {
	t.Parallel()
	p, b := start(t)
	today := p.GitHub.Now().UTC()
	for day, want := range map[time.Time]int{today: 1, today.AddDate(0, 0, -1): 0} {
		until := day.Format(time.DateOnly)
		if got := entries(t, b, url.Values{"until": {until}}); len(got) != want {
			t.Errorf("until %s there are %d entries, want %d", until, len(got), want)
		}
	}
	if label := b.Get("/ledger").Doc.Find(".field-day:has([name=until]) span").Text(); label != "To" {
		t.Errorf("the last day is called %q", label)
	}
}
