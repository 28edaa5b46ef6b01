package query

import (
	"strings"
	"testing"
)

// TestFolding tries every two bytes of ASCII beside each other, and what is not ASCII.
func TestFolding(t *testing.T) {
	t.Parallel()
	texts := []string{"", "É", "aé", "K", "İx", strings.Repeat("Aé", short), strings.Repeat("AZ", short), strings.Repeat("Q", short), strings.Repeat("Q", short-1) + "É"}
	for a := range 128 {
		for b := range 128 {
			texts = append(texts, strings.Repeat("x", b%9)+string([]byte{byte(a), byte(b)}))
		}
	}
	parts := []string{"", "a", "z", "@", "[", "`", "{", "k", "é", "i", "q", "xx", "\x00", "az"}
	for _, s := range texts {
		low := strings.ToLower(s)
		for _, part := range append(parts, low) {
			if got, want := contains(s, []byte(part)), strings.Contains(low, part); got != want {
				t.Errorf("contains(%q, %q) is %t", s, part, got)
			}
			if got, want := hasPrefix(s, part), strings.HasPrefix(low, part); got != want {
				t.Errorf("hasPrefix(%q, %q) is %t", s, part, got)
			}
			if got, want := equal(s, part), low == part; got != want {
				t.Errorf("equal(%q, %q) is %t", s, part, got)
			}
		}
	}
}
