package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// BenchmarkListings saves and loads listings as large as they are met: an
// owner's packages of one type, and the versions of a package that is
// published to by every build.
func BenchmarkListings(b *testing.B) {
	for _, n := range []int{2_000, 10_000} {
		key := ghpkg.ListingKey{Viewer: "octavia", Owner: owner(b, ghpkg.Organization, "Acme"), Type: ghpkg.NPM}
		listing := ghpkg.Listing[ghpkg.Package]{AsOf: epoch}
		for i := range n {
			listing.Items = append(listing.Items, pkg(b, int64(i+1)))
		}
		b.Run(fmt.Sprintf("packages-%d", n), func(b *testing.B) {
			benchListing(b, key, listing, (*store.Store).SavePackages, (*store.Store).LoadPackages)
		})
	}
	key := ghpkg.ListingKey{
		Viewer: "octavia", Owner: owner(b, ghpkg.Organization, "Acme"), Type: ghpkg.Container, Name: "api", State: ghpkg.Active,
	}
	listing := ghpkg.Listing[lean.Version]{AsOf: epoch}
	for i := range 135_000 {
		listing.Items = append(listing.Items, lean.All([]ghpkg.Version{version(int64(i + 1))})...)
	}
	b.Run("versions-135000", func(b *testing.B) {
		benchListing(b, key, listing, (*store.Store).SaveVersions, (*store.Store).LoadVersions)
	})
}

func benchListing[T any](
	b *testing.B, key ghpkg.ListingKey, listing ghpkg.Listing[T], save saver[T], load loader[T],
) {
	databases := 0
	empty := func(b *testing.B) *store.Store {
		databases++
		url := "sqlite:" + filepath.Join(b.TempDir(), fmt.Sprintf("%d.db", databases))
		if os.Getenv("STOCKROOM_BENCH_POSTGRES") != "" {
			url = postgresSchema(b)
		}
		return open(b, url)
	}
	must := func(b *testing.B, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := empty(b)
			b.StartTimer()
			must(b, save(s, b.Context(), key, listing))
		}
	})
	s := empty(b)
	must(b, save(s, b.Context(), key, listing))
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			must(b, save(s, b.Context(), key, listing))
		}
	})
	b.Run("another-viewer", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			other := key
			other.Viewer = fmt.Sprint(n)
			must(b, save(s, b.Context(), other, listing))
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			l, ok, err := load(s, b.Context(), key)
			if err != nil || !ok || len(l.Items) != len(listing.Items) {
				b.Fatalf("%d items, %v, %v", len(l.Items), ok, err)
			}
		}
	})
	b.Run("sweep-nothing", func(b *testing.B) {
		for b.Loop() {
			must(b, s.Sweep(b.Context(), epoch.Add(2*time.Hour), epoch))
		}
	})
	b.Run("forget-and-sweep", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := empty(b)
			must(b, save(s, b.Context(), key, listing))
			b.StartTimer()
			must(b, s.ForgetListings(b.Context(), key.Viewer))
			must(b, s.Sweep(b.Context(), epoch.Add(2*time.Hour), epoch))
		}
	})
}
