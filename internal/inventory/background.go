package inventory

import (
	"context"
	"time"
)

// Close ends what is under way in the background. The archive may be closed after it.
func (i *Inventory) Close() {
	i.end()
	i.work.Wait()
}

// How often the archive is swept, and how long a listing stays in it unused:
// longer than any session lives.
const (
	sweepEvery = time.Hour
	keepUnused = 8 * 24 * time.Hour
)

// sweepArchive removes from time to time what ended sessions have left.
func (i *Inventory) sweepArchive() {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		now := i.Now()
		i.worked(i.life, "sweep", i.Archive.Sweep(i.life, now, now.Add(-keepUnused)))
		select {
		case <-ticker.C:
		case <-i.life.Done():
			return
		}
	}
}

// background runs work that goes on if the one who asked for it goes away. The
// log says whose request that was before it begins, so that what follows at
// GitHub without a page has a reason there, and when it is over.
func (i *Inventory) background(ctx context.Context, work func(context.Context)) {
	i.Log.DebugContext(ctx, "the inventory looks behind a page")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.Timeout)
	stop := context.AfterFunc(i.life, cancel)
	i.work.Go(func() {
		defer i.Log.DebugContext(ctx, "the inventory has looked behind a page")
		defer cancel()
		defer stop()
		work(ctx)
	})
}

// grace is how long Close lets what has arrived be kept.
const grace = 3 * time.Second

// lasting returns the context of work that Close lets come to its end.
func (i *Inventory) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.Timeout)
	stop := context.AfterFunc(i.life, func() { time.AfterFunc(grace, cancel) })
	return ctx, func() { stop(); cancel() }
}
