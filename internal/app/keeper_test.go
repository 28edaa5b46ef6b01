package app_test

import (
	"regexp"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestTheLogHasTheLedgersHead: what a start has logged is found in the chain
// later, however much was written since.
func TestTheLogHasTheLedgersHead(t *testing.T) {
	t.Parallel()
	first := apptest.Start(t, apptest.Options{})
	first.SignIn(t, apptest.Owner) // which is an entry
	first.Stop()
	second := apptest.Start(t, apptest.Options{Beside: first})
	pattern := regexp.MustCompile(`"msg":"ledger","head":"([0-9a-f]{64})","links":2`)
	var found []string
	if !apptest.Eventually(func() bool { found = pattern.FindStringSubmatch(second.Log.String()); return found != nil }) {
		t.Fatalf("the log does not have it:\n%s", second.Log.String())
	}
	second.SignIn(t, apptest.Member)
	db, err := store.Look(t.Context(), string(second.Config.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	v, err := db.VerifyLedger(t.Context(), found[1])
	if err != nil || !v.Intact() || v.Noted != 2 || v.Links != 4 {
		t.Errorf("%+v, %v", v, err)
	}
}
