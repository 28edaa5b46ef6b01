package query_test

import (
	"fmt"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func manyPackages(tb testing.TB) []ghpkg.Package {
	acme := owner(tb, "acme")
	all := make([]ghpkg.Package, 10_000)
	for i := range all {
		all[i] = ghpkg.Package{
			Name: fmt.Sprintf("platform/Service-%05d-gateway", i), Type: ghpkg.Types()[i%6], Owner: acme, Visibility: ghpkg.Private,
			VersionCount: new(i % 300), UpdatedAt: now().AddDate(0, 0, -i%700),
		}
		if i%3 > 0 {
			all[i].Repository = &ghpkg.Repository{Name: "Platform", FullName: "acme/Platform"}
		}
	}
	return all
}

func manyVersions() []ghpkg.Version {
	all := make([]ghpkg.Version, 135_000)
	for i := range all {
		all[i] = ghpkg.Version{Name: fmt.Sprintf("sha256:%064x", i), CreatedAt: now().AddDate(0, 0, -i%700)}
		if i%2 == 0 {
			all[i].Tags = []string{fmt.Sprintf("v1.%d", i)}
		}
	}
	return all
}

func BenchmarkMatch(b *testing.B) {
	rows, images := manyPackages(b), manyVersions()
	for _, s := range []string{"", "gateway", "service-0999", "type:npm", "repo:acme/platform", "older:90d versions:>100", `srv -"old" type:npm,maven repo:none updated:<2026`} {
		q := packages(b, s)
		b.Run("packages/"+s, func(b *testing.B) { measure(b, rows, q.Match) })
	}
	for _, s := range []string{"v1.99", "tag:none", "tag:none older:90d", "digest:00003f"} {
		q := versions(b, s)
		b.Run("versions/"+s, func(b *testing.B) { measure(b, images, q.Match) })
	}
}

func measure[T any](b *testing.B, rows []T, match func(*T) bool) {
	b.ReportAllocs()
	for b.Loop() {
		for i := range rows {
			match(&rows[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		packages(b, `srv -"old" type:npm,maven repo:none updated:<2026`)
	}
}

// TestMatchKeepsNoMemory holds the promise that ASCII names cost no memory.
func TestMatchKeepsNoMemory(t *testing.T) {
	rows := manyPackages(t)
	q := packages(t, `Gateway -old type:npm,maven repo:acme/PLATFORM older:90d versions:>100 owner:Acme`)
	if n := testing.AllocsPerRun(10, func() { measureOnce(rows, q.Match) }); n > 0 {
		t.Errorf("matching %d packages takes %.0f allocations", len(rows), n)
	}
}

func measureOnce[T any](rows []T, match func(*T) bool) {
	for i := range rows {
		match(&rows[i])
	}
}
