package operations_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

// signed are an image and its signature, of a package that has more.
func signed() (image, signature ghpkg.OperationItem, known []ghpkg.PackageFacts) {
	digits := strings.Repeat("5", 64)
	image = of(ghpkg.Container, ghpkg.Private, 1, "1.0")
	image.Target.VersionName = "sha256:" + digits
	signature = of(ghpkg.Container, ghpkg.Private, 2, "sha256-"+digits+".sig")
	known = facts(ghpkg.Container, 9, 9, true)
	known[0].References = []ghpkg.Reference{{From: 2, Tag: signature.Target.Tags[0], Digest: image.Target.VersionName, To: 1}}
	return image, signature, known
}

// TestPreflightOfWhatBelongsTogether: a signature does not go from an image that
// stays, nor an image from its signature, without a word.
func TestPreflightOfWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	image, signature, known := signed()
	untagged := image
	untagged.Target.Tags = nil
	all := facts(ghpkg.Container, 1, 1, true)
	all[0].References = known[0].References
	gone := known[0]
	gone.References = []ghpkg.Reference{{From: 2, Tag: "t", Digest: "sha256:nowhere"}}
	type checks = []ghpkg.ItemCheck
	for _, tt := range []struct {
		name  string
		items []ghpkg.OperationItem
		facts []ghpkg.PackageFacts
		want  checks
	}{
		{"the image alone", []ghpkg.OperationItem{image}, known, checks{ghpkg.CheckReferred}},
		{"the signature alone", []ghpkg.OperationItem{signature}, known, checks{ghpkg.CheckReferring}},
		{"both", []ghpkg.OperationItem{image, signature}, known, checks{ghpkg.CheckOK, ghpkg.CheckOK}},
		{"an untagged image that is signed", []ghpkg.OperationItem{untagged}, known, checks{ghpkg.CheckReferred}},
		{"what the signature is about is gone", []ghpkg.OperationItem{signature}, []ghpkg.PackageFacts{gone}, checks{ghpkg.CheckOK}},
		{"GitHub's no comes first", []ghpkg.OperationItem{image}, all, checks{ghpkg.CheckLastVersion}},
		{"the image goes already", []ghpkg.OperationItem{with(image, ghpkg.CheckGone)}, known, checks{ghpkg.CheckGone}},
	} {
		got := operations.Preflight(tt.items, tt.facts, ghpkg.ActionDelete, noon)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
