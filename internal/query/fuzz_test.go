package query_test

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

func seed(f *testing.F) {
	for _, s := range []string{
		"", "api -web", `"a b" -"c\"d\\"`, `repo:"x y",none -repo:a`, "type:npm,maven versions:>=5 versions:1..2,unknown", "- --a -:", `a\b "`,
		"older:90d newer:1m updated:>2026-01 created:2026-01-01T00:00:00Z", "untagged is:untagged tag:pr-*,none", "digest:sha256:3f sha256:3f", "state:deleted", "é:ü ÄÖ", "\xff",
	} {
		f.Add(s, "api-Server é")
	}
}

// check asks what holds for every text: an error points at a part of it; else
// the canonical form reads as the same query.
func check[T any, Q matcher[T]](t *testing.T, s string, row *T, parse func(string) (Q, error)) {
	t.Helper()
	q, err := parse(s)
	if err != nil {
		if e := mistake(t, err); e.Pos < 0 || e.Len < 1 || e.Pos+e.Len > len(s) || e.Reason == "" {
			t.Fatalf("%q: %v points elsewhere", s, err)
		}
		return
	}
	canonical := q.String()
	if len(canonical) > query.MaxLength { // by its quotes
		return
	}
	again, err := parse(canonical)
	if err != nil {
		t.Fatalf("%q is %q, which cannot be read: %v", s, canonical, err)
	}
	if again.String() != canonical || again.Match(row) != q.Match(row) {
		t.Fatalf("%q is %q, which is read as %q", s, canonical, again)
	}
}

func FuzzParsePackages(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s, name string) {
		p := ghpkg.Package{Name: name, Repository: &ghpkg.Repository{Name: name}, UpdatedAt: now()}
		check(t, s, &p, func(s string) (query.Packages, error) { return query.ParsePackages(s, now()) })
	})
}

func FuzzParseVersions(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s, name string) {
		v := ghpkg.Version{Name: "sha256:3f", Tags: []string{name}, CreatedAt: now()}
		check(t, s, &v, func(s string) (query.Versions, error) { return query.ParseVersions(s, ghpkg.Container, now()) })
	})
}
