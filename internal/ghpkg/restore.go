package ghpkg

import "time"

// RestoreWindow is how long GitHub keeps what was deleted (GitHub docs,
// "Deleting and restoring a package").
const RestoreWindow = 30 * 24 * time.Hour

// RestorableUntil returns the moment after which GitHub no longer restores
// what was deleted at deletedAt.
func RestorableUntil(deletedAt time.Time) time.Time { return deletedAt.Add(RestoreWindow) }

// DaysLeft returns the days that are left at now to restore what was deleted at
// deletedAt, to the nearest, so that what was just deleted has all of them: 30,
// also where our clock is behind GitHub's. 0 when HoursLeft tells, with less than
// a day left, and -1 when it is too late.
func DaysLeft(deletedAt, now time.Time) int {
	const day = 24 * time.Hour
	left := min(RestorableUntil(deletedAt).Sub(now), RestoreWindow)
	switch {
	case left <= 0:
		return -1
	case left < day:
		return 0
	}
	return int(left.Round(day) / day)
}

// HoursLeft is the same in whole hours: towards the end nobody is told of more
// time than there is. -1 when it is too late.
func HoursLeft(deletedAt, now time.Time) int {
	left := RestorableUntil(deletedAt).Sub(now)
	if left <= 0 {
		return -1
	}
	return int(left / time.Hour)
}
