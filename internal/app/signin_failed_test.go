package app_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// full lets the database of p take no more rows of the kind.
func full(t *testing.T, p *apptest.Portal, table, when string) {
	t.Helper()
	db, err := sql.Open("sqlite", p.DatabasePath+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `CREATE TRIGGER disk_full BEFORE INSERT ON `+table+` WHEN `+when+`
		BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestSignInThatCannotBeWrittenDown: there is no session without its entry in
// the ledger, and no token at GitHub without a session. The session before goes on.
func TestSignInThatCannotBeWrittenDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		table, when string
		status      int
		outcomes    string // of the second sign-in, in the ledger
	}{
		"the entry":   {"ledger_attempts", "TRUE", http.StatusInternalServerError, ""},
		"the session": {"sessions", "NEW.viewer_id != 0", http.StatusInternalServerError, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apptest.Start(t, apptest.Options{})
			b := p.SignIn(t, apptest.Owner)
			before := b.Get("/settings").Doc.Find("[name=session]").Length()
			full(t, p, c.table, c.when)
			p.GitHub.ResetRequests()
			page := b.Send("GET", toGitHub(t, b, apptest.Owner).String(), nil, nil)
			if page.Status != c.status {
				t.Errorf("want %d: %s", c.status, page)
			}
			sent := changes(p.GitHub.Requests())
			if len(sent) == 0 || !strings.HasSuffix(sent[len(sent)-1], "/token") || !strings.HasPrefix(sent[len(sent)-1], "DELETE ") {
				t.Errorf("the token was not revoked: %v", sent)
			}
			if page := b.Get("/settings"); page.Status != http.StatusOK || page.Doc.Find("[name=session]").Length() != before {
				t.Errorf("the session before does not go on alone: %s", page)
			}
			var got []string
			for _, e := range entries(t, b, url.Values{"action": {"login"}}) {
				got = append(got, e.Outcome)
			}
			if want := strings.TrimSpace(c.outcomes + " done"); strings.Join(got, " ") != want {
				t.Errorf("the ledger has sign-ins that are %v, want %s", got, want)
			}
		})
	}
}
