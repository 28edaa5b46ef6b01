package store_test

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestAStricterDatabase is one whose operator has made another isolation the
// default: writers of the ledger still wait for one another, and do not fail.
func TestAStricterDatabase(t *testing.T) {
	t.Parallel()
	for _, isolation := range []string{"repeatable read", "serializable"} {
		t.Run(isolation, func(t *testing.T) {
			t.Parallel()
			databaseURL := asRoleWith(t, isolation)
			programs := []*store.Store{open(t, databaseURL), open(t, databaseURL)}
			var wg sync.WaitGroup
			for w := range 6 {
				wg.Go(func() {
					s := programs[w%2]
					for n := range 10 {
						e := attempt(t, 100*w+n, nil)
						if err := s.Begin(t.Context(), e); err != nil {
							t.Error(err)
							return
						}
						if err := s.Settle(t.Context(), e.ID, ghpkg.Settlement{At: e.At, Outcome: ghpkg.OutcomeDone}); err != nil {
							t.Error(err)
							return
						}
						if _, err := s.Lease(t.Context(), 1, fmt.Sprint(w), epoch, epoch.Add(time.Second)); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			intact(t, programs[0], 60, 60)
			if trim := trimmed(t, programs[1], 1, epoch.AddDate(0, 0, 9)); trim.Entries != 60 {
				t.Errorf("removed %+v", trim)
			}
		})
	}
}

// asRoleWith returns an empty database as a role with that isolation sees it.
func asRoleWith(t *testing.T, isolation string) string {
	t.Helper()
	databaseURL := postgresSchema(t)
	admin := connectTo(t, databaseURL)
	var can bool
	if err := admin.QueryRowContext(t.Context(), `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&can); err != nil {
		t.Fatal(err)
	}
	if !can {
		t.Skip("the test's role makes no roles; that of make test does")
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	role := "strict_" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		for _, query := range []string{`DROP OWNED BY ` + role + ` CASCADE`, `DROP ROLE ` + role} {
			if _, err := admin.Exec(query); err != nil {
				t.Errorf("%s: %v", query, err)
			}
		}
	})
	for _, query := range []string{
		`CREATE ROLE ` + role + ` LOGIN PASSWORD 'hunter2'`,
		`ALTER ROLE ` + role + ` SET default_transaction_isolation = '` + isolation + `'`,
		`GRANT USAGE, CREATE ON SCHEMA ` + u.Query().Get("search_path") + ` TO ` + role,
	} {
		if _, err := admin.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	u.User = url.UserPassword(role, "hunter2")
	return u.String()
}
