package ghfake

import (
	"fmt"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// deletions deletes packages and versions at moments that leave some time, or
// none, to restore them.
func (d demo) deletions() {
	names := strings.Fields("cart coupons faxes gifts pagers telex")
	for i, left := range []int{29, 20, 7, 2, 0, -1} {
		at := d.deletedWithLeft(left)
		name := "retired-" + names[i]
		d.deleted(Package{Owner: acme, Type: ghpkg.NPM, Name: name, Repository: "attic", DeletedAt: at})
		d.deleted(Package{Owner: acme, Type: ghpkg.Container, Name: "attic/" + name, Repository: "attic", DeletedAt: at})
	}
	// Its name was taken again after the deletion, so it cannot come back.
	d.deleted(Package{Owner: acme, Type: ghpkg.NPM, Name: "search-ui", Repository: "search-service", DeletedAt: d.deletedWithLeft(16)})
	d.release(Package{Owner: acme, Type: ghpkg.NPM, Name: "search-ui", Repository: "search-service"}, 2)

	for _, ref := range []Package{
		{Owner: acme, Type: ghpkg.NPM, Name: "billing-core"},
		{Owner: acme, Type: ghpkg.Container, Name: "platform/api/gateway"},
		{Owner: acme, Type: ghpkg.Maven, Name: "com.acme.billing.billing-core"},
		{Owner: "olivia-owner", Type: ghpkg.NPM, Name: "dotfiles-cli"},
	} {
		for i, left := range []int{29, 20, 7, 2, 0} {
			d.deletedVersion(ref, i, d.deletedWithLeft(left))
		}
	}
}

// deleted adds a package that was deleted.
func (d demo) deleted(p Package) {
	versions := d.releases(p, 3)
	if p.Type == ghpkg.Container {
		versions = d.build(p.Name, 0, true, p.DeletedAt)
	}
	for i := range versions {
		versions[i].CreatedAt = p.DeletedAt.Add(-time.Duration(10*(len(versions)-i)) * day)
	}
	p.CreatedAt = versions[0].CreatedAt
	d.AddPackage(p, versions...)
}

// deletedVersion adds a version that was deleted to the package of that name.
func (d demo) deletedVersion(ref Package, i int, at time.Time) {
	v := Version{Name: fmt.Sprintf("0.9.%d-rc", i), Description: "Release candidate", CreatedAt: at.Add(-20 * day), DeletedAt: at}
	if ref.Type == ghpkg.Container {
		v = Version{Name: digest(ref.Name, "deleted", fmt.Sprint(i)), Tags: []string{fmt.Sprintf("pr-%d", 200+i)}, CreatedAt: v.CreatedAt, DeletedAt: at}
	}
	d.mu.Lock()
	id := d.world.find(ref.Owner, ref.Type, ref.Name, ghpkg.Active).ID
	d.mu.Unlock()
	d.AddVersion(id, v)
}
