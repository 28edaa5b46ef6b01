package views_test

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// What the help shows has to be a query.
func TestExamplesCanBeAsked(t *testing.T) {
	t.Parallel()
	for _, e := range views.PackageExamples() {
		if _, err := query.ParsePackages(e.Query, now()); err != nil {
			t.Errorf("%s: %v", e.Query, err)
		}
	}
	for _, typ := range ghpkg.Types() {
		for _, e := range views.VersionExamples(typ) {
			if _, err := query.ParseVersions(e.Query, typ, now()); err != nil {
				t.Errorf("%s of %s: %v", e.Query, typ, err)
			}
		}
	}
}

func TestColumnsAreHiddenByAttributes(t *testing.T) {
	t.Parallel()
	table := world{"auto"}.table(ghpkg.Active)
	table.Rows, table.Columns = rows(), views.Columns{Compact: true, HideVersions: true, HideRepository: true}
	section := parse(t, html(t, speak(t, "en"), table.Table())).Find("#packages")
	if got, want := section.AttrOr("data-hide", ""), "versions repository"; got != want {
		t.Errorf("data-hide = %q, want %q", got, want)
	}
	if _, ok := section.Attr("data-compact"); !ok {
		t.Error("no data-compact")
	}
	if got := section.Find(".columns > *").Length(); got != 2 {
		t.Errorf("%d headings, want name and updated", got)
	}
}
