package operations

import (
	"context"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// paces is how long an item takes in each operation that is worked on here.
type paces struct {
	mu   sync.Mutex
	each map[string]time.Duration // by the operation's id
}

// add counts an item that took d; the latest count most.
func (p *paces) add(id string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.each == nil {
		p.each = map[string]time.Duration{}
	}
	if before, ok := p.each[id]; ok {
		d = (4*before + d) / 5
	}
	p.each[id] = d
}

func (p *paces) of(id string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.each[id]
}

func (p *paces) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.each, id)
}

// etaTime bounds a look into the line, for which no request is to wait.
const etaTime = 2 * time.Second

// ETA returns when an operation will be over at the pace in force, after those
// of its viewer that come before it; of a draft, if it were started now. Zero if
// that cannot be said.
func (o *Operations) ETA(op ghpkg.Operation) time.Time {
	if op.Over() || op.State == ghpkg.OperationPaused {
		return time.Time{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), etaTime)
	defer cancel()
	line, err := o.Store.UnfinishedOperations(ctx, op.Actor.ID)
	if err != nil {
		return time.Time{}
	}
	end := o.Now()
	for _, earlier := range line {
		if earlier.ID == op.ID {
			break
		}
		if earlier.State != ghpkg.OperationPaused {
			end = o.endOf(earlier, end)
		}
	}
	return o.endOf(op, end)
}

// endOf returns when op will be over if it is worked on from start.
func (o *Operations) endOf(op ghpkg.Operation, start time.Time) time.Time {
	if op.WaitingUntil.After(start) {
		start = op.WaitingUntil
	}
	left := op.Counts[ghpkg.ItemPending] + op.Counts[ghpkg.ItemRunning]
	return start.Add(time.Duration(left) * max(o.Interval, o.paces.of(op.ID)))
}
