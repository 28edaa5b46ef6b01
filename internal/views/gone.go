package views

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// left is how long GitHub still restores it, in words; what is estimated is not
// told by the hour.
func (g Gone) left(ctx context.Context) string {
	switch {
	case g.DaysLeft < 0:
		return i18n.T(ctx, "gone.too_late")
	case g.DaysLeft > 0 && g.Estimate:
		return i18n.T(ctx, "gone.about_days_left", "Count", g.DaysLeft)
	case g.DaysLeft > 0:
		return i18n.T(ctx, "gone.days_left", "Count", g.DaysLeft)
	case g.Estimate:
		return i18n.T(ctx, "gone.last_day")
	case g.HoursLeft == 0:
		return i18n.T(ctx, "gone.last_hour")
	}
	return i18n.T(ctx, "gone.hours_left", "Count", g.HoursLeft)
}

// tone is the urgency of what can still be restored. The label says the days in
// words too.
func (g Gone) tone() ui.Tone {
	switch {
	case g.DaysLeft < 0:
		return ui.Neutral
	case g.DaysLeft < 3:
		return ui.Danger
	case g.DaysLeft < 8:
		return ui.Attention
	}
	return ui.Success
}
