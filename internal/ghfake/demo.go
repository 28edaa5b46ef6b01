package ghfake

import (
	"math/rand/v2"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const day = 24 * time.Hour

// demo builds the world of the practice mode. The same seed gives the same
// names, ids and ages each time; all times are relative to the server's now.
type demo struct {
	*Server
	now time.Time
	rnd *rand.Rand
}

// Demo fills the server with the organizations and people of the practice
// mode: acme-corp with a few hundred packages, and around it what a portal
// meets at GitHub: an SSO wall, an app restriction, outside collaborators.
func Demo(s *Server) {
	d := demo{Server: s, now: s.Now(), rnd: rand.New(rand.NewPCG(2026, 3))}
	d.people()
	d.registries()
	d.images()
	d.exhibits()
	d.neighbours()
	d.conflicts()
	d.deletions()
}

// people makes the accounts and who belongs where.
func (d demo) people() {
	d.AddOrg(Org{Login: "acme-corp", Name: "Acme Corporation", Description: "Everything a coyote needs"})
	d.AddOrg(Org{Login: "globex", Name: "Globex", Description: "Applied sciences"})
	d.AddOrg(Org{Login: "initech", Name: "Initech", Description: "Behind single sign-on", SAML: true})
	d.AddOrg(Org{Login: "umbrella", Name: "Umbrella", Description: "Has not approved this app", AppRestricted: true})
	d.AddUser(User{Login: "olivia-owner", Name: "Olivia Okafor", About: "Owner of acme-corp; also in globex and umbrella"})
	d.AddUser(User{Login: "marco-member", Name: "Marco Meyer", About: "Member of acme-corp: may read, not delete"})
	d.AddUser(User{Login: "casey-collab", Name: "Casey Cho", About: "Outside collaborator: sees two private packages of acme-corp"})
	d.AddUser(User{Login: "sam-sso", Name: "Sam Sato", About: "Owner of initech, without an SSO session; member of acme-corp"})
	d.AddMember("acme-corp", "olivia-owner", ghpkg.RoleAdmin)
	d.AddMember("acme-corp", "marco-member", ghpkg.RoleMember)
	d.AddMember("acme-corp", "sam-sso", ghpkg.RoleMember)
	d.AddMember("globex", "olivia-owner", ghpkg.RoleMember)
	d.AddMember("globex", "marco-member", ghpkg.RoleAdmin)
	d.AddMember("initech", "sam-sso", ghpkg.RoleAdmin)
	d.AddMember("umbrella", "olivia-owner", ghpkg.RoleAdmin)
	d.AddTeamMember("acme-corp", "package-admins", "olivia-owner", "maintainer")
	d.AddTeamMember("acme-corp", "platform", "marco-member", "member")
}

// neighbours fills the other organizations and the users' own namespaces.
func (d demo) neighbours() {
	for _, name := range []string{"reactor-sim", "hammock-scheduler", "doom-clock", "weather-client"} {
		d.release(Package{Owner: "globex", Type: ghpkg.NPM, Name: name, Repository: name}, 6)
		d.image(Package{Owner: "globex", Type: ghpkg.Container, Name: "labs/" + name, Repository: name}, 3)
	}
	for _, name := range []string{"tps-report", "stapler", "red-swingline"} {
		d.release(Package{Owner: "initech", Type: ghpkg.NuGet, Name: "Initech." + name, Repository: name}, 8)
	}
	d.release(Package{Owner: "initech", Type: ghpkg.NPM, Name: "initech-logo", Visibility: ghpkg.Public}, 3)
	d.release(Package{Owner: "umbrella", Type: ghpkg.NPM, Name: "hive", Repository: "hive"}, 4)
	d.release(Package{Owner: "olivia-owner", Type: ghpkg.NPM, Name: "dotfiles-cli", Visibility: ghpkg.Public}, 9)
	d.release(Package{Owner: "olivia-owner", Type: ghpkg.RubyGems, Name: "recipe_box", Repository: "recipe_box"}, 5)
	d.image(Package{Owner: "olivia-owner", Type: ghpkg.Container, Name: "homelab/pihole-sync", Repository: "homelab"}, 5)
	d.image(Package{Owner: "olivia-owner", Type: ghpkg.Container, Name: "blog"}, 2)
	d.release(Package{Owner: "marco-member", Type: ghpkg.NPM, Name: "bike-routes", Visibility: ghpkg.Public}, 4)
	d.image(Package{Owner: "marco-member", Type: ghpkg.Container, Name: "bike-routes"}, 3)
	d.image(Package{Owner: "casey-collab", Type: ghpkg.Container, Name: "portfolio", Visibility: ghpkg.Public}, 2)
	d.release(Package{Owner: "sam-sso", Type: ghpkg.NuGet, Name: "Sam.Snippets"}, 2)
}

// ago returns the moment that is so many days, and a few seeded minutes, before now.
func (d demo) ago(days int) time.Time {
	return d.now.Add(-time.Duration(days)*day - time.Duration(1+d.rnd.IntN(1200))*time.Minute)
}

// deletedWithLeft returns when something was deleted that has so many whole
// days left. The hours on top keep the number steady while people look at it.
func (d demo) deletedWithLeft(days int) time.Time {
	return d.now.Add(-ghpkg.RestoreWindow + time.Duration(days)*day + 9*time.Hour)
}
