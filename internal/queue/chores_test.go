package queue_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/queue"
)

// TestChores: each is worked on when it is due, whatever happens to the others
// and to viewers.
func TestChores(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		called := make(chan string, 99)
		var wanted, broken atomic.Bool
		chore := func(name string, due *atomic.Bool, answer error) queue.Chore {
			return queue.Chore{
				Name: name,
				Due:  func(context.Context) (bool, error) { return due.Load(), answer },
				Work: func(context.Context) (time.Duration, error) {
					due.Store(false)
					called <- name
					return -1, nil
				},
			}
		}
		q := start(t, openStore(t, databaseURL), queue.Options{
			Due:   func(context.Context) ([]int64, error) { return nil, errors.New("the database is away") },
			Every: 10 * time.Millisecond,
			Work: func(context.Context, int64) (time.Duration, error) {
				called <- "viewer"
				return -1, nil
			},
			Chores: []queue.Chore{chore("broken", &broken, errors.New("it cannot be said")), chore("notices", &wanted, nil)},
		})
		for range 2 {
			wanted.Store(true)
			if got := next(t, called); got != "notices" {
				t.Errorf("%s was worked on", got)
			}
		}
		wake(t, q, 7)
		if got := next(t, called); got != "viewer" {
			t.Errorf("%s was worked on", got)
		}
	})
}

// TestAChoreThatFailsGoesOn: as a viewer's work does.
func TestAChoreThatFailsGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		var calls atomic.Int64
		done := make(chan bool, 9)
		start(t, openStore(t, databaseURL), queue.Options{Chores: []queue.Chore{{
			Name: "notices",
			Due:  func(context.Context) (bool, error) { return calls.Load() == 0, nil },
			Work: func(context.Context) (time.Duration, error) {
				if calls.Add(1) == 1 {
					panic("a mistake")
				}
				done <- true
				return -1, nil
			},
		}}})
		next(t, done)
	})
}
