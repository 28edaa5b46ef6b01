package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// TestDestinationsAreInTheLedger: whoever changes who is told what, and whoever
// tried to; shown, found by its action, and without the address.
func TestDestinationsAreInTheLedger(t *testing.T) {
	t.Parallel()
	to := newListener(t)
	p, _ := startGated(t, nil)
	admin := p.SignIn(t, apptest.Owner, allScopes...)
	var added struct{ ID string }
	admin.PostJSON(link.Notices, to.where(), 200, &added)
	intruder := p.SignIn(t, oscar, allScopes...)
	for _, verb := range []string{"pause", "resume", "language", "remove"} {
		admin.PostJSON(link.Destination(added.ID, verb), url.Values{"language": {"ko"}}, 200, nil)
		intruder.PostJSON(link.Destination(added.ID, verb), nil, http.StatusForbidden, nil)
	}
	intruder.PostJSON(link.Notices, to.where(), http.StatusForbidden, nil)
	for _, action := range []ghpkg.Action{
		ghpkg.ActionAddDestination, ghpkg.ActionPauseDestination, ghpkg.ActionResumeDestination,
		ghpkg.ActionTranslateDestination, ghpkg.ActionRemoveDestination,
	} {
		of := url.Values{"action": {string(action)}}
		var got []string
		for _, e := range entries(t, admin, of) {
			line := e.Actor.Login + " " + e.Outcome + " " + e.Code
			if e.Target != nil {
				line += e.Target.Name
			}
			got = append(got, line)
		}
		host, _ := strings.CutPrefix(to.URL, "http://")
		want := []string{oscar + " denied " + string(fault.CodeNotAdmin), apptest.Owner + " done webhook " + host + " (the archive)"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
		page := admin.Get(link.LedgerQuery(of))
		if !page.HasText("webhook "+host+" (the archive)") || strings.Contains(page.Body, "hush") || strings.Contains(page.Body, "action."+string(action)) {
			t.Errorf("%s: %s", action, page)
		}
	}
	if all := entries(t, intruder, url.Values{"outcome": {"done"}, "action": {"add_destination"}}); len(all) != 0 {
		t.Errorf("who is no admin reads %+v", all)
	}
	admin.PostJSON(link.Destination(added.ID, "remove"), nil, http.StatusNotFound, nil) // which is nothing
	if all := entries(t, admin, url.Values{"action": {"remove_destination"}}); len(all) != 2 {
		t.Errorf("in the ledger: %+v", all)
	}
}
