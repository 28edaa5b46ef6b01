package ghfake

import (
	"fmt"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const acme = "acme-corp"

// areas and parts are what acme-corp's packages are named after.
func areas() []string {
	return strings.Fields("billing catalog checkout customers fulfilment identity inventory ledger notifications orders payments pricing reporting search shipping")
}

func parts() []string { return strings.Fields("client core events models sdk testing") }

// registries publishes the packages of the language registries.
func (d demo) registries() {
	for i, area := range areas() {
		title := strings.ToUpper(area[:1]) + area[1:]
		repository := area + "-service"
		for j, part := range parts() {
			npm := area + "-" + part
			if j%2 == 0 {
				npm = "@" + acme + "/" + npm
			}
			d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: npm, Repository: repository}, 3+d.rnd.IntN(20))
			if j < 4 {
				name := fmt.Sprintf("com.acme.%s.%s-%s", area, area, part)
				d.release(Package{Owner: acme, Type: ghpkg.Maven, Name: name, Repository: repository}, 2+d.rnd.IntN(12))
			}
			if j < 3 {
				name := "Acme." + title + "." + strings.ToUpper(part[:1]) + part[1:]
				d.release(Package{Owner: acme, Type: ghpkg.NuGet, Name: name, Repository: repository}, 2+d.rnd.IntN(10))
			}
		}
		// Some gems were never linked to a repository.
		gem := Package{Owner: acme, Type: ghpkg.RubyGems, Name: "acme_" + area, Repository: repository}
		if i%4 == 0 {
			gem.Repository = ""
		}
		d.release(gem, 2+d.rnd.IntN(14))
	}
}

// release publishes a package with n versions of rising numbers.
func (d demo) release(p Package, n int) {
	versions := d.releases(p, n)
	p.CreatedAt = versions[0].CreatedAt
	p.UpdatedAt = versions[n-1].CreatedAt
	d.AddPackage(p, versions...)
}

// releases returns n versions, oldest first, that end some time ago.
func (d demo) releases(p Package, n int) []Version {
	step := time.Duration(1+d.rnd.IntN(20)) * day / 2
	at := d.ago(d.rnd.IntN(200)).Add(-time.Duration(n) * step)
	major, minor, patch := d.rnd.IntN(3), d.rnd.IntN(4), 0
	versions := make([]Version, n)
	for i := range versions {
		at = at.Add(step)
		versions[i] = Version{
			Name:        fmt.Sprintf("%d.%d.%d", major, minor, patch),
			Description: "Release of " + p.Name,
			License:     "Apache-2.0",
			CreatedAt:   at,
			Downloads:   d.rnd.IntN(900),
		}
		switch d.rnd.IntN(10) {
		case 0:
			major, minor, patch = major+1, 0, 0
		case 1, 2, 3:
			minor, patch = minor+1, 0
		default:
			patch++
		}
	}
	return versions
}

// exhibits publishes packages that each show one thing.
func (d demo) exhibits() {
	d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: "크기-계산기", Repository: "i18n-tools"}, 4)
	d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: "preview", Repository: "preview"}, 3)
	d.release(Package{Owner: acme, Type: ghpkg.NuGet, Name: "Acme.Größen.Überprüfung", Repository: "i18n-tools"}, 2)
	// A single version: GitHub refuses to delete it.
	d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: "left-pad-acme", Repository: "left-pad-acme"}, 1)
	// Known to few.
	d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: "payroll-export", Repository: "payroll", Restricted: true}, 5)
	d.image(Package{Owner: acme, Type: ghpkg.Container, Name: "security/incident-tools", Repository: "security", Restricted: true}, 3)
	d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: "partner-portal-ui", Repository: "partner-portal", Readers: []string{"casey-collab"}}, 7)
	d.image(Package{Owner: acme, Type: ghpkg.Container, Name: "partner-portal", Repository: "partner-portal", Readers: []string{"casey-collab"}}, 4)
	d.popular()
	d.longHistory()
}

// popular publishes what so many have downloaded that GitHub keeps it.
func (d demo) popular() {
	sdk := Package{Owner: acme, Type: ghpkg.NPM, Name: "acme-sdk", Repository: "acme-sdk", Visibility: ghpkg.Public}
	versions := d.releases(sdk, 24)
	for i := range versions {
		versions[i].Downloads = i * 700
	}
	sdk.CreatedAt = versions[0].CreatedAt
	d.AddPackage(sdk, versions...)
	agent := d.image(Package{Owner: acme, Type: ghpkg.Container, Name: "acme-agent", Repository: "acme-agent", Visibility: ghpkg.Public}, 6)
	d.AddVersion(agent, Version{Name: digest("acme-agent", "stable"), Tags: []string{"stable"}, Downloads: 48_213, CreatedAt: d.ago(90)})
}

// longHistory publishes a package with more versions than one would click through.
func (d demo) longHistory() {
	const builds = 1200
	versions := make([]Version, builds)
	for i := range versions {
		at := d.now.Add(-time.Duration(builds-i) * 8 * time.Hour)
		versions[i] = Version{Name: digest("nightly", fmt.Sprint(i)), CreatedAt: at, Downloads: d.rnd.IntN(40)}
		if i%3 == 0 || i == builds-1 {
			versions[i].Tags = []string{fmt.Sprintf("nightly-%s-%d", at.Format("20060102"), i)}
		}
	}
	d.AddPackage(Package{
		Owner: acme, Type: ghpkg.Container, Name: "platform/nightly", Repository: "platform",
		CreatedAt: versions[0].CreatedAt, UpdatedAt: versions[builds-1].CreatedAt,
	}, versions...)
}
