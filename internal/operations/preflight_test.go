package operations_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// of makes a version of package "p"; tags make it tagged.
func of(typ ghpkg.Type, v ghpkg.Visibility, id int64, tags ...string) ghpkg.OperationItem {
	return ghpkg.OperationItem{Target: ghpkg.Target{
		Owner: acme(), Type: typ, Name: "p", Visibility: v, PackageID: 7, VersionID: id, VersionName: "v", Tags: tags,
	}}
}

func facts(typ ghpkg.Type, versions, tagged int, complete bool) []ghpkg.PackageFacts {
	ref, err := ghpkg.NewRef(acme(), typ, "p")
	if err != nil {
		panic(err)
	}
	return []ghpkg.PackageFacts{{Ref: ref, Versions: versions, Tagged: tagged, Complete: complete}}
}

func with(item ghpkg.OperationItem, check ghpkg.ItemCheck) ghpkg.OperationItem {
	item.Check = check
	return item
}

func TestPreflightOfDeletions(t *testing.T) {
	t.Parallel()
	const private, public = ghpkg.Private, ghpkg.Public
	npm := func(id int64) ghpkg.OperationItem { return of(ghpkg.NPM, private, id) }
	image := func(id int64, tags ...string) ghpkg.OperationItem { return of(ghpkg.Container, private, id, tags...) }
	type items = []ghpkg.OperationItem
	type checks = []ghpkg.ItemCheck
	const ok, last, tagged, open = ghpkg.CheckOK, ghpkg.CheckLastVersion, ghpkg.CheckLastTagged, ghpkg.CheckUnknown
	for _, test := range []struct {
		name  string
		items items
		facts []ghpkg.PackageFacts
		want  checks
	}{
		{"some of many", items{npm(1), npm(2)}, facts(ghpkg.NPM, 3, 0, true), checks{ok, ok}},
		{"all of them: the last stays", items{npm(1), npm(2)}, facts(ghpkg.NPM, 2, 0, true), checks{ok, last}},
		{"one that is gone does not count", items{npm(1), with(npm(2), ghpkg.CheckGone)}, facts(ghpkg.NPM, 2, 0, true), checks{ok, ghpkg.CheckGone}},
		{"nothing is known of the package: only the last could be the last", items{npm(1), npm(2)}, nil, checks{ok, open}},
		{"not all of it is known", items{npm(1), npm(2)}, facts(ghpkg.NPM, 2, 0, false), checks{ok, open}},
		{"enough of it is known", items{npm(1), npm(2)}, facts(ghpkg.NPM, 3, 0, false), checks{ok, ok}},
		{"public", items{of(ghpkg.NPM, public, 1)}, facts(ghpkg.NPM, 2, 0, true), checks{ghpkg.CheckDownloads}},
		{"public, and the last", items{of(ghpkg.NPM, public, 1)}, facts(ghpkg.NPM, 1, 0, true), checks{last}},
		{"visibility not given", items{of(ghpkg.NPM, "", 1)}, facts(ghpkg.NPM, 2, 0, true), checks{open}},
		{
			"all tagged images, and others stay", items{image(1, "a"), image(2, "b"), image(3)}, facts(ghpkg.Container, 4, 2, true),
			checks{ok, tagged, ghpkg.CheckUntagged},
		},
		{
			"all images: the last tagged one stays", items{image(1, "a"), image(2, "b"), image(3)}, facts(ghpkg.Container, 3, 2, true),
			checks{ok, last, ghpkg.CheckUntagged},
		},
		{"all images, none tagged", items{image(1), image(2)}, facts(ghpkg.Container, 2, 0, true), checks{ghpkg.CheckUntagged, last}},
		{"a tagged one stays", items{image(1, "a"), image(3)}, facts(ghpkg.Container, 3, 2, true), checks{ok, ghpkg.CheckUntagged}},
		{"whether a tagged one stays is not known", items{image(1, "a"), image(3)}, facts(ghpkg.Container, 3, 1, false), checks{open, ghpkg.CheckUntagged}},
		{
			"the old Docker registry", items{of(ghpkg.Docker, private, 1, "a"), of(ghpkg.Docker, private, 2)}, facts(ghpkg.Docker, 3, 1, true),
			checks{open, ghpkg.CheckUntagged},
		},
		{"a whole package", items{of(ghpkg.NPM, private, 0)}, nil, checks{ok}},
		{"a whole public package", items{of(ghpkg.NPM, public, 0)}, nil, checks{ghpkg.CheckDownloads}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := operations.Preflight(test.items, test.facts, ghpkg.ActionDelete, noon)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("checks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPreflightOfRestorations(t *testing.T) {
	t.Parallel()
	deleted := func(at time.Time) ghpkg.OperationItem {
		item := of(ghpkg.NPM, ghpkg.Public, 1)
		item.DeletedAt = at
		return item
	}
	items := []ghpkg.OperationItem{
		deleted(noon.Add(-time.Hour)), deleted(noon.Add(-ghpkg.RestoreWindow)), deleted(noon.Add(-ghpkg.RestoreWindow + time.Second)),
		deleted(time.Time{}), with(deleted(noon), ghpkg.CheckNameReused),
	}
	want := []ghpkg.ItemCheck{ghpkg.CheckOK, ghpkg.CheckTooLate, ghpkg.CheckOK, ghpkg.CheckUnknown, ghpkg.CheckNameReused}
	if diff := cmp.Diff(want, operations.Preflight(items, nil, ghpkg.ActionRestore, noon)); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
}
