package ghclient

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// How the pace of an account's changes follows GitHub's answers.
const (
	slowestTimes = 60               // of the configured pace …
	slowestPace  = 30 * time.Second // … and no more than this
	goodRun      = 20               // confirmed changes that make it faster again
)

// paceOf returns the time from the end of an account's change to its next one:
// the configured one, or a longer one that GitHub's answers taught.
func paceOf(a ghpkg.Account, configured time.Duration) time.Duration {
	return min(max(a.Pace, configured), slowest(configured))
}

// slowest returns the longest pace.
func slowest(configured time.Duration) time.Duration {
	// Compared by dividing: sixty times a long pace need not be a Duration.
	if configured > slowestPace/slowestTimes {
		return max(slowestPace, configured)
	}
	return slowestTimes * configured
}

// slowDown doubles the pace: GitHub found it too fast.
func slowDown(a ghpkg.Account, configured time.Duration) ghpkg.Account {
	a.Pace, a.Good = min(2*paceOf(a, configured), slowest(configured)), 0
	return a
}

// confirmed counts a change that worked. A run of them brings the pace a step
// back to the configured one.
func confirmed(a ghpkg.Account, configured time.Duration) ghpkg.Account {
	if a.Good++; a.Good < goodRun {
		return a
	}
	a.Pace, a.Good = max(paceOf(a, configured)*8/10, configured), 0
	return a
}

// nextAfter returns when a turn may begin after one that ended at t: never
// closer than the pace, and at once without one.
func nextAfter(t time.Time, pace time.Duration) time.Time {
	if pace == 0 {
		return wholeMillis(t)
	}
	return notBefore(t.Add(pace))
}

// wholeMillis returns t in whole milliseconds, as it is stored.
func wholeMillis(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// notBefore returns the first whole millisecond that is not before t.
func notBefore(t time.Time) time.Time { return wholeMillis(t.Add(time.Millisecond - 1)) }
