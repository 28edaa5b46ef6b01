package inventory_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/lean"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// somePackages returns packages with many equal names, times and counts.
func somePackages(random *rand.Rand, n int) []ghpkg.Package {
	names := []string{"App", "app", "app-core", "ÄPP", "äpp", "web_1", "web%1", "web1"}
	all := make([]ghpkg.Package, n)
	for i := range all {
		p := &all[i]
		p.ID, p.Name = int64(i+1), names[random.IntN(len(names))]
		p.Type = ghpkg.Types()[random.IntN(6)]
		p.Visibility = []ghpkg.Visibility{ghpkg.Public, ghpkg.Private}[random.IntN(2)]
		p.CreatedAt = time.Unix(int64(random.IntN(5)), 0)
		p.UpdatedAt = time.Unix(int64(random.IntN(5)), 0)
		if random.IntN(3) > 0 {
			p.VersionCount = new(random.IntN(3))
		}
		if random.IntN(3) > 0 {
			name := []string{"Core", "web"}[random.IntN(2)]
			p.Repository = &ghpkg.Repository{Name: name, FullName: "Acme/" + name}
		}
	}
	random.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// someQuery returns a query in which every filter is used now and then.
func someQuery(random *rand.Rand) ghpkg.Query {
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	q := ghpkg.Query{
		Text: pick("", "", "APP", "äPP", "_", "%", "nothing"), Repo: pick("", "", "core", "ACME/WEB", "acme"),
		Visibility: ghpkg.Visibility(pick("", "", "public", "private")), PerPage: 1 + random.IntN(7),
		Sort: ghpkg.Sort(pick("", "-") + string(ghpkg.Sorts()[random.IntN(4)])),
	}
	for _, t := range ghpkg.Types() {
		if random.IntN(4) == 0 {
			q.Types = append(q.Types, t)
		}
	}
	return q
}

// wanted says in other words than the code which packages a query selects.
func wanted(p ghpkg.Package, q ghpkg.Query) bool {
	is := func(filter, value string) bool { return filter == "" || strings.EqualFold(filter, value) }
	if len(q.Types) > 0 && !slices.Contains(q.Types, p.Type) || !is(string(q.Visibility), string(p.Visibility)) {
		return false
	}
	if q.Repo != "" && (p.Repository == nil || !is(q.Repo, p.Repository.Name) && !is(q.Repo, p.Repository.FullName)) {
		return false
	}
	return strings.Contains(strings.ToUpper(p.Name), strings.ToUpper(q.Text))
}

// rank is the place of a package in an order, as text that sorts.
func rank(p ghpkg.Package, field ghpkg.Sort) string {
	switch field {
	case ghpkg.SortName:
		return strings.ToLower(p.Name)
	case ghpkg.SortCreated:
		return p.CreatedAt.UTC().Format(time.RFC3339)
	case ghpkg.SortVersions:
		if p.VersionCount == nil {
			return " "
		}
		return string(rune('0' + *p.VersionCount))
	}
	return p.UpdatedAt.UTC().Format(time.RFC3339)
}

// TestSelectPackages compares with brute force: the pages together are those
// that are wanted, once each, in order, and nothing is changed underneath.
func TestSelectPackages(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		all, q := somePackages(random, random.IntN(40)), someQuery(random)
		before := slices.Clone(all)
		want := slices.DeleteFunc(slices.Clone(all), func(p ghpkg.Package) bool { return !wanted(p, q) })
		var got []ghpkg.Package
		table := inventory.NewPackages(ghpkg.Listing[ghpkg.Package]{Items: all})
		search, err := query.ParsePackages(q.Text, time.Now())
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, q.Text, err)
		}
		if q.Repo != "" {
			search = search.OfRepo(q.Repo)
		}
		if q.Visibility != "" {
			search = search.OfVisibility(q.Visibility)
		}
		for q.Page = 1; ; q.Page++ {
			selected := table.Select(q, search)
			page, total := selected.Rows, selected.Total
			if total != len(want) || len(page) > q.PerPage || len(page) < q.PerPage && len(got)+len(page) != total {
				t.Fatalf("seed %d: page %d has %d of %d rows; wanted are %d: %+v", seed, q.Page, len(page), total, len(want), q)
			}
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
		}
		field, down := q.Sort.Descending()
		if !slices.IsSortedFunc(got, func(a, b ghpkg.Package) int {
			by := cmp.Compare(rank(a, field), rank(b, field))
			if down {
				by = -by
			}
			return by
		}) {
			t.Errorf("seed %d: not in the order %s", seed, q.Sort)
		}
		byID := cmpopts.SortSlices(func(a, b ghpkg.Package) bool { return a.ID < b.ID })
		equal := gocmp.Comparer(func(a, b ghpkg.Package) bool { return a.ID == b.ID })
		if diff := gocmp.Diff(want, got, byID, equal, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("seed %d: %+v (-want +got):\n%s", seed, q, diff)
		}
		if !gocmp.Equal(before, all, equal) {
			t.Errorf("seed %d: the listing was reordered", seed)
		}
	}
}

// TestSelectVersions: what is typed is looked for in names and tags alike.
func TestSelectVersions(t *testing.T) {
	t.Parallel()
	at := func(day int) *time.Time { return new(time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)) }
	all := []ghpkg.Version{
		{ID: 1, Name: "sha256:aa", CreatedAt: *at(1), DeletedAt: at(11)},
		{ID: 2, Name: "sha256:bb", Tags: []string{"Latest", "1.0"}, CreatedAt: *at(3), DeletedAt: at(9)},
		{ID: 3, Name: "sha256:cc", Tags: []string{"tag:none"}, CreatedAt: *at(2), DeletedAt: at(10)},
		{ID: 4, Name: "sha256:dd", CreatedAt: *at(3), DeletedAt: at(9)},
		{ID: 5, Name: "sha256:ee", CreatedAt: *at(4), DeletedAt: at(12)},
	}
	had := map[int64][]string{1: {"0.9"}, 2: {"0.8"}, 5: nil} // and nobody knows of 4
	for _, c := range []struct {
		name  string
		typ   ghpkg.Type
		query ghpkg.Query
		want  []int64
		total int
	}{
		{"newest first, then the higher id", ghpkg.Container, ghpkg.Query{}, []int64{5, 4, 2, 3, 1}, 5},
		{"fewest days left first", ghpkg.Container, ghpkg.Query{State: ghpkg.Deleted}, []int64{4, 2, 3, 1, 5}, 5},
		{"most days left first", ghpkg.Container, ghpkg.Query{State: ghpkg.Deleted, Sort: "-days_left"}, []int64{5, 1, 3, 4, 2}, 5},
		{"a tag", ghpkg.Container, ghpkg.Query{Text: "LATEST"}, []int64{2}, 1},
		{"a name", ghpkg.Container, ghpkg.Query{Text: "Sha256:A"}, []int64{1}, 1},
		{"a tag that the ledger knows", ghpkg.Container, ghpkg.Query{Text: "tag:0.9"}, []int64{1}, 1},
		{"a part of it", ghpkg.Container, ghpkg.Query{Text: "0.9"}, []int64{1}, 1},
		{"a tag that GitHub knows better", ghpkg.Container, ghpkg.Query{Text: "tag:0.8"}, []int64{}, 0},
		{"untagged, as the ledger knows", ghpkg.Container, ghpkg.Query{Text: "tag:none"}, []int64{5}, 1},
		{"tagged", ghpkg.Container, ghpkg.Query{Text: "-tag:none"}, []int64{2, 3, 1}, 3},
		{"untagged, where there are no tags", ghpkg.NPM, ghpkg.Query{Text: "tag:none"}, []int64{}, 0},
		{"a page", ghpkg.Container, ghpkg.Query{Sort: "name", Page: 2, PerPage: 3}, []int64{4, 5}, 5},
		{"beyond the end", ghpkg.Container, ghpkg.Query{Page: 1_000_000, PerPage: 100}, []int64{}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			search, err := query.ParseVersions(c.query.Text, c.typ, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			table := inventory.NewVersions(ghpkg.Listing[lean.Version]{Items: lean.All(all)}, c.typ, c.query.State)
			selected := table.Select(c.query, search, had)
			page, total := selected.Rows, selected.Total
			ids := []int64{}
			for _, v := range page {
				ids = append(ids, v.ID)
			}
			if diff := gocmp.Diff(c.want, ids); diff != "" || total != c.total {
				t.Errorf("total %d, want %d; ids (-want +got):\n%s", total, c.total, diff)
			}
		})
	}
}
