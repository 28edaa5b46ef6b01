package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

func TestSignaturesAreFoundWithWhatTheySign(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 64), strings.Repeat("b", 64)
	versions := inventory.NewVersions(ghpkg.Listing[lean.Version]{Items: lean.All([]ghpkg.Version{
		{ID: 1, Name: "sha256:" + a, Tags: []string{"1.0", "latest"}},
		{ID: 2, Name: "sha256:" + strings.Repeat("c", 64), Tags: []string{"sha256-" + a + ".sig"}},
		{ID: 3, Name: "sha256:" + strings.Repeat("d", 64), Tags: []string{"sha256-" + b}},
		{ID: 4, Name: "sha256:" + strings.Repeat("e", 64)},
	})}, ghpkg.Container, ghpkg.Active)
	want := []ghpkg.Reference{
		{From: 2, Tag: "sha256-" + a + ".sig", Digest: "sha256:" + a, To: 1},
		{From: 3, Tag: "sha256-" + b, Digest: "sha256:" + b}, // what it is about is gone
	}
	if diff := cmp.Diff(want, versions.References()); diff != "" {
		t.Error(diff)
	}
}
