package views_test

import (
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// TestNotices: there is one box, with the weightiest notice; all the others are
// in it, and that the table is not whole is said without unfolding them.
func TestNotices(t *testing.T) {
	t.Parallel()
	const incomplete = "this table is not complete"
	for name, c := range map[string]struct {
		kinds          []ghpkg.NoticeKind
		drift          bool
		first, summary string
	}{
		"none":              {},
		"one":               {kinds: []ghpkg.NoticeKind{ghpkg.NoticeLoading}, first: "loading"},
		"drift alone":       {drift: true, first: "3 packages"},
		"missing first":     {kinds: []ghpkg.NoticeKind{ghpkg.NoticeLoading, ghpkg.NoticeRepoScope, ghpkg.NoticeTypeFailed}, first: "type_failed", summary: "2 more notices: " + incomplete},
		"two of a kind":     {kinds: []ghpkg.NoticeKind{ghpkg.NoticeTypeFailed, ghpkg.NoticeTypeFailed}, first: "type_failed", summary: "1 more notice: " + incomplete},
		"whole":             {kinds: []ghpkg.NoticeKind{ghpkg.NoticeStale}, drift: true, first: "stale", summary: "1 more notice"},
		"drift among gaps":  {kinds: []ghpkg.NoticeKind{ghpkg.NoticeNoList, ghpkg.NoticeCap}, drift: true, first: "cap", summary: "2 more notices: " + incomplete},
		"asked for first":   {kinds: []ghpkg.NoticeKind{ghpkg.NoticeRepoScope, ghpkg.NoticeUnknown}, first: "unknown", summary: "1 more notice: " + incomplete},
		"order is no gap":   {kinds: []ghpkg.NoticeKind{ghpkg.NoticeStale, ghpkg.NoticeUnsorted}, first: "unsorted", summary: "1 more notice"},
		"unknown is no end": {kinds: []ghpkg.NoticeKind{ghpkg.NoticeBudget, "new"}, first: "new", summary: "1 more notice: " + incomplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := world{"auto"}.table(ghpkg.Active)
			for _, kind := range c.kinds {
				table.Notices = append(table.Notices, views.Notice{Kind: kind, Text: string(kind), Said: "GitHub on " + string(kind)})
			}
			if c.drift {
				table.Drift = &views.Drift{Count: 3, Since: ago(3), Href: "/bin"}
			}
			boxes := parse(t, html(t, speak(t, "en"), table.Table())).Find(".flash")
			if want := min(1, len(c.first)); boxes.Length() != want {
				t.Fatalf("%d boxes, want %d", boxes.Length(), want)
			}
			if got := boxes.Find(".flash-body > .notice").Text(); !strings.HasPrefix(got, c.first) {
				t.Errorf("the first says %q, want %q", got, c.first)
			}
			if got := boxes.Find("details:not([open]) > summary").Text(); got != c.summary {
				t.Errorf("the summary says %q, want %q", got, c.summary)
			}
			for _, kind := range c.kinds {
				if !strings.Contains(boxes.Text(), "GitHub on "+string(kind)) {
					t.Errorf("%s is not told", kind)
				}
			}
		})
	}
}

// TestNothingKnownToMatch: where it is not known which rows a query means, an
// empty table does not say that there are none.
func TestNothingKnownToMatch(t *testing.T) {
	t.Parallel()
	packages, versions := world{"auto"}.table(ghpkg.Active), views.PackagePage{Total: 0}
	packages.Filter.Active, versions.Filter.Active = true, true
	for _, unclear := range []bool{false, true} {
		packages.Unclear, versions.Unclear = unclear, unclear
		for name, page := range map[string]string{"packages": html(t, speak(t, "en"), packages.Table()), "versions": html(t, speak(t, "en"), versions.Table())} {
			doc := parse(t, page)
			none := strings.Contains(doc.Find(".box").Text(), "match these filters") && doc.Find(".box-head .muted[data-total]").Length() == 1
			known := strings.Contains(doc.Find(".box").Text(), "Nothing is known to match") && doc.Find(".box-head .muted[data-total]").Length() == 0
			if none == unclear || known != unclear {
				t.Errorf("%s, unclear: %t: %s", name, unclear, doc.Find(".box").Text())
			}
		}
	}
}

// TestVersionsColumn: the column is there where a number is known of a row, or
// where the rows are sorted by it, unless the viewer does not want it.
func TestVersionsColumn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		known, sorted, unwanted, want bool
	}{
		"nothing known":         {},
		"one is known":          {known: true, want: true},
		"sorted by the unknown": {sorted: true, want: true},
		"not wanted":            {known: true, sorted: true, unwanted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := world{"auto"}.table(ghpkg.Active)
			table.Rows = rows()[2:3] // nobody said how many
			if c.known {
				table.Rows = rows()[2:4]
			}
			if c.sorted {
				table.Sorts.Versions.Direction = "descending"
			}
			table.Columns.HideVersions = c.unwanted
			doc := parse(t, html(t, speak(t, "en"), table.Table()))
			heading := strings.Contains(doc.Find(".columns").Text(), "Versions")
			hidden := strings.Contains(doc.Find("#packages").AttrOr("data-hide", ""), "versions")
			if heading != c.want || hidden == c.want {
				t.Errorf("the heading is there: %v; the cells are hidden: %v", heading, hidden)
			}
		})
	}
}
