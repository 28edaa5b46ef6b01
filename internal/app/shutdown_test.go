package app_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// announcing tells of the deletions that leave for GitHub.
type announcing chan struct{}

func (a announcing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodDelete {
		close(a)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestShutdownKeepsTheOutcomeOfAChange that is on its way: the connection is
// closed, and the answer comes later.
func TestShutdownKeepsTheOutcomeOfAChange(t *testing.T) {
	t.Parallel()
	left := make(announcing)
	p := apptest.Start(t, apptest.Options{Transport: left})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	p.GitHub.Inject(ghfake.Fault{Method: http.MethodDelete, PathPattern: "/versions/101$", Delay: 500 * time.Millisecond, Act: true})
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		if page, err := b.TrySend("POST", version+"/delete", nil, nil); err == nil {
			t.Errorf("somebody was left to be answered: %s", page)
		}
	}()
	<-left
	p.Stop()
	<-cut
	db, err := store.Look(t.Context(), string(p.Config.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	entries, _, err := db.Entries(t.Context(),
		ghpkg.LedgerFilter{Actions: []ghpkg.Action{ghpkg.ActionDelete}, VisibleTo: ghpkg.VisibleTo{All: true}}, ghpkg.LedgerPage{Limit: 9})
	if err != nil || len(entries) != 1 || entries[0].Outcome != ghpkg.OutcomeDone {
		t.Errorf("the ledger has %+v, %v", entries, err)
	}
}
