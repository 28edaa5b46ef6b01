package ghpkg_test

import (
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestLeft: what was just deleted has the 30 days that GitHub speaks of, and
// never more; what has less than a day has hours, and never more than there are.
func TestLeft(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	deleted := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name        string
		after       time.Duration
		days, hours int
	}{
		{"deleted by a clock ahead of ours", -day, 30, 744},
		{"at once", 0, 30, 720},
		{"a second later", time.Second, 30, 719},
		{"in the evening", 13 * time.Hour, 29, 707},
		{"a day later", day, 29, 696},
		{"with more than a day and a half", 28*day + 11*time.Hour, 2, 37},
		{"with less than a day and a half", 28*day + 13*time.Hour, 1, 35},
		{"with a day", 29 * day, 1, 24},
		{"with a second less", 29*day + time.Second, 0, 23},
		{"in the last hour", 30*day - time.Minute, 0, 0},
		{"too late", 30 * day, -1, -1},
	} {
		now := deleted.Add(tt.after)
		if days, hours := ghpkg.DaysLeft(deleted, now), ghpkg.HoursLeft(deleted, now); days != tt.days || hours != tt.hours {
			t.Errorf("%s: %d days, %d hours, want %d and %d", tt.name, days, hours, tt.days, tt.hours)
		}
	}
}
