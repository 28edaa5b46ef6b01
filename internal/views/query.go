package views

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The ids that the parts of a search box refer to one another by. They also
// let a morph find an open pop-over again.
const (
	queryHelpID    = "query-help"
	queryProblemID = "query-problem"
	savedViewsID   = "saved-views"
)

// PackageExamples explain the query language of packages.
func PackageExamples() []QueryExample {
	return []QueryExample{
		{Query: "billing api", Key: "words"},
		{Query: `"billing api"`, Key: "quotes"},
		{Query: "type:npm,maven", Key: "type"},
		{Query: "visibility:public", Key: "visibility"},
		{Query: "repo:platform", Key: "repo"},
		{Query: "repo:none", Key: "no_repo"},
		{Query: "owner:acme", Key: "owner"},
		{Query: "versions:>100", Key: "versions"},
		{Query: "older:90d", Key: "older"},
		{Query: "newer:2w", Key: "newer"},
		{Query: "updated:2026-01..2026-03", Key: "updated"},
		{Query: "-type:container", Key: "not"},
	}
}

// VersionExamples explain the query language of a package's versions.
func VersionExamples(t ghpkg.Type) []QueryExample {
	all := []QueryExample{{Query: "2.1", Key: "version_words"}}
	if t.Images() {
		all = []QueryExample{
			{Query: "v2", Key: "version_words"},
			{Query: "tag:latest", Key: "tag"},
			{Query: "tag:none", Key: "untagged"},
			{Query: "digest:sha256:1a2b", Key: "digest"},
		}
	}
	return append(all,
		QueryExample{Query: "older:90d", Key: "version_older"},
		QueryExample{Query: "newer:2w", Key: "version_newer"},
		QueryExample{Query: "updated:2026-01..2026-03", Key: "updated"},
		QueryExample{Query: "-beta", Key: "not"},
	)
}

// invalid ties the field to what is wrong with it.
func (h QueryHelp) invalid() templ.Attributes {
	if h.Problem == nil {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": queryProblemID}
}

// columns are those to show. The number of versions is in no list of GitHub's,
// so there is no column for it until it is known of a row, or asked for.
func (t PackageTable) columns() Columns {
	c := t.Columns
	known := slices.ContainsFunc(t.Rows, func(r PackageRow) bool { return r.Versions != nil })
	c.HideVersions = c.HideVersions || !known && t.Sorts.Versions.Direction == ""
	return c
}

// attributes let the stylesheet show the table as the viewer wants it, also
// the rows that are answered alone.
func (c Columns) attributes() templ.Attributes {
	var hide []string
	for _, column := range []struct {
		name   string
		hidden bool
	}{{"versions", c.HideVersions}, {"updated", c.HideUpdated}, {"repository", c.HideRepository}} {
		if column.hidden {
			hide = append(hide, column.name)
		}
	}
	return templ.Attributes{"data-compact": c.Compact, "data-hide": templ.KV(strings.Join(hide, " "), len(hide) > 0)}
}
