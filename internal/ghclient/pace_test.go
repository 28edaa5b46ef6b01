package ghclient

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestPaceGrowsAndRecovers(t *testing.T) {
	t.Parallel()
	const base = time.Second
	var a ghpkg.Account
	for _, want := range []time.Duration{2, 4, 8, 16, 30, 30} {
		a = slowDown(a, base)
		if got := paceOf(a, base); got != want*time.Second {
			t.Fatalf("the pace is %s, want %ds", got, want)
		}
	}
	for range goodRun - 1 {
		a = confirmed(a, base)
	}
	if got := paceOf(a, base); got != 30*time.Second {
		t.Errorf("it recovers too soon: %s", got)
	}
	if a = confirmed(a, base); paceOf(a, base) != 24*time.Second {
		t.Errorf("it does not recover: %s", paceOf(a, base))
	}
	for range goodRun - 1 {
		a = confirmed(a, base)
	}
	a = slowDown(a, base)
	if a = confirmed(a, base); paceOf(a, base) != 30*time.Second {
		t.Errorf("what went well before a limit counts after it: %s", paceOf(a, base))
	}
}

// TestPaceStaysWithinItsBounds plays GitHub for many configurations: whatever
// it says, no change comes faster than configured, none much slower than it
// has to be, and in the end all is as it was.
func TestPaceStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	bases := []time.Duration{0, 1, time.Microsecond, 3 * time.Millisecond, 333 * time.Millisecond, time.Second, 20 * time.Second, time.Hour, 1<<63 - 1}
	for range 2000 {
		base := bases[random.IntN(len(bases))]
		most := max(base, min(30*time.Second, 60*min(base, time.Hour)))
		a := ghpkg.Account{Pace: time.Duration(random.Int64N(int64(time.Hour)))} // of another configuration
		for range random.IntN(100) {
			before := paceOf(a, base)
			limited := random.IntN(15) == 0
			if limited {
				a = slowDown(a, base)
			} else {
				a = confirmed(a, base)
			}
			after := paceOf(a, base)
			if after < base || after > most || limited && after < before || !limited && after > before {
				t.Fatalf("seed %d, configured %s: from %s to %s (limited: %v)", seed, base, before, after, limited)
			}
		}
		for range 60 * goodRun {
			a = confirmed(a, base)
		}
		if got := paceOf(a, base); got != base {
			t.Fatalf("seed %d, configured %s: it stays at %s", seed, base, got)
		}
	}
}

func TestMomentsAreNeverEarlier(t *testing.T) {
	t.Parallel()
	whole := time.UnixMilli(1_800_000_000_000).UTC()
	for _, tt := range []struct{ at, want time.Time }{
		{whole, whole},
		{whole.Add(1), whole.Add(time.Millisecond)},
		{whole.Add(999_999), whole.Add(time.Millisecond)},
	} {
		if got := notBefore(tt.at); got != tt.want {
			t.Errorf("not before %s: %s", tt.at, got)
		}
		if got := nextAfter(tt.at, time.Second); got != tt.want.Add(time.Second) {
			t.Errorf("a second after %s: %s", tt.at, got)
		}
		if got := nextAfter(tt.at, 0); got.After(tt.at) {
			t.Errorf("without a pace the next one waits until %s", got)
		}
	}
}
