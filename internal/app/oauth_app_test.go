package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestWrongClientSecret: what only the operator can mend is told as that, in
// GitHub's words, without the offer to try again, and is an error of the log.
func TestWrongClientSecret(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"GITHUB_CLIENT_SECRET": "another"}})
	b := p.Browser(t)
	b.Approve(apptest.Owner)
	page := b.Get("/login")
	if page.Status != http.StatusInternalServerError || !page.HasText("Not signed in") || page.HasText("Sign in again") ||
		!page.HasText("The client_id and/or client_secret passed are incorrect.") || !page.HasText("Whoever runs it needs to compare") {
		t.Errorf("%s", page)
	}
	if log := p.Log.String(); !strings.Contains(log, "level=ERROR") && !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, "incorrect_client_credentials") {
		t.Errorf("the log says %s", log)
	}
}
