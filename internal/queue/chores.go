package queue

import (
	"context"
	"fmt"
	"time"
)

// Chore is work that is nobody's in particular.
type Chore struct {
	Name string // for the log
	// Due reports whether there is anything to do.
	Due func(ctx context.Context) (bool, error)
	// Work is as Options.Work.
	Work func(ctx context.Context) (again time.Duration, err error)
}

// choreLine is the line of a chore among those of viewers, whose ids at GitHub
// are positive.
func choreLine(i int) int64 { return -1 - int64(i) }

// chore returns the chore whose line it is; false if it is a viewer's.
func (o Options) chore(line int64) (Chore, bool) {
	if line >= 0 {
		return Chore{}, false
	}
	return o.Chores[-1-line], true
}

// whose names a line in the log.
func (o Options) whose(line int64) string {
	if chore, ok := o.chore(line); ok {
		return chore.Name
	}
	return fmt.Sprintf("viewer %d", line)
}
