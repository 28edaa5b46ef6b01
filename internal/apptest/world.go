package apptest

import (
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The people of Acme's world.
const (
	Owner    = "olivia" // owns acme
	Member   = "mona"   // is a member of acme
	Stranger = "otto"   // has nothing to do with acme
)

// Org is the organization of Acme's world.
const Org = "acme"

// Ids in Acme's world. The versions of a package follow its own id: "a" has
// the versions VersionOf(ID, 1), VersionOf(ID, 2), …
const (
	NPM       int64 = 1 // @acme/app, two versions
	Container int64 = 2 // team/web, four versions: two tagged, two not
	Maven     int64 = 3 // com.acme.core, two versions
	RubyGems  int64 = 4 // acme_gem, two versions
	NuGet     int64 = 5 // Acme.Core, two versions
	Docker    int64 = 6 // legacy/web, two versions; a migration conflict
	Own       int64 = 7 // olivia's own npm package @olivia/tool, two versions
	Gone      int64 = 8 // acme's npm package gone, deleted two days ago; one version

	Many int64 = 1000 // acme's container package team/many, in the world of Versions alone
)

// VersionOf returns the id of a package's nth version, from 1.
func VersionOf(pkg int64, n int) int64 { return 100*pkg + int64(n) }

// Acme fills a GitHub with one organization, one package of each type, and the
// people around it.
func Acme(s *ghfake.Server) {
	for _, login := range []string{Owner, Member, Stranger} {
		s.AddUser(ghfake.User{Login: login})
	}
	s.AddOrg(ghfake.Org{Login: Org})
	s.AddMember(Org, Owner, ghpkg.RoleAdmin)
	s.AddMember(Org, Member, ghpkg.RoleMember)
	now := s.Now()
	add := func(p ghfake.Package, versions ...ghfake.Version) {
		p.CreatedAt = now.Add(-48 * time.Hour)
		for i := range versions {
			versions[i].ID = VersionOf(p.ID, i+1)
			versions[i].CreatedAt = p.CreatedAt.Add(time.Duration(i) * time.Minute)
		}
		s.AddPackage(p, versions...)
	}
	pair := func() []ghfake.Version { return []ghfake.Version{{Name: "1.0.0"}, {Name: "1.1.0"}} }
	add(ghfake.Package{ID: NPM, Owner: Org, Type: ghpkg.NPM, Name: "@acme/app"}, pair()...)
	add(ghfake.Package{ID: Container, Owner: Org, Type: ghpkg.Container, Name: "team/web"},
		ghfake.Version{Name: digest("1")}, ghfake.Version{Name: digest("2"), Tags: []string{"1.0"}},
		ghfake.Version{Name: digest("3")}, ghfake.Version{Name: digest("4"), Tags: []string{"1.1", "latest"}})
	add(ghfake.Package{ID: Maven, Owner: Org, Type: ghpkg.Maven, Name: "com.acme.core", Repository: "core"}, pair()...)
	add(ghfake.Package{ID: RubyGems, Owner: Org, Type: ghpkg.RubyGems, Name: "acme_gem"}, pair()...)
	add(ghfake.Package{ID: NuGet, Owner: Org, Type: ghpkg.NuGet, Name: "Acme.Core"}, pair()...)
	add(ghfake.Package{ID: Docker, Owner: Org, Type: ghpkg.Docker, Name: "legacy/web", Repository: "legacy", Conflict: true},
		ghfake.Version{Name: digest("5"), Tags: []string{"1"}}, ghfake.Version{Name: digest("6"), Tags: []string{"2"}})
	add(ghfake.Package{ID: Own, Owner: Owner, Type: ghpkg.NPM, Name: "@olivia/tool"}, pair()...)
	add(ghfake.Package{ID: Gone, Owner: Org, Type: ghpkg.NPM, Name: "gone", DeletedAt: now.Add(-48 * time.Hour)},
		ghfake.Version{Name: "1.0.0"})
}

// Versions is Acme's world with a container package of n versions, the last
// published first in lists. Each has a tag, of every five versions four
// "old-0001" and so on, and one "new-0005".
func Versions(n int) func(*ghfake.Server) {
	return func(s *ghfake.Server) {
		Acme(s)
		created := s.Now().Add(-48 * time.Hour)
		versions := make([]ghfake.Version, n)
		for i := range versions {
			kind := "old"
			if (i+1)%5 == 0 {
				kind = "new"
			}
			versions[i] = ghfake.Version{
				ID: VersionOf(Many, i+1), Name: fmt.Sprintf("sha256:%064x", 0xa000000+i+1),
				Tags: []string{fmt.Sprintf("%s-%04d", kind, i+1)}, CreatedAt: created.Add(time.Duration(i) * time.Second),
			}
		}
		s.AddPackage(ghfake.Package{ID: Many, Owner: Org, Type: ghpkg.Container, Name: "team/many", CreatedAt: created}, versions...)
	}
}

// digest returns a digest that ends in that digit.
func digest(digit string) string {
	return "sha256:000000000000000000000000000000000000000000000000000000000000000" + digit
}
