package queue

import (
	"crypto/rand"
	"sync"
	"time"
)

// late is how long after its time a job is given up: its row was lost with the
// database's answer, and another takes its place.
const late = 5 * time.Second

// lines is what this process has in the queue, viewer by viewer. River's own
// uniqueness would swallow a wake that comes while a job is ending or sleeps.
type lines struct {
	mu  sync.Mutex
	all map[int64]*line
}

type line struct {
	turn     string    // of the job that may work; those of another turn are of the past
	at       time.Time // when it is to work
	working  bool
	woken    bool // while it worked
	failures int  // in a row
}

// want returns the turn of a job that has to be queued for the viewer; empty if
// there is one already. hurry also takes the place of one that sleeps.
func (l *lines) want(viewer int64, now time.Time, hurry bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.all[viewer]
	switch {
	case one == nil:
		one = &line{}
		l.all[viewer] = one
	case one.working:
		one.woken = one.woken || hurry
		return ""
	case now.Sub(one.at) > late:
	case !hurry || !one.at.After(now):
		return ""
	}
	one.turn, one.at = rand.Text(), now
	return one.turn
}

// drop takes back a turn that could not be queued.
func (l *lines) drop(viewer int64, turn string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.all[viewer]; one != nil && one.turn == turn && !one.working {
		delete(l.all, viewer)
	}
}

// enter begins the turn; false if it is of the past, or at work.
func (l *lines) enter(viewer int64, turn string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.all[viewer]
	if one == nil || one.turn != turn || one.working {
		return false
	}
	one.working, one.woken = true, false
	return true
}

// leave ends a slice of work, and returns after how long the turn goes on;
// false if it is over.
func (l *lines) leave(viewer int64, now time.Time, again time.Duration, failed bool) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.all[viewer]
	one.working = false
	if failed {
		again = backoff(one.failures)
		one.failures++
	} else {
		one.failures = 0
	}
	if one.woken {
		again = 0
	}
	if again < 0 {
		delete(l.all, viewer)
		return 0, false
	}
	one.at = now.Add(again)
	return again, true
}

// backoff is how long to wait after so many failures before this one. It is
// short: what fails here is the database, and people are waiting.
func backoff(failures int) time.Duration {
	return min(time.Second<<min(failures, 10), 15*time.Second)
}
