package queue

import (
	"testing"
	"time"
)

// TestLateJobIsReplaced: a job whose row was lost is queued anew, and should it
// come nevertheless it does nothing.
func TestLateJobIsReplaced(t *testing.T) {
	t.Parallel()
	l := lines{all: map[int64]*line{}}
	now := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	lost := l.want(7, now, false)
	if l.want(7, now.Add(late), false) != "" {
		t.Error("queued twice although the first is not late yet")
	}
	fresh := l.want(7, now.Add(late+1), false)
	if fresh == "" || fresh == lost {
		t.Errorf("the late job was not replaced: %q after %q", fresh, lost)
	}
	if l.enter(7, lost) {
		t.Error("a turn of the past works")
	}
	if !l.enter(7, fresh) || l.enter(7, fresh) {
		t.Error("a turn works never, or twice at once")
	}
}

func TestWorkThatFailsIsTriedSoon(t *testing.T) {
	t.Parallel()
	l := lines{all: map[int64]*line{}}
	now := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	turn := l.want(7, now, false)
	for _, step := range []struct {
		failed bool
		want   time.Duration
	}{
		{true, time.Second},
		{true, 2 * time.Second},
		{true, 4 * time.Second},
		{true, 8 * time.Second},
		{true, 15 * time.Second},
		{true, 15 * time.Second},
		{false, time.Minute},
		{true, time.Second},
	} {
		if !l.enter(7, turn) {
			t.Fatal("the turn is over")
		}
		if got, more := l.leave(7, now, time.Minute, step.failed); got != step.want || !more {
			t.Errorf("failed %v: again after %v, %v; want %v", step.failed, got, more, step.want)
		}
	}
	if l.want(7, now, false) != "" {
		t.Error("what is due woke a viewer whose work pauses")
	}
	if l.want(7, now, true) == "" {
		t.Error("a wake did not end the pause")
	}
}

func TestDropLeavesNothing(t *testing.T) {
	t.Parallel()
	l := lines{all: map[int64]*line{}}
	now := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	l.drop(7, l.want(7, now, true))
	if l.want(7, now, false) == "" {
		t.Error("a job that could not be queued keeps others out")
	}
}
