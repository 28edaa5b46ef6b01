package app_test

import (
	"net/http"
	"net/url"
	"slices"
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
	olivia.PostJSON(page+"/restore", nil, http.StatusOK, nil)
	p.GitHub.DeleteVersionNow(web, here)
	olivia.PostJSON(table+"/-/refresh", nil, http.StatusOK, nil)
	olivia.PostJSON("/orgs/acme/-/refresh", nil, http.StatusOK, nil)
	known("restored here, and deleted elsewhere at once", false)
	p.GitHub.RestoreVersionNow(web, here)
	clock.Advance(time.Hour)
	p.GitHub.DeleteVersionNow(web, here)
	olivia.PostJSON(table+"/-/refresh", nil, http.StatusOK, nil)
	olivia.PostJSON("/orgs/acme/-/refresh", nil, http.StatusOK, nil)
	known("restored, and deleted elsewhere", false)
}

// TestDeletedVersionsAreFoundByTheirTags: GitHub lists no tags of what is deleted,
// the ledger knows those of what was deleted here. Of the others nobody says that
// they have none.
func TestDeletedVersionsAreFoundByTheirTags(t *testing.T) {
	t.Parallel()
	p, _ := clocked(t)
	olivia, web := p.SignIn(t, apptest.Owner, allScopes...), acmes(t, ghpkg.Container, "team/web")
	bare, tagged, elsewhere := apptest.VersionOf(apptest.Container, 1), apptest.VersionOf(apptest.Container, 2), apptest.VersionOf(apptest.Container, 3)
	const table = "/orgs/acme/packages/container/team/web"
	for _, id := range []int64{bare, tagged} {
		olivia.PostJSON(table+"/-/versions/"+strconv.FormatInt(id, 10)+"/delete", nil, http.StatusOK, nil)
	}
	p.GitHub.DeleteVersionNow(web, elsewhere)
	swept(t, olivia, acmeBin)

	for _, tt := range []struct {
		q        string
		want     []int64
		unclear  bool
		selected int // the status of a draft of all that match
	}{
		{"tag:1.0", []int64{tagged}, true, http.StatusConflict},
		{"tag:9.9", nil, true, http.StatusConflict},
		{"tag:none", []int64{bare}, true, http.StatusConflict},
		{"-tag:none", []int64{tagged}, true, http.StatusConflict},
		{"1.0", []int64{tagged}, false, http.StatusCreated}, // words look at what is known
	} {
		from := table + "?" + url.Values{"state": {"deleted"}, "q": {tt.q}}.Encode()
		var rows struct {
			Complete bool
			Items    []struct{ ID int64 }
			Notices  []struct{ Message string }
		}
		olivia.JSON(from, http.StatusOK, &rows)
		var ids []int64
		for _, row := range rows.Items {
			ids = append(ids, row.ID)
		}
		if !slices.Equal(ids, tt.want) || rows.Complete == tt.unclear {
			t.Errorf("%s: %+v, want %v", tt.q, rows, tt.want)
		}
		if html := olivia.Get(from); html.HasText("which tags it had") != tt.unclear {
			t.Errorf("%s: the page says that tags are not known: %t", tt.q, !tt.unclear)
		}
		olivia.PostJSON("/operations", url.Values{"action": {"restore"}, "all": {"1"}, "from": {from}}, tt.selected, nil)
	}

	var bin struct {
		Items []struct{ Version struct{ ID int64 } }
	}
	olivia.JSON(acmeBin+"?q=1.0", http.StatusOK, &bin)
	if len(bin.Items) != 1 || bin.Items[0].Version.ID != tagged {
		t.Errorf("the bin finds %+v", bin.Items)
	}
	var draft struct {
		Total int
		Items []struct{ Tags []string }
	}
	olivia.PostJSON("/operations", url.Values{"action": {"restore"}, "all": {"1"}, "from": {acmeBin + "?q=1.0"}}, http.StatusCreated, &draft)
	if draft.Total != 1 || !slices.Equal(draft.Items[0].Tags, []string{"1.0"}) {
		t.Errorf("what is to be restored of the bin: %+v", draft)
	}
}
