package lean_test

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

const place = "https://github.com/orgs/acme/packages/container/api"

// several are versions of all kinds, no two of which are the same.
func several() []ghpkg.Version {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	digest := "sha256:" + strings.Repeat("0aF9", 16)
	return []ghpkg.Version{
		{},
		{ID: 7, Name: "1.0", CreatedAt: at, UpdatedAt: at.Add(time.Hour)},
		{ID: 7, Name: "1.0", CreatedAt: at, UpdatedAt: at.Add(time.Hour), DeletedAt: &at},
		{ID: 7, Name: "1.0", CreatedAt: at, UpdatedAt: at.Add(time.Hour), DeletedAt: new(time.Time)},
		{ID: 7, Name: strings.ToLower(digest), HTMLURL: place + "/7", Tags: []string{"latest", "v1"}},
		{ID: 7, Name: strings.ToLower(digest), HTMLURL: place + "/7", Tags: []string{"latest"}},
		{ID: 7, Name: strings.ToLower(digest), HTMLURL: place + "/7", Tags: []string{}},
		{ID: 7, Name: strings.ToLower(digest), HTMLURL: place + "/8"},
		{ID: 8, Name: digest, HTMLURL: place + "/8"},
		{ID: 8, Name: strings.ToLower(digest), HTMLURL: place + "/8"},
		{ID: 8, Name: strings.ToLower(digest), HTMLURL: place + "/8?tag=latest", Description: "line\nline"},
		{ID: 8, Name: strings.ToLower(digest[:70]), License: "MIT"},
		{ID: 8, Name: "sha256:" + strings.Repeat("xy", 32), HTMLURL: "/8"},
		{ID: 8, Name: "sha512:" + strings.Repeat("00", 32), HTMLURL: "8"},
	}
}

func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	want := several()
	for n, v := range lean.All(want) {
		if diff := gocmp.Diff(want[n], v.Full()); diff != "" {
			t.Errorf("%d (-want +got):\n%s", n, diff)
		}
		if diff := gocmp.Diff(want[n].Tags, v.Tags()); diff != "" || v.Name() != want[n].Name {
			t.Errorf("%d: is called %q, tags (-want +got):\n%s", n, v.Name(), diff)
		}
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	all, again := lean.All(several()), lean.All(several())
	for n, a := range all {
		for m, b := range again {
			if got := lean.Same(a, b); got != (n == m) {
				t.Errorf("%d and %d are the same: %t", n, m, got)
			}
		}
	}
}

// TestDigestsAreOrderedAsTheyAreWritten: by their bytes.
func TestDigestsAreOrderedAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	all := lean.All([]ghpkg.Version{
		{Name: "sha256:" + strings.Repeat("09", 32)}, {Name: "sha256:" + strings.Repeat("9f", 32)},
		{Name: "sha256:" + strings.Repeat("a0", 32)}, {Name: "1.0"},
	})
	for n := range all {
		for m := range all {
			order, both := lean.Digests(&all[n], &all[m])
			if both != (n < 3 && m < 3) || both && order != strings.Compare(all[n].Name(), all[m].Name()) {
				t.Errorf("%s and %s: %d, %t", all[n].Name(), all[m].Name(), order, both)
			}
		}
	}
}
