package queue

import "time"

// Depth is how many jobs this process has, each of another viewer.
type Depth struct {
	Working int
	Due     int // they wait for a worker
	Asleep  int // until a moment that Work named
}

// Depth counts the jobs, without asking the database.
func (q *Queue) Depth() Depth { return q.lines.depth(time.Now()) }

func (l *lines) depth(now time.Time) Depth {
	l.mu.Lock()
	defer l.mu.Unlock()
	var d Depth
	for viewer, one := range l.all {
		switch {
		case viewer < 0: // a chore is nobody's
		case one.working:
			d.Working++
		case one.at.After(now):
			d.Asleep++
		default:
			d.Due++
		}
	}
	return d
}
