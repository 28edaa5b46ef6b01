package queue

import (
	"context"
	"log/slog"
	"time"
)

// Tidy removes the jobs that were to be done before then, whoever's they are.
func (q *Queue) Tidy(ctx context.Context, before time.Time) error { return q.river.tidy(ctx, before) }

// RiverLog returns the log that River is given, and what tells it how the
// database answered.
func RiverLog(log *slog.Logger) (river *slog.Logger, felt func(context.Context, error)) {
	o := &outage{log: log}
	return slog.New(warnings{log.Handler(), o}), o.felt
}
