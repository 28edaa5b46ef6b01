package queue

import (
	"context"
	"log/slog"
	"time"
)

// Tidy removes the jobs that were to be done before then, whoever's they are.
func (q *Queue) Tidy(ctx context.Context, before time.Time) error { return q.river.tidy(ctx, before) }

// RiverLog returns the log that River is given, what tells it how the database
// answered, and what tells it that nothing more will be known.
func RiverLog(log *slog.Logger) (river *slog.Logger, answered func(ctx context.Context, asked time.Time, err error), end func()) {
	o := &outage{log: log}
	return slog.New(warnings{log.Handler(), o}), o.answered, o.end
}
