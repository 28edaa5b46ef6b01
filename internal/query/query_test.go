package query_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// now is the end of a long month, so that months ago need care.
func now() time.Time { return time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC) }

func packages(t testing.TB, s string) query.Packages {
	t.Helper()
	q, err := query.ParsePackages(s, now())
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return q
}

func versions(t testing.TB, s string) query.Versions {
	t.Helper()
	q, err := query.ParseVersions(s, ghpkg.Container, now())
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return q
}

func owner(t testing.TB, login string) ghpkg.Owner {
	t.Helper()
	o, err := ghpkg.NewOwner(ghpkg.Organization, login)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func day(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s+"T12:00:00Z")
	if err != nil {
		panic(err)
	}
	return t
}

// shelf is what the grammar is tried on; the tests name packages by their first letter.
func shelf(t testing.TB) []ghpkg.Package {
	acme, mona := owner(t, "Acme"), owner(t, "mona")
	repo := func(name string) *ghpkg.Repository { return &ghpkg.Repository{Name: name, FullName: "acme/" + name} }
	return []ghpkg.Package{
		{Name: "api-Server", Type: ghpkg.Container, Owner: acme, Visibility: ghpkg.Private, VersionCount: new(120), Repository: repo("API"), UpdatedAt: day("2026-03-30"), CreatedAt: day("2024-01-01")},
		{Name: "base_image", Type: ghpkg.Docker, Owner: acme, Visibility: ghpkg.Public, VersionCount: new(5), UpdatedAt: day("2025-12-31"), CreatedAt: day("2020-06-01")},
		{Name: "com.acme.core", Type: ghpkg.Maven, Owner: acme, Visibility: ghpkg.Internal, Repository: repo("none"), UpdatedAt: day("2026-02-28"), CreatedAt: day("2026-01-15")},
		{Name: "Ärger 100% a:b", Type: ghpkg.NPM, Owner: mona, Visibility: ghpkg.Public, VersionCount: new(0), Repository: repo("x y"), UpdatedAt: day("2026-03-01")},
		{Name: `-old"one, two`, Type: ghpkg.NuGet, Owner: mona, Visibility: ghpkg.Private, VersionCount: new(10), Repository: repo("api")},
	}
}

func TestPackages(t *testing.T) {
	t.Parallel()
	all := shelf(t)
	for _, tt := range []struct{ q, canonical, want string }{
		{"", "", "abcÄ-"},
		{" \t\u3000", "", "abcÄ-"},
		{"API", "API", "a"},
		{"server api", "server api", "a"},
		{"s e v", "s e v", "a"},
		{"ä", "ä", "Ä"},
		{"ÄRGER", "ÄRGER", "Ä"},
		{"%", "%", "Ä"},
		{"_", "_", "b"},
		{"*", "*", ""},
		{"-a", "-a", "-"},
		{"- -old", "\"-\" -old", "a"},
		{`"-old"`, `"-old"`, "-"},
		{"--old", `-"-old"`, "abcÄ"},
		{`"a:b"`, `"a:b"`, "Ä"},
		{":b", `":b"`, "Ä"},
		{`"r 1"`, `"r 1"`, "Ä"},
		{`"d\"o"`, `"d\"o"`, "-"},
		{`a\b`, `a\b`, ""},
		{"e,", "e,", "-"},
		{"type:npm", "type:npm", "Ä"},
		{"TYPE:NPM,Maven", "type:npm,maven", "cÄ"},
		{"-type:npm,maven", "-type:npm,maven", "ab-"},
		{"type:npm type:maven", "type:npm type:maven", ""},
		{`type:"npm","maven"`, "type:npm,maven", "cÄ"},
		{"visibility:public", "visibility:public", "bÄ"},
		{"visibility:internal", "visibility:internal", "c"},
		{"repo:api", "repo:api", "a-"},
		{"repo:ACME/api", "repo:ACME/api", "a-"},
		{"repo:ap", "repo:ap", ""},
		{"repo:none", "repo:none", "b"},
		{"repo:None,api", "repo:none,api", "ab-"},
		{`repo:"none"`, `repo:"none"`, "c"},
		{`repo:"x y",api`, `repo:"x y",api`, "aÄ-"},
		{"-repo:none", "-repo:none", "acÄ-"},
		{"owner:acme", "owner:acme", "abc"},
		{"owner:MONA,x", "owner:MONA,x", "Ä-"},
		{"versions:5", "versions:5", "b"},
		{"versions:>5", "versions:>5", "a-"},
		{"versions:>=5", "versions:>=5", "ab-"},
		{"versions:<5", "versions:<5", "Ä"},
		{"versions:<=5", "versions:<=5", "bÄ"},
		{"versions:5..10", "versions:5..10", "b-"},
		{"versions:0,>100", "versions:0,>100", "aÄ"},
		{"versions:unknown", "versions:unknown", "c"},
		{"versions:UNKNOWN,0", "versions:unknown,0", "cÄ"},
		{"-versions:>5", "-versions:>5", "bÄ"}, // what is not known is neither
		{"-versions:unknown", "-versions:unknown", "abÄ-"},
		{"-versions:unknown,>5", "-versions:unknown,>5", "bÄ"},
		{"-repo:api", "-repo:api", "cÄ"},
		{"-repo:none,api", "-repo:none,api", "cÄ"},
		{"-visibility:public", "-visibility:public", "ac-"},
		{"-visibility:internal", "-visibility:internal", "bÄ"}, // GitHub may call internal ones private
		{"visibility:internal,public", "visibility:internal,public", "bcÄ"},
		{"-newer:1y", "-newer:1y", ""},
		{"-updated:2026", "-updated:2026", "b"},
		{"updated:Unknown", "updated:unknown", "-"},
		{"-updated:unknown,2026", "-updated:unknown,2026", "b"},
		{"created:unknown", "created:unknown", "Ä-"},
		{"-created:2026", "-created:2026", "ab"},
		{"older:3m", "older:3m", "b"},
		{"older:90d", "older:90d", "b"},
		{"older:31d", "older:31d", "bc"},
		{"older:1M", "older:1m", "bc"}, // a month before March 31 is February 28
		{"older:30d", "older:30d", "bcÄ"},
		{"older:24h", "older:24h", "abcÄ"},
		{"newer:24h", "newer:24h", ""},
		{"newer:25h", "newer:25h", "a"},
		{"newer:2w", "newer:2w", "a"},
		{"newer:30d", "newer:30d", "a"},
		{"newer:1y", "newer:1y", "abcÄ"},
		{"-older:0d", "-older:0d", ""},
		{"updated:2026", "updated:2026", "acÄ"},
		{"updated:<2026", "updated:<2026", "b"},
		{"updated:>2026-02", "updated:>2026-02", "aÄ"},
		{"updated:>=2026-02", "updated:>=2026-02", "acÄ"},
		{"updated:<=2026-02-28", "updated:<=2026-02-28", "bc"},
		{"updated:2025-12..2026-02", "updated:2025-12..2026-02", "bc"},
		{"updated:>2026-03-30T12:00:00Z", "updated:>2026-03-30t12:00:00z", ""},
		{"updated:>=2026-03-30T14:00:00+02:00", "updated:>=2026-03-30t14:00:00+02:00", "a"},
		{"created:2026-01-15", "created:2026-01-15", "c"},
		{"state:deleted", "state:deleted", "abcÄ-"},
		{"-state:active api", "state:deleted api", "a"},
	} {
		q := packages(t, tt.q)
		var got strings.Builder
		for i := range all {
			if q.Match(&all[i]) {
				got.WriteRune([]rune(all[i].Name)[0])
			}
		}
		if got.String() != tt.want {
			t.Errorf("%q selects %q, want %q", tt.q, got.String(), tt.want)
		}
		if q.String() != tt.canonical {
			t.Errorf("%q is %q, want %q", tt.q, q.String(), tt.canonical)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	all := []ghpkg.Version{
		{Name: "sha256:3f9a00", Tags: []string{"Latest", "v1.10"}, CreatedAt: day("2026-03-30"), UpdatedAt: day("2026-03-31")},
		{Name: "sha256:ab3f9a", Tags: []string{"pr-7", "untagged"}, CreatedAt: day("2025-03-30"), UpdatedAt: day("2025-03-30")},
		{Name: "sha256:ffff00", CreatedAt: day("2024-03-30"), UpdatedAt: day("2026-03-01")},
		{Name: "1.0.0", Tags: []string{"none"}},
	}
	for _, tt := range []struct{ q, canonical, want string }{
		{"", "", "0123"},
		{"3F9A", "3F9A", "01"},
		{"sha256:3f9a", `"sha256:3f9a"`, "0"},
		{"-SHA256:3f9a", `-"SHA256:3f9a"`, "123"},
		{"v1", "v1", "0"},
		{"-v1", "-v1", "123"},
		{"tag:v1", "tag:v1", ""},
		{"tag:latest", "tag:latest", "0"},
		{"tag:V1*", "tag:V1*", "0"},
		{`tag:"v1*"`, `tag:"v1*"`, ""},
		{"tag:*", "tag:*", "013"},
		{"tag:pr-*,latest", "tag:pr-*,latest", "01"},
		{"tag:none", "tag:none", "2"},
		{"TAG:None", "tag:none", "2"},
		{`tag:"none"`, `tag:"none"`, "3"},
		{"-tag:none", "-tag:none", "013"},
		{"untagged", "tag:none", "2"},
		{"-Untagged", "-tag:none", "013"},
		{"is:untagged", "tag:none", "2"},
		{"-is:untagged,untagged", "-tag:none", "013"},
		{`"untagged"`, `"untagged"`, "1"},
		{"untagged older:1y", "tag:none older:1y", "2"},
		{"digest:3f9a", "digest:3f9a", "0"},
		{"digest:SHA256:3f9a,ffff", "digest:SHA256:3f9a,ffff", "02"},
		{"digest:sha256:", "digest:sha256:", "012"},
		{"older:1y", "older:1y", "12"},
		{"newer:1y", "newer:1y", "0"},
		{"updated:2026-03", "updated:2026-03", "02"},
		{"created:<2026", "created:<2026", "12"},
		{"state:deleted", "state:deleted", "0123"},
	} {
		q := versions(t, tt.q)
		got := ""
		for i := range all {
			if q.Match(&all[i]) {
				got += string(rune('0' + i))
			}
		}
		if got != tt.want {
			t.Errorf("%q selects %q, want %q", tt.q, got, tt.want)
		}
		if q.String() != tt.canonical {
			t.Errorf("%q is %q, want %q", tt.q, q.String(), tt.canonical)
		}
	}
}

// TestWhatIsNotKnown: rows of which a term cannot say whether it holds are
// counted, unless another term rules them out.
func TestWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]map[query.Gap]int{
		"":                                {},
		"api":                             {},
		"versions:>5":                     {query.GapVersions: 1},
		"-versions:>5":                    {query.GapVersions: 1},
		"versions:>5,<3":                  {query.GapVersions: 1},
		"versions:unknown":                {},
		"-versions:unknown":               {},
		"versions:>5 -versions:unknown":   {},
		"versions:>5 -type:maven":         {}, // the one that is not known is Maven's
		"versions:>5 type:maven":          {query.GapVersions: 1},
		"repo:api":                        {query.GapRepository: 1},
		"-repo:api":                       {query.GapRepository: 1},
		"-repo:api -repo:none":            {},
		"-visibility:internal":            {query.GapVisibility: 2},
		"-visibility:private":             {},
		"older:1y newer:2y -updated:2026": {query.GapUpdated: 1},
		"-older:1y -created:2026":         {query.GapUpdated: 1, query.GapCreated: 2},
	} {
		q, all := packages(t, s).Sieve(), shelf(t)
		for i := range all {
			q.Match(&all[i])
		}
		got := map[query.Gap]int{}
		for _, gap := range query.Gaps() {
			if n := q.Missing(gap); n > 0 {
				got[gap] = n
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
	}
}

// TestTagsThatAreNotGiven: GitHub gives no tags but of images, so elsewhere
// nothing has a tag, and nothing is without one.
func TestTagsThatAreNotGiven(t *testing.T) {
	t.Parallel()
	for _, typ := range ghpkg.Types() {
		for _, s := range []string{"tag:latest", "-tag:latest", "tag:none", "-tag:none", "digest:3f", "-digest:3f"} {
			q, err := query.ParseVersions(s, typ, now())
			if err != nil {
				t.Fatal(err)
			}
			v := ghpkg.Version{Name: "1.0.0"}
			sieve := q.Sieve()
			matches, missing := sieve.Match(&v), sieve.Missing(query.GapTags)+sieve.Missing(query.GapDigest)
			given := typ == ghpkg.Container || typ == ghpkg.Docker
			if tags := strings.Contains(s, "tag"); tags && given && missing > 0 || !(tags && given) && (matches || missing != 1) {
				t.Errorf("%s of %s matches: %t; %d are not known", s, typ, matches, missing)
			}
		}
	}
}

// TestTagsOfWhatIsDeleted: GitHub lists none, so that a deleted image without
// any is not untagged, unless it is known to have been.
func TestTagsOfWhatIsDeleted(t *testing.T) {
	t.Parallel()
	deleted := now()
	unknown, bare := ghpkg.Version{DeletedAt: &deleted}, ghpkg.Version{DeletedAt: &deleted, HadNoTag: true}
	tagged := ghpkg.Version{DeletedAt: &deleted, Tags: []string{"latest"}}
	for s, want := range map[string][3]bool{ // unknown, bare, tagged
		"tag:none": {false, true, false}, "-tag:none": {false, false, true},
		"tag:latest": {false, false, true}, "-tag:latest": {false, true, false},
	} {
		q, err := query.ParseVersions(s, ghpkg.Container, now())
		if err != nil {
			t.Fatal(err)
		}
		sieve := q.Sieve()
		if got := [3]bool{sieve.Match(&unknown), sieve.Match(&bare), sieve.Match(&tagged)}; got != want || sieve.Missing(query.GapHadTags) != 1 {
			t.Errorf("%s matches %v, want %v; %d are not known", s, got, want, sieve.Missing(query.GapHadTags))
		}
	}
}

// TestToggle: a term is put in, in the place of others of its field, or taken out.
func TestToggle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		q, term, want string
		had           bool
	}{
		{"", "repo:none", "repo:none", false},
		{"billing type:npm", "repo:none", "billing type:npm repo:none", false},
		{"billing Repo:NONE type:npm", "repo:none", "billing type:npm", true},
		{"repo:api x", "repo:none", "x repo:none", false},
		{"-visibility:internal visibility:public", "visibility:public", "-visibility:internal", true},
	} {
		q, had := packages(t, tt.q).Toggle(tt.term)
		if q.String() != tt.want || had != tt.had {
			t.Errorf("%q with %s is %q; it had it: %t", tt.q, tt.term, q, had)
		}
	}
	v, had := versions(t, "older:90d untagged").Toggle("tag:none")
	if again, _ := v.Toggle("tag:none"); v.String() != "older:90d" || !had || again.String() != "older:90d tag:none" {
		t.Errorf("%q, then %q; it had it: %t", v, again, had)
	}
}

// TestOfRepoAndVisibility: what is asked for beside the text is one more term,
// and taken literally.
func TestOfRepoAndVisibility(t *testing.T) {
	t.Parallel()
	q := packages(t, "repo:none -visibility:private")
	if got, want := q.OfRepo("none").OfVisibility(ghpkg.Public).String(), `repo:none -visibility:private repo:"none" visibility:public`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := q.OfRepo(`a "b`).String(); got != `repo:none -visibility:private repo:"a \"b"` {
		t.Error(got)
	}
}

func TestUntaggedIsOfContainers(t *testing.T) {
	t.Parallel()
	for _, typ := range ghpkg.Types() {
		q, err := query.ParseVersions(ghpkg.UntaggedQuery, typ, now())
		if err != nil {
			t.Fatal(err)
		}
		v := ghpkg.Version{Name: "1.0.0"}
		if got, want := q.Match(&v), v.Untagged(typ); got != want || !q.Untagged() {
			t.Errorf("%s: tag:none matches: %t, want %t", typ, got, want)
		}
	}
}

func TestWhatAQuerySays(t *testing.T) {
	t.Parallel()
	type says struct {
		Types      []ghpkg.Type
		Visibility ghpkg.Visibility
		Repo       string
		State      ghpkg.State
		Empty      bool
	}
	for s, want := range map[string]says{
		"":                                      {Empty: true},
		"api":                                   {},
		"type:npm,maven -type:maven":            {Types: []ghpkg.Type{ghpkg.NPM}},
		"type:npm type:maven":                   {Types: []ghpkg.Type{}},
		"-type:npm,docker":                      {Types: []ghpkg.Type{ghpkg.Maven, ghpkg.RubyGems, ghpkg.NuGet, ghpkg.Container}},
		"visibility:Public repo:Acme/API":       {Visibility: ghpkg.Public, Repo: "Acme/API"},
		"visibility:public,private repo:a,none": {},
		"-visibility:public repo:none":          {},
		"repo:a repo:b":                         {},
		"repo:a -repo:b":                        {},
		`repo:"none"`:                           {Repo: "none"},
		"-state:deleted":                        {State: ghpkg.Active},
		"state:deleted -state:active":           {State: ghpkg.Deleted},
	} {
		q := packages(t, s)
		got := says{q.Types(), q.Visibility(), q.Repo(), q.State(), q.Empty()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
	}
	if (query.Packages{}).Types() != nil || !(query.Packages{}).Match(&ghpkg.Package{}) {
		t.Error("the zero query is not everything")
	}
}

func TestWithAndWithout(t *testing.T) {
	t.Parallel()
	q := packages(t, "api visibility:private -visibility:internal older:90d")
	for _, tt := range []struct{ terms, want string }{
		{"visibility:public", "api older:90d visibility:public"},
		{"api", "api visibility:private -visibility:internal older:90d"},
		{"web repo:none", "api visibility:private -visibility:internal older:90d web repo:none"},
		{"older:1y", "api visibility:private -visibility:internal older:1y"},
	} {
		got, err := q.With(tt.terms)
		if err != nil || got.String() != tt.want {
			t.Errorf("with %q: %q (%v), want %q", tt.terms, got, err, tt.want)
		}
		if !got.Has(strings.Fields(tt.terms)[0]) {
			t.Errorf("%q does not have what was added", got)
		}
	}
	if _, err := q.With("type:"); err == nil {
		t.Error("a mistake was added")
	}
	for field, want := range map[string]string{
		"Visibility": "api older:90d",
		"":           "visibility:private -visibility:internal older:90d",
		"repo":       q.String(),
	} {
		if got := q.Without(field).String(); got != want {
			t.Errorf("without %q: %q, want %q", field, got, want)
		}
	}
	v, err := versions(t, "tag:v1 x").With("untagged")
	if err != nil || v.String() != "x tag:none" || v.Without("tag").String() != "x" {
		t.Errorf("untagged was added as %q (%v)", v, err)
	}
	if q.String() != "api visibility:private -visibility:internal older:90d" {
		t.Errorf("the query was changed: %s", q)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for _, field := range append(query.PackageFields(), query.VersionFields()...) {
		_, e1 := query.ParsePackages(field+":x", now())
		_, e2 := query.ParseVersions(field+":x", ghpkg.Container, now())
		for _, err := range []error{e1, e2} {
			if e := mistake(t, err); e.Reason == query.UnknownField {
				t.Errorf("%s is a field, but %v", field, err)
			}
		}
	}
	if slices.Contains(query.PackageFields(), "tag") || !slices.Contains(query.VersionFields(), "tag") {
		t.Error("tags are of versions")
	}
}
