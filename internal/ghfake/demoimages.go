package ghfake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// images publishes acme-corp's container images.
func (d demo) images() {
	for _, area := range areas() {
		repository := area + "-service"
		d.image(Package{Owner: acme, Type: ghpkg.Container, Name: repository, Repository: repository}, 3+d.rnd.IntN(8))
		d.image(Package{Owner: acme, Type: ghpkg.Container, Name: repository + "/migrations", Repository: repository}, 2+d.rnd.IntN(4))
		d.image(Package{Owner: acme, Type: ghpkg.Container, Name: "ci/" + area + "-builder", Repository: "ci"}, 1+d.rnd.IntN(3))
	}
	for _, name := range []string{"platform/api/gateway", "platform/api/gateway/canary", "platform/auth.proxy", "base/debian_slim", "charts/acme"} {
		d.image(Package{Owner: acme, Type: ghpkg.Container, Name: name, Repository: "platform"}, 4+d.rnd.IntN(5))
	}
}

// image publishes a container package of n multi-arch builds, oldest first.
// Each build is an index with its tags, and, as at GitHub, an untagged version
// for each platform image and each attestation. Every other build was signed.
func (d demo) image(p Package, n int) int64 {
	step := time.Duration(2+d.rnd.IntN(12)) * day
	at := d.ago(d.rnd.IntN(60)).Add(-time.Duration(n) * step)
	p.CreatedAt = at
	var versions []Version
	for i := range n {
		at = at.Add(step)
		versions = append(versions, d.build(p.Name, i, i == n-1, at)...)
	}
	p.UpdatedAt = at
	return d.AddPackage(p, versions...)
}

// build returns the versions of one multi-arch build.
func (d demo) build(name string, i int, latest bool, at time.Time) []Version {
	var versions []Version
	for _, child := range []string{"linux/amd64", "linux/arm64", "attestation linux/amd64", "attestation linux/arm64"} {
		versions = append(versions, Version{Name: digest(name, child, fmt.Sprint(i)), CreatedAt: at, Downloads: d.rnd.IntN(300)})
	}
	index := Version{
		Name:      digest(name, "index", fmt.Sprint(i)),
		Tags:      []string{fmt.Sprintf("1.%d.0", i), "sha-" + digest(name, "commit", fmt.Sprint(i))[7:14]},
		CreatedAt: at.Add(4 * time.Second),
		Downloads: d.rnd.IntN(900),
	}
	if latest {
		index.Tags = append(index.Tags, "latest", "1")
	}
	versions = append(versions, index)
	if i%2 == 0 {
		// cosign keeps a signature under a tag made of the signed digest.
		tag := strings.Replace(index.Name, ":", "-", 1) + ".sig"
		versions = append(versions, Version{Name: digest(name, "signature", fmt.Sprint(i)), Tags: []string{tag}, CreatedAt: at.Add(9 * time.Second)})
	}
	return versions
}

// digest invents a manifest digest.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// conflicts publishes images in the old Docker registry; some could not be
// migrated, for a container package of the same name exists.
func (d demo) conflicts() {
	for _, area := range areas() {
		versions := make([]Version, 3)
		for i := range versions {
			versions[i] = Version{Name: digest(area, "docker", fmt.Sprint(i)), Tags: []string{fmt.Sprintf("0.%d", i)}, CreatedAt: d.ago(900 - 30*i)}
		}
		d.AddPackage(Package{
			Owner: acme, Type: ghpkg.Docker, Name: area + "-service", Repository: area + "-service",
			Conflict: area == "billing" || area == "orders" || area == "search", CreatedAt: d.ago(1000),
		}, versions...)
	}
	d.AddPackage(Package{Owner: "olivia-owner", Type: ghpkg.Docker, Name: "blog", Repository: "blog", Conflict: true, CreatedAt: d.ago(1000)},
		Version{Name: digest("blog", "docker"), Tags: []string{"latest"}, CreatedAt: d.ago(900)})
}
