package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

type (
	saver[T any]  func(*store.Store, context.Context, ghpkg.ListingKey, ghpkg.Listing[T]) error
	loader[T any] func(*store.Store, context.Context, ghpkg.ListingKey) (ghpkg.Listing[T], bool, error)
)

// pkg is a package with everything that GitHub may say.
func pkg(t testing.TB, id int64) ghpkg.Package {
	versions := int(id % 7)
	name := fmt.Sprintf("team/widget-%d", id)
	return ghpkg.Package{
		ID: id, Name: name, Type: ghpkg.NPM, Owner: owner(t, ghpkg.Organization, "Acme"), Visibility: ghpkg.Private,
		VersionCount: &versions,
		Repository:   &ghpkg.Repository{Name: "widgets", FullName: "Acme/widgets", Private: true, HTMLURL: "https://github.com/Acme/widgets"},
		HTMLURL:      "https://github.com/orgs/Acme/packages/npm/" + name,
		CreatedAt:    epoch.Add(-time.Duration(id) * time.Hour), UpdatedAt: epoch.Add(-time.Duration(id) * time.Minute),
	}
}

// version is a version of a container image, half of which have tags.
func version(id int64) ghpkg.Version {
	v := ghpkg.Version{
		ID: id, Name: fmt.Sprintf("sha256:%064x", id), HTMLURL: fmt.Sprintf("https://github.com/orgs/acme/packages/container/api/%d", id),
		CreatedAt: epoch.Add(time.Duration(id) * time.Second), UpdatedAt: epoch.Add(time.Duration(id) * time.Second),
	}
	if id%2 == 0 {
		v.Tags = []string{fmt.Sprintf("v1.0.%d", id), "main"}
	}
	return v
}
