package handlers

import (
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestDeletedOfARepository: case does not count among what is deleted either.
func TestDeletedOfARepository(t *testing.T) {
	t.Parallel()
	h := &edge{Deps: Deps{Now: time.Now}}
	gone := []gonePackage{
		{pkg: ghpkg.Package{ID: 1, Name: "app", Repository: &ghpkg.Repository{Name: "Platform", FullName: "acme/Platform"}}},
		{pkg: ghpkg.Package{ID: 2, Name: "tool"}}, // of none, or not given by GitHub
	}
	for repo, want := range map[string]int{"": 2, "Platform": 1, "platform": 1, "ACME/platform": 1, "plat": 0, "other/platform": 0} {
		got := selectGone(gone, h.asks("/orgs/acme/packages", ghpkg.Query{State: ghpkg.Deleted, Repo: repo, Page: 1, PerPage: 10}))
		if len(got.Rows) != want || got.Total != want {
			t.Errorf("repo=%s selects %+v; want %d", repo, got, want)
		}
	}
}
