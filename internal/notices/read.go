package notices

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	ledgerCursor = "ledger"            // the number of the last link that was read
	readAtOnce   = 500                 // links of the ledger
	newsAtOnce   = 20                  // of operations
	kept         = 30 * 24 * time.Hour // what is over

	// What was deleted here is told of when it can be restored for so long, once a day.
	expiringWithin = 3 * 24 * time.Hour
	expiringEvery  = 24 * time.Hour
	expiringCursor = "expiring" // until when deletions have been told of, in Unix milliseconds
	maxExpiring    = 5000       // a day
	maxItems       = 100        // that are listed in one notice
)

// told composes news for those who want to know.
func (n *Notices) told(ctx context.Context, all map[string]ghpkg.Destination, told News, owners ...string) ([]ghpkg.Delivery, error) {
	var deliveries []ghpkg.Delivery
	for _, to := range all {
		if !slices.ContainsFunc(owners, func(owner string) bool { return to.Wants(told.Event, owner, told.At) }) {
			continue
		}
		mine := told
		if o := told.Operation; o != nil { // other owners are not this destination's business
			narrowed := *o
			narrowed.Owners = slices.DeleteFunc(slices.Clone(o.Owners), func(owner string) bool { return !to.WantsOwner(owner) })
			mine.Operation = &narrowed
		}
		d, err := n.compose(ctx, to, mine)
		if err != nil {
			return nil, err
		}
		deliveries = append(deliveries, d)
	}
	return deliveries, nil
}

func (n *Notices) readLedger(ctx context.Context, all map[string]ghpkg.Destination) error {
	for ctx.Err() == nil {
		from, err := n.Store.NoticeCursor(ctx, ledgerCursor)
		if err != nil {
			return err
		}
		head, err := n.Store.LedgerHead(ctx)
		if err != nil || head <= from {
			return err
		}
		to := head
		var deliveries []ghpkg.Delivery
		if len(all) > 0 {
			to = min(head, from+readAtOnce)
			entries, err := n.Store.LedgerNews(ctx, from, to)
			if err != nil {
				return err
			}
			for _, e := range entries {
				told, err := n.told(ctx, all, n.ofEntry(e), e.Target.Owner.Login())
				if err != nil {
					return err
				}
				deliveries = append(deliveries, told...)
			}
		}
		if _, err := n.Store.MoveNoticeCursor(ctx, ledgerCursor, from, to, deliveries); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notices) readOperations(ctx context.Context, all map[string]ghpkg.Destination) error {
	for ctx.Err() == nil {
		news, err := n.Store.OperationNews(ctx, newsAtOnce)
		if len(news) == 0 || err != nil {
			return err
		}
		for _, o := range news {
			deliveries, err := n.told(ctx, all, n.ofOperation(o), o.Owners...)
			if err != nil {
				return err
			}
			if _, err := n.Store.TakeOperationNews(ctx, o.ID, deliveries); err != nil {
				return err
			}
		}
	}
	return nil
}

// expiring returns the span of deletions that are to be told of next, and
// whether it is time to.
func (n *Notices) expiring(ctx context.Context) (from, to int64, due bool, err error) {
	from, err = n.Store.NoticeCursor(ctx, expiringCursor)
	to = n.Now().Add(expiringWithin).Add(-ghpkg.RestoreWindow).UnixMilli()
	return from, to, to-from >= expiringEvery.Milliseconds(), err
}

// readExpiring makes one notice of all that expires under an owner, and with
// the same step forgets what was sent long ago.
func (n *Notices) readExpiring(ctx context.Context, all map[string]ghpkg.Destination) error {
	from, to, due, err := n.expiring(ctx)
	if !due || err != nil {
		return err
	}
	if err := n.Store.ForgetDeliveries(ctx, n.Now().Add(-kept)); err != nil {
		return err
	}
	since := time.UnixMilli(max(from, n.Now().Add(-ghpkg.RestoreWindow).UnixMilli()))
	entries, err := n.Store.StillDeleted(ctx, since, time.UnixMilli(to), maxExpiring)
	if err != nil {
		return err
	}
	var deliveries []ghpkg.Delivery
	for len(entries) > 0 {
		owner := entries[0].Target.Owner.Login()
		var of, others []ghpkg.Entry
		for _, e := range entries {
			if strings.EqualFold(e.Target.Owner.Login(), owner) {
				of = append(of, e)
			} else {
				others = append(others, e)
			}
		}
		told, err := n.told(ctx, all, n.ofExpiring(owner, of), owner)
		if err != nil {
			return err
		}
		deliveries, entries = append(deliveries, told...), others
	}
	_, err = n.Store.MoveNoticeCursor(ctx, expiringCursor, from, to, deliveries)
	return err
}

// ofExpiring is what can soon not be restored any more, the first to go first.
func (n *Notices) ofExpiring(owner string, of []ghpkg.Entry) News {
	told := n.news(ghpkg.NoticeExpiring, n.Now())
	told.Owner, told.Total = owner, len(of)
	for _, e := range of[:min(len(of), maxItems)] {
		item, until := n.target(e.Target), ghpkg.RestorableUntil(e.At).UTC()
		item.Until = &until
		told.Items = append(told.Items, item)
		if told.Until == nil {
			told.Until = &until
		}
	}
	return told
}
