package queue

import (
	"context"
	"log/slog"
	"strings"
)

// warnings lets through what is worth a line in our log: River says much at
// lower levels, and twice a second that the database is away.
type warnings struct {
	slog.Handler
	outage *outage
}

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	switch {
	case strings.HasSuffix(r.Message, ": Error fetching jobs"):
		return nil // the outage tells it
	case follows(r):
		w.outage.complain(func() { _ = w.Handler.Handle(ctx, r) }) // as slog's own loggers, which have nowhere to say it
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

// follows reports whether a line is of those that an outage brings: that
// something has failed, or that a leader cannot stay one.
func follows(r slog.Record) bool {
	is := strings.HasPrefix(r.Message, "leadership.Elector: ")
	r.Attrs(func(a slog.Attr) bool {
		is = is || a.Key == "err" || a.Key == "error"
		return !is
	})
	return is
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs), w.outage}
}

func (w warnings) WithGroup(name string) slog.Handler {
	return warnings{w.Handler.WithGroup(name), w.outage}
}
