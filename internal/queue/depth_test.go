package queue

import (
	"testing"
	"time"
)

// TestDepth follows three viewers' jobs.
func TestDepth(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l := lines{all: map[int64]*line{}}
	turns := map[int64]string{}
	for viewer := int64(1); viewer <= 3; viewer++ {
		turns[viewer] = l.want(viewer, now, true)
	}
	expect := func(when string, at time.Time, want Depth) {
		t.Helper()
		if got := l.depth(at); got != want {
			t.Errorf("%s: %+v, want %+v", when, got, want)
		}
	}
	expect("queued", now, Depth{Due: 3})
	l.enter(1, turns[1])
	l.enter(2, turns[2])
	expect("two at work", now, Depth{Working: 2, Due: 1})
	l.leave(1, now, time.Minute, false)
	l.leave(2, now, -1, false)
	expect("one rests, one is over", now, Depth{Due: 1, Asleep: 1})
	expect("a minute later", now.Add(time.Minute), Depth{Due: 2})
}
