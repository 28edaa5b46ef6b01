package ghpkg_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestTrimIsReadBack, in words that are fixed for ever: older ledgers hold them.
func TestTrimIsReadBack(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("5f0c", 16)
	want := ghpkg.Trim{Entries: 1204, Before: time.Date(2025, 10, 21, 0, 0, 0, 0, time.UTC), Link: 2408, Hash: hash}
	// Ledgers hold this text: it must stay, whatever becomes of the words on pages.
	said := "1204 entries of before 2025-10-21T00:00:00Z were removed, up to link 2408 with the hash " + hash
	if got := want.Message(); got != said {
		t.Errorf("it says %q", got)
	}
	if got, ok := ghpkg.ReadTrim(said); !ok || got != want {
		t.Errorf("it reads as %+v, %v", got, ok)
	}
	for _, other := range []string{
		"", "You cannot.", said + " ", " " + said, said[:len(said)-1], strings.Replace(said, "5f", "5F", 1), strings.Replace(said, "2025-10", "2025-13", 1),
		strings.Replace(said, "link 2408", "link 99999999999999999999", 1), strings.Replace(said, "1204", "99999999999999999999", 1), said + "\n" + said,
	} {
		if got, ok := ghpkg.ReadTrim(other); ok {
			t.Errorf("%q reads as %+v", other, got)
		}
	}
}
