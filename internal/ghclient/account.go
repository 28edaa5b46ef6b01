package ghclient

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// account is what this process knows about one account at GitHub. What all
// replicas share is kept outside, and known here as it was last seen.
type account struct {
	opts    *Options
	name    string
	kept    Accounts
	durable bool // kept for longer than this process lives
	guard   guard
	budget  budget
	gate    chan struct{} // holds one of this process's changes, in the order of their coming
	used    atomic.Int64  // when it was used last, in Unix seconds

	read  atomic.Bool // it was read once
	mu    sync.Mutex  // one at a time asks what is kept
	known ghpkg.Account
	seen  time.Time
}

// The bounds of what is kept.
const (
	freshTime = time.Second     // how old it may be for a read
	keepTime  = 5 * time.Second // for writing down what must not get lost
	swapTries = 20              // how often others may be faster
)

var errOthersFaster = errors.New("write the account at GitHub down: others were always faster")

// refresh looks what other replicas learned, at most once in a freshTime. What
// cannot be read keeps nobody from reading at GitHub.
func (a *account) refresh(ctx context.Context) {
	if !a.mu.TryLock() {
		if a.read.Load() {
			return // somebody is just looking
		}
		a.mu.Lock() // nothing is known yet
	}
	defer a.mu.Unlock()
	if age := a.opts.Now().Sub(a.seen); a.read.Load() && age >= 0 && age < freshTime {
		return
	}
	_ = a.load(ctx)
}

// load reads what is kept. The caller holds mu.
func (a *account) load(ctx context.Context) error {
	is, err := a.kept.Account(ctx, a.name)
	if err != nil {
		return err
	}
	a.see(is)
	return nil
}

// see notes what is kept. The caller holds mu.
func (a *account) see(is ghpkg.Account) {
	a.known, a.seen = is, a.opts.Now()
	a.guard.adopt(is)
	a.read.Store(true)
}

// change rewrites what is kept by edit, which may decline by false. It tries
// what was last seen first, which mostly is still so, and believes edit's no
// only about what was just read.
func (a *account) change(ctx context.Context, edit func(ghpkg.Account) (ghpkg.Account, bool)) (ghpkg.Account, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	fresh := false
	for range swapTries {
		if is, ok := edit(a.known); ok {
			swapped, err := a.kept.SwapAccount(ctx, a.name, a.known, is)
			if err != nil {
				return ghpkg.Account{}, false, err
			}
			if swapped {
				a.see(is)
				return is, true, nil
			}
		} else if fresh {
			return a.known, false, nil
		}
		if err := a.load(ctx); err != nil {
			return ghpkg.Account{}, false, err
		}
		fresh = true
	}
	return ghpkg.Account{}, false, errOthersFaster
}

// learn reads an answer, and tells the other replicas of a limit in it.
func (a *account) learn(ctx context.Context, answer *answer) *limitError {
	now := a.opts.Now()
	a.budget.learn(answer.header)
	limit := a.guard.learn(now, answer)
	if limit == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	until := notBefore(now.Add(limit.wait))
	// If it cannot be written down, this process obeys by itself.
	_, _, _ = a.change(ctx, func(is ghpkg.Account) (ghpkg.Account, bool) {
		if !until.After(is.LimitedUntil) {
			return is, false
		}
		// Calls that were in flight together are told together: one lesson.
		if limit.secondary && !now.Before(is.LimitedUntil) {
			is = slowDown(is, a.opts.MutationInterval)
		}
		is.LimitedUntil, is.Limited = until, a.guard.note()
		return is, true
	})
	return limit
}

// limit returns the limit that stands now, or nil.
func (a *account) limit() *limitError { return a.guard.check(a.opts.Now()) }

// idleSince reports whether certainly nothing was sent to be changed since
// then, and otherwise returns the latest moment at which it may have been.
func (a *account) idleSince(ctx context.Context, since time.Time) (latest time.Time, idle bool, err error) {
	if !a.durable {
		return since, false, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.load(ctx); err != nil {
		return since, false, err
	}
	latest = a.known.HeldUntil
	if a.known.Holder != "" {
		latest = latest.Add(-holdTime) // it may have been sent after it was taken
	}
	if latest.Before(wholeMillis(since)) {
		return since, true, nil
	}
	return latest, false, nil
}
