package app_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// listedRow is what a list tells of a package, GitHub's and ours alike.
type listedRow struct {
	ID          int64
	Name        string
	PackageType string `json:"package_type"`
	Visibility  string
	Repository  *struct {
		FullName string `json:"full_name"`
	}
}

// universe is a GitHub that changes at random, and who looks at it.
type universe struct {
	*rand.Rand
	t      *testing.T
	portal *apptest.Portal
	names  []ghpkg.Ref // of all packages that there are or were
	people []onlooker
}

type onlooker struct {
	*apptest.Browser
	token string
}

// TestRandomChanges: after any changes, made here or not, each viewer's table
// is what GitHub lists to that viewer, its pages are the whole, and a query
// selects what it says.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		randomChanges(t, apptest.Options{})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		randomChanges(t, apptest.Options{DatabaseURL: apptest.Postgres(t)})
	})
}

func randomChanges(t *testing.T, o apptest.Options) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	u := &universe{Rand: rand.New(rand.NewPCG(seed, 0)), t: t}
	o.Seed = func(s *ghfake.Server) {
		for _, login := range []string{apptest.Owner, apptest.Member, apptest.Stranger} {
			s.AddUser(ghfake.User{Login: login})
		}
		s.AddOrg(ghfake.Org{Login: apptest.Org})
		s.AddMember(apptest.Org, apptest.Owner, ghpkg.RoleAdmin)
		s.AddMember(apptest.Org, apptest.Member, ghpkg.RoleMember)
	}
	u.portal = apptest.Start(t, o)
	for range 150 {
		u.publish()
	}
	for _, login := range []string{apptest.Owner, apptest.Member, apptest.Stranger} {
		u.people = append(u.people, onlooker{u.portal.SignIn(t, login, allScopes...), u.portal.GitHub.Token(login, append(allScopes, ghpkg.ScopeReadPackages)...)})
	}
	for range 8 {
		for range u.IntN(12) {
			u.change()
		}
		for _, who := range u.people {
			who.PostJSON("/orgs/acme/-/refresh", nil, http.StatusOK, nil)
			u.check(who)
			u.checkVersions(who)
		}
	}
}

// publish adds a package, sometimes of a name that was another's.
func (u *universe) publish() {
	name := fmt.Sprintf("%s/%s_%d%%", pick(u, "team", "Team", "x.y"), pick(u, "app", "API", "ünï"), len(u.names))
	typ := ghpkg.Types()[u.IntN(6)]
	if len(u.names) > 0 && u.IntN(5) == 0 {
		old := pick(u, u.names...)
		name, typ = old.Name(), old.Type()
	}
	ref := acmes(u.t, typ, name)
	if u.portal.GitHub.PackageState(ref) == ghpkg.Active {
		return
	}
	p := ghfake.Package{
		Owner: apptest.Org, Type: typ, Name: name, Visibility: pick(u, ghpkg.Public, ghpkg.Private, ghpkg.Private),
		Repository: pick(u, "", "core", "web"), Restricted: u.IntN(4) == 0,
	}
	if u.IntN(6) == 0 {
		p.Readers = []string{apptest.Stranger}
	}
	u.portal.GitHub.AddPackage(p, ghfake.Version{Name: "1"}, ghfake.Version{Name: "2", Tags: []string{"latest"}})
	u.names = append(u.names, ref)
}

// change does one thing, out of band or through Stockroom.
func (u *universe) change() {
	gh, ref := u.portal.GitHub, pick(u, u.names...)
	olivia := u.people[0]
	switch u.IntN(12) {
	case 0, 1:
		u.publish()
	case 2:
		gh.DeletePackageNow(ref)
	case 3:
		if gh.PackageState(ref) == ghpkg.Deleted {
			gh.RestorePackageNow(ref)
		}
	case 4:
		gh.SetPackage(ref, func(p *ghfake.Package) { p.Restricted = !p.Restricted })
	case 5:
		gh.SetPackage(ref, func(p *ghfake.Package) {
			p.Visibility, p.Readers = pick(u, ghpkg.Public, ghpkg.Private), pick(u, nil, []string{apptest.Stranger})
		})
	case 6:
		if u.IntN(2) == 0 {
			gh.RemoveMember(apptest.Org, apptest.Member)
		} else {
			gh.AddMember(apptest.Org, apptest.Member, pick(u, ghpkg.RoleMember, ghpkg.RoleAdmin))
		}
	case 7:
		to, want := link.DeletePackage(ref), ghpkg.Deleted
		if gh.PackageState(ref) == ghpkg.Deleted {
			to, want = link.RestorePackage(ref), ghpkg.Active
		}
		olivia.PostJSON(to, url.Values{"confirm": {ref.Name()}}, http.StatusOK, nil)
		u.shown(olivia, ref, want)
	case 8, 9, 10:
		u.changeVersion()
	case 11:
		u.rows(pick(u, u.people...), url.Values{}) // so that something older is kept
	}
}

// shown fails unless an own change shows at once.
func (u *universe) shown(who onlooker, ref ghpkg.Ref, want ghpkg.State) {
	u.t.Helper()
	for _, state := range []ghpkg.State{ghpkg.Active, ghpkg.Deleted} {
		rows := u.rows(who, url.Values{"state": {string(state)}, "type": {string(ref.Type())}})
		if got := slices.ContainsFunc(rows, func(r listedRow) bool { return r.Name == ref.Name() }); got != (state == want) {
			u.t.Errorf("%s is %s, but the table of %s packages shows it: %t", ref, want, state, got)
		}
	}
}

// check compares a viewer's table, after a refresh, with what GitHub lists to the viewer.
func (u *universe) check(who onlooker) {
	u.t.Helper()
	got := u.rows(who, url.Values{"sort": {"name"}, "per_page": {"13"}})
	u.unique(got)
	if whole := u.rows(who, url.Values{"sort": {"name"}, "per_page": {"100"}}); gocmp.Diff(whole, got) != "" {
		u.t.Errorf("%s: small pages together are not the large ones (-large +small):\n%s", who.Login, gocmp.Diff(whole, got))
	}
	if u.IntN(2) == 0 {
		u.search(who, got)
	}
	byID := func(a, b listedRow) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(got, byID)
	want := u.listed(who)
	slices.SortFunc(want, byID)
	if diff := gocmp.Diff(want, got); diff != "" {
		u.t.Fatalf("%s sees other packages than GitHub lists (-GitHub +shown):\n%s", who.Login, diff)
	}
}

func (u *universe) unique(rows []listedRow) {
	u.t.Helper()
	seen := map[int64]bool{}
	for _, r := range rows {
		if seen[r.ID] {
			u.t.Errorf("%d is on two pages", r.ID)
		}
		seen[r.ID] = true
	}
}

// rows reads all pages of a table.
func (u *universe) rows(who onlooker, query url.Values) []listedRow {
	u.t.Helper()
	all := []listedRow{}
	for page := 1; ; page++ {
		query.Set("page", fmt.Sprint(page))
		var table struct {
			Items   []listedRow
			Total   int
			PerPage int `json:"per_page"`
		}
		who.JSON("/orgs/acme/packages?"+query.Encode(), http.StatusOK, &table)
		all = append(all, table.Items...)
		if page*table.PerPage >= table.Total {
			if len(all) != table.Total {
				u.t.Errorf("%s: %v has %d rows, but says %d", who.Login, query, len(all), table.Total)
			}
			return all
		}
	}
}

// listed asks GitHub itself.
func (u *universe) listed(who onlooker) []listedRow {
	u.t.Helper()
	all := []listedRow{}
	for _, typ := range ghpkg.Types() {
		for page := 1; ; page++ {
			var some []listedRow
			u.ask(who, fmt.Sprintf("/orgs/acme/packages?package_type=%s&per_page=100&page=%d", typ, page), &some)
			all = append(all, some...)
			if len(some) < 100 {
				break
			}
		}
	}
	return all
}

func (u *universe) ask(who onlooker, path string, into any) {
	u.t.Helper()
	if status := u.tryAsk(who, path, into); status != http.StatusOK {
		u.t.Fatalf("%s: %d", path, status)
	}
}

// tryAsk asks GitHub, and returns its status.
func (u *universe) tryAsk(who onlooker, path string, into any) int {
	u.t.Helper()
	request, err := http.NewRequestWithContext(u.t.Context(), http.MethodGet, u.portal.GitHub.APIURL+path, nil)
	if err != nil {
		u.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+who.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		u.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		u.t.Fatalf("%s: %v", path, err)
	}
	return response.StatusCode
}

// search compares some queries with what they mean, evaluated over the rows.
func (u *universe) search(who onlooker, rows []listedRow) {
	u.t.Helper()
	terms := []struct {
		text  string
		holds func(listedRow) bool
	}{
		{"app", func(r listedRow) bool { return strings.Contains(strings.ToLower(r.Name), "app") }},
		{"ÜNÏ", func(r listedRow) bool { return strings.Contains(r.Name, "ünï") }},
		{"1%", func(r listedRow) bool { return strings.Contains(r.Name, "1%") }},
		{"p_1", func(r listedRow) bool { return strings.Contains(r.Name, "p_1") }},
		{"type:npm,maven", func(r listedRow) bool { return r.PackageType == "npm" || r.PackageType == "maven" }},
		{"visibility:public", func(r listedRow) bool { return r.Visibility == "public" }},
		{"repo:none", func(r listedRow) bool { return r.Repository == nil }},
		{"repo:Core,none", func(r listedRow) bool { return r.Repository == nil || r.Repository.FullName == "acme/core" }},
		{"owner:ACME", func(listedRow) bool { return true }},
		{"older:1d", func(listedRow) bool { return false }},
		{`"team/a"`, func(r listedRow) bool { return strings.Contains(strings.ToLower(r.Name), "team/a") }},
	}
	for range 4 {
		var texts []string
		want := slices.Clone(rows)
		for range 1 + u.IntN(3) {
			term, not := pick(u, terms...), u.IntN(3) == 0
			texts = append(texts, map[bool]string{true: "-"}[not]+term.text)
			want = slices.DeleteFunc(want, func(r listedRow) bool { return term.holds(r) == not })
		}
		got := u.rows(who, url.Values{"q": {strings.Join(texts, " ")}, "sort": {"name"}, "per_page": {"9"}})
		if diff := gocmp.Diff(want, got); diff != "" {
			u.t.Errorf("%s: %q selects other rows than it says (-want +got):\n%s", who.Login, texts, diff)
		}
	}
}

func pick[T any](u *universe, from ...T) T { return from[u.IntN(len(from))] }
