package ghpkg_test

import (
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestTagsThatReferToAnotherVersion(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct {
		tag, want string
	}{
		{"sha256-" + hex + ".sig", "sha256:" + hex},
		{"sha256-" + hex + ".att", "sha256:" + hex},
		{"sha256-" + hex + ".sbom", "sha256:" + hex},
		{"sha256-" + hex, "sha256:" + hex},
		{"sha256-" + hex + ".exe", ""},
		{"sha256-" + hex + "00", ""},
		{"sha256-" + hex[1:], ""},
		{"sha256-" + strings.ToUpper(hex), ""},
		{"sha256-" + hex[2:] + "zz", ""},
		{"sha256:" + hex, ""},
		{"sha256-", ""},
		{"latest", ""},
		{"", ""},
	} {
		got, ok := ghpkg.ReferredDigest(tt.tag)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("ReferredDigest(%q) = %q, %v; want %q", tt.tag, got, ok, tt.want)
		}
	}
}
