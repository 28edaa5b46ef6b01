package inventory

import (
	"context"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// lookEvery is how long a change through another replica may go unseen.
const lookEvery = time.Second

// others is what is known of the changes through other replicas.
type others struct {
	replica string // this one

	mu     sync.Mutex // held while the archive is asked; who finds it held goes on
	looked time.Time
	seq    int64
}

// lookAround outdates what was changed through another replica. It is called
// whenever a table is asked for, and asks the archive once in a second.
func (i *Inventory) lookAround(ctx context.Context) {
	o := i.others
	if !o.mu.TryLock() {
		return
	}
	defer o.mu.Unlock()
	now := i.Now()
	if age := now.Sub(o.looked); 0 <= age && age < lookEvery {
		return
	}
	first := o.looked.IsZero()
	if first { // nothing is in memory yet
		seq, err := i.Archive.LastChange(ctx)
		if i.worked(ctx, "read the last change", err) {
			o.looked, o.seq = now, seq
		}
		return
	}
	o.looked = now
	changed, seq, err := i.Archive.ChangesSince(ctx, o.seq, o.replica)
	if !i.worked(ctx, "read the changes", err) {
		return
	}
	o.seq = seq
	for _, ref := range changed {
		i.outdate(ref)
	}
}

// outdate makes the next look at a package, and at its owner's packages of that
// type, ask GitHub.
func (i *Inventory) outdate(ref ghpkg.Ref) {
	listed := func(k ghpkg.ListingKey) bool { return k.Type == ref.Type() && k.Owner.Is(ref.Owner().Login()) }
	i.packages.outdate(listed)
	its := func(k ghpkg.ListingKey) bool { return listed(k) && k.Name == ref.Name() }
	i.versions.outdate(its)
	i.details.outdate(its)
	i.counts.outdate(ref)
}
