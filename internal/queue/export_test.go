package queue

import (
	"context"
	"time"
)

// Tidy removes the jobs that were to be done before then, whoever's they are.
func (q *Queue) Tidy(ctx context.Context, before time.Time) error { return q.river.tidy(ctx, before) }
