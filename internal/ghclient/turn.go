package ghclient

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The times of a turn.
const (
	// holdTime is longer than a change takes (mutationTime), also by the clock
	// of a replica that is seconds ahead: a turn that is held for longer is a
	// dead process's.
	holdTime = 20 * time.Second
	// askAgain and askSpread are how often a turn that somebody holds is asked for.
	askAgain  = 20 * time.Millisecond
	askSpread = 30 * time.Millisecond
	// jobReach and personReach are how long before its moment a turn may be
	// taken, so that the database's time is no part of the pace; never more than
	// a part of the pace. A person's change goes before a job's of another replica.
	jobReach    = 100 * time.Millisecond
	personReach = 2 * jobReach
	reachPart   = 4
)

// busyError says that a mutation's turn does not come soon enough.
type busyError struct {
	wait time.Duration
	err  error // what else kept it from coming, or nil
}

func (e *busyError) Error() string {
	return fmt.Sprintf("the next change may be sent in %s", e.wait)
}

func (e *busyError) Unwrap() error { return e.err }

// patience is how long a change waits for its turn.
type patience struct {
	until time.Time // zero: for as long as its context lives
}

// within returns for how long it may be waited yet; false: for ever.
func (p patience) within() (time.Duration, bool) { return time.Until(p.until), !p.until.IsZero() }

// reach returns how long before its moment the turn may be taken.
func (p patience) reach(pace time.Duration) time.Duration {
	if _, bounded := p.within(); bounded {
		return min(personReach, pace/reachPart)
	}
	return min(jobReach, pace/reachPart/2)
}

// turn is the right to change something at GitHub with one account, alone
// among all replicas.
type turn struct {
	account *account
	holder  string
	before  ghpkg.Account // as it was when the turn was taken
}

// enter waits for the account's turn. The caller calls leave when its change is
// over. The error is a *limitError, a *busyError, or ctx's.
func (a *account) enter(ctx context.Context, p patience) (*turn, error) {
	if err := a.enterGate(ctx, p); err != nil {
		return nil, err
	}
	t, err := a.takeTurn(ctx, p)
	if err != nil {
		<-a.gate
		return nil, err
	}
	if err := t.begin(ctx); err != nil {
		t.pass(ctx)
		return nil, err
	}
	return t, nil
}

// enterGate waits for the changes of this process that came before.
func (a *account) enterGate(ctx context.Context, p patience) error {
	var over <-chan time.Time
	if left, bounded := p.within(); bounded {
		timer := time.NewTimer(left)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case a.gate <- struct{}{}:
		return nil
	case <-over:
		return &busyError{wait: a.busyTime()}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// takeTurn takes the turn from the other replicas.
func (a *account) takeTurn(ctx context.Context, p patience) (*turn, error) {
	t := &turn{account: a, holder: rand.Text()}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := a.opts.Now()
		is, taken, err := a.change(ctx, func(is ghpkg.Account) (ghpkg.Account, bool) {
			pace := paceOf(is, a.opts.MutationInterval)
			begin := later(is.NextAt, now)
			if begin.Sub(now) > p.reach(pace) || begin.Before(is.LimitedUntil) || is.Holder != "" && now.Before(is.HeldUntil) {
				return is, false
			}
			t.before = is
			is.Holder, is.HeldUntil = t.holder, wholeMillis(begin.Add(holdTime))
			// The pace holds even if the turn is never given back.
			is.NextAt = nextAfter(begin, pace)
			return is, true
		})
		if err != nil || taken {
			return t, err
		}
		if limit := a.guard.check(now); limit != nil {
			return nil, limit
		}
		if left, bounded := p.within(); bounded && (left <= 0 || is.NextAt.Sub(now) > left) {
			return nil, &busyError{wait: max(is.NextAt.Sub(now), a.busyTime())}
		}
		if err := a.opts.Sleep(ctx, a.waitFor(is, now, p)); err != nil {
			return nil, err
		}
	}
}

// waitFor returns how long to wait before the turn is asked for again.
func (a *account) waitFor(is ghpkg.Account, now time.Time, p patience) time.Duration {
	if is.Holder != "" && now.Before(is.HeldUntil) {
		return min(askAgain+spread(), is.HeldUntil.Sub(now))
	}
	return max(is.NextAt.Sub(now)-p.reach(paceOf(is, a.opts.MutationInterval)), 0)
}

// spread keeps replicas that wait for the same from asking all at once.
func spread() time.Duration {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(askSpread)))
	if err != nil {
		return 0 // never since Go 1.24
	}
	return time.Duration(n.Int64())
}

// busyTime is what somebody is told to wait who found the turn taken.
func (a *account) busyTime() time.Duration { return max(a.opts.MutationInterval, time.Second) }

// begin waits for the moment of a turn that was taken before it, and looks once
// more whether somebody was told to wait in the meantime.
func (t *turn) begin(ctx context.Context) error {
	a := t.account
	wait := t.before.NextAt.Sub(a.opts.Now())
	if wait <= 0 {
		return nil
	}
	if err := a.opts.Sleep(ctx, wait); err != nil {
		return err
	}
	a.mu.Lock()
	err := a.load(ctx)
	mine := a.known.Holder == t.holder
	a.mu.Unlock()
	if err != nil {
		return err
	}
	if limit := a.limit(); limit != nil {
		return limit
	}
	if !mine {
		return &busyError{wait: a.busyTime()}
	}
	return nil
}

// pass gives back a turn in which nothing was sent.
func (t *turn) pass(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	defer func() { <-t.account.gate }()
	_, _, _ = t.account.change(ctx, func(is ghpkg.Account) (ghpkg.Account, bool) {
		mine := is.Holder == t.holder
		is.Holder, is.HeldUntil, is.NextAt = "", t.before.HeldUntil, t.before.NextAt
		return is, mine
	})
}

// leave gives the turn back. worked says that GitHub confirmed the change.
func (t *turn) leave(ctx context.Context, worked bool) {
	a, now := t.account, t.account.opts.Now()
	defer func() { <-a.gate }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	// A turn that cannot be given back ends by itself, as a dead process's does.
	_, _, _ = a.change(ctx, func(is ghpkg.Account) (ghpkg.Account, bool) {
		if is.Holder != t.holder {
			return is, false
		}
		if worked {
			is = confirmed(is, a.opts.MutationInterval)
		}
		is.Holder, is.HeldUntil = "", wholeMillis(now)
		is.NextAt = nextAfter(now, paceOf(is, a.opts.MutationInterval))
		return is, true
	})
}

// again waits the pace between two attempts of one turn; false if there must be
// no second one.
func (t *turn) again(ctx context.Context) bool {
	a := t.account
	now := a.opts.Now()
	is, held, err := a.change(ctx, func(is ghpkg.Account) (ghpkg.Account, bool) {
		is.HeldUntil = wholeMillis(now.Add(paceOf(is, a.opts.MutationInterval) + holdTime))
		return is, is.Holder == t.holder
	})
	if err != nil || !held {
		return false
	}
	return a.opts.Sleep(ctx, paceOf(is, a.opts.MutationInterval)) == nil
}

// sleep waits for d, or until ctx is done or would be before d is over.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
