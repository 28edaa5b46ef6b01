package handlers

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// TestBoundsOfOurs: who is turned away by us is told to wait, and not that
// GitHub asks for it.
func TestBoundsOfOurs(t *testing.T) {
	t.Parallel()
	for code, want := range map[fault.Code]int{fault.CodeTooFast: 429, fault.CodeOverloaded: 503} {
		e := &fault.Error{Kind: fault.RateLimited, Code: code}
		if got := statusOf(e); got != want {
			t.Errorf("%s: status %d, want %d", code, got, want)
		}
		if got := titleKey(e); got == titleKey(&fault.Error{Kind: fault.RateLimited}) {
			t.Errorf("%s is put down to GitHub: %s", code, got)
		}
	}
}
