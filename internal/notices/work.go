package notices

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	slice      = 20 * time.Second // of work, after which a new one begins
	sendAtOnce = 8
)

// Due reports whether there is anything to do.
func (n *Notices) Due(ctx context.Context) (bool, error) {
	news, err := n.Store.HasNews(ctx, n.Now())
	if news || err != nil {
		return news, err
	}
	_, _, due, err := n.expiring(ctx)
	return due, err
}

// Work reads what is new, writes it down for those who want to know, and sends
// what is due. It returns after how long to call it again; a negative time:
// when it is due.
func (n *Notices) Work(ctx context.Context) (again time.Duration, err error) {
	end := time.Now().Add(slice)
	all, err := n.destinations(ctx)
	if err != nil {
		return 0, err
	}
	// What cannot be read must not keep back what is to be sent.
	failed := errors.Join(n.readLedger(ctx, all), n.readOperations(ctx, all), n.readExpiring(ctx, all))
	for time.Now().Before(end) && ctx.Err() == nil {
		due, err := n.Store.DueDeliveries(ctx, n.Now(), sendAtOnce)
		if len(due) == 0 || err != nil {
			return -1, errors.Join(failed, err)
		}
		if err := n.send(ctx, all, due); err != nil {
			return 0, errors.Join(failed, err)
		}
	}
	return 0, failed
}

func (n *Notices) send(ctx context.Context, all map[string]ghpkg.Destination, due []ghpkg.Delivery) error {
	var group errgroup.Group
	for _, d := range due {
		to, known := all[d.Destination]
		if !known { // it was added since, and is known in the next slice
			var err error
			if all, err = n.destinations(ctx); err != nil {
				return err
			}
			to = all[d.Destination]
		}
		group.Go(func() error { return n.deliver(ctx, to, d) })
	}
	return group.Wait()
}
