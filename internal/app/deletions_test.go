package app_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestWhoDeletedAVersion: the ledger says of a deleted version who deleted it,
// why, and which tags it had, wherever it is listed; and nothing of a version
// that was deleted elsewhere, also where it had once been deleted here.
func TestWhoDeletedAVersion(t *testing.T) {
	t.Parallel()
	p, clock := clocked(t)
	olivia, web := p.SignIn(t, apptest.Owner, allScopes...), acmes(t, ghpkg.Container, "team/web")
	here, elsewhere := apptest.VersionOf(apptest.Container, 2), apptest.VersionOf(apptest.Container, 1)
	const table = "/orgs/acme/packages/container/team/web"
	page := table + "/-/versions/" + strconv.FormatInt(here, 10)
	olivia.PostJSON(page+"/delete", url.Values{"reason": {"out of use"}}, http.StatusOK, nil)
	p.GitHub.DeleteVersionNow(web, elsewhere)

	known := func(what string, want bool) {
		t.Helper()
		type who struct {
			ID        int64
			DeletedBy string `json:"deleted_by"`
			Ledger    string
		}
		var bin struct{ Items []struct{ Version *who } }
		var versions struct{ Items []who }
		var one who
		swept(t, olivia, acmeBin)
		olivia.JSON(acmeBin, http.StatusOK, &bin)
		olivia.JSON(table+"?state=deleted", http.StatusOK, &versions)
		olivia.JSON(page, http.StatusOK, &one)
		rows := append(versions.Items, one)
		for _, row := range bin.Items {
			rows = append(rows, *row.Version)
		}
		if len(rows) != 5 {
			t.Fatalf("%s: %+v", what, rows)
		}
		for _, row := range rows {
			if known := row.DeletedBy == apptest.Owner && row.Ledger != ""; known != (want && row.ID == here) || !known && row.DeletedBy != "" {
				t.Errorf("%s: %+v", what, row)
			}
		}
		for _, at := range []string{acmeBin, table + "?state=deleted", page} {
			html := olivia.Get(at)
			if got := html.HasText("by olivia") && html.HasText("out of use") && html.HasText("with the tags 1.0"); got != want {
				t.Errorf("%s: %s says who deleted it: %t", what, at, got)
			}
		}
	}
	known("deleted here", true)
	p.GitHub.RestoreVersionNow(web, here)
	clock.Advance(time.Hour)
	p.GitHub.DeleteVersionNow(web, here)
	olivia.PostJSON(table+"/-/refresh", nil, http.StatusOK, nil)
	olivia.PostJSON("/orgs/acme/-/refresh", nil, http.StatusOK, nil)
	known("restored, and deleted elsewhere", false)
}
