// Package queue runs work that is due on River, on either database. It knows
// that work is due; what is done stands in the tables of whoever does it.
package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/stockroom-dev/stockroom/internal/store"
)

const (
	everyDefault = 5 * time.Second
	workers      = 50 // at once; most of them wait for GitHub or for their turn
	sliceTimeout = 50 * time.Second
	rescueAfter  = time.Minute            // must be more than sliceTimeout
	keptFor      = time.Minute            // what is over
	pollInterval = 500 * time.Millisecond // for pauses that end; what is inserted is taken up at once
	fetchPause   = 20 * time.Millisecond
)

// Options are what the queue needs.
type Options struct {
	// Work works for a viewer for at most a slice of time, and returns after how
	// long to call it again; a negative time: not until Wake, or until the viewer
	// is due. A process never calls it twice at once for the same viewer; others
	// may. When its context ends, it ends after what is on its way.
	Work func(ctx context.Context, viewerID int64) (again time.Duration, err error)
	// Due returns the viewers for whom there is work.
	Due     func(ctx context.Context) ([]int64, error)
	Chores  []Chore       // what there is to do beside
	Every   time.Duration // how often Due is asked, and that of the chores; 0: 5 s
	Process string        // names this process in River's tables
	Log     *slog.Logger
}

// Queue is the work of one process. Each process has its own line of jobs: what
// a killed one leaves never stands in the way of another, which finds by Due
// what there is to do.
type Queue struct {
	Options
	name    string // of River's queue
	river   engine
	lines   lines
	outage  *outage
	log     *slog.Logger // of what an outage may be to blame for
	ending  atomic.Bool
	asking  sync.WaitGroup
	stopAsk context.CancelFunc
}

// Open brings River's tables in the store's database up to date. Several
// processes may do so at once.
func Open(ctx context.Context, s *store.Store, o Options) (*Queue, error) {
	if o.Every == 0 {
		o.Every = everyDefault
	}
	id := strings.ToLower(rand.Text())
	away := &outage{log: o.Log}
	q := &Queue{
		Options: o, name: "stockroom-" + id, lines: lines{all: map[int64]*line{}},
		outage: away, log: slog.New(warnings{o.Log.Handler(), away}), stopAsk: func() {},
	}
	jobs := river.NewWorkers()
	river.AddWorker(jobs, &worker{queue: q})
	var err error
	q.river, err = openEngine(ctx, s, &river.Config{
		ID:                          strings.Trim(o.Process+"-"+id, "-"),
		Queues:                      map[string]river.QueueConfig{q.name: {MaxWorkers: workers}},
		Workers:                     jobs,
		FetchCooldown:               fetchPause,
		FetchPollInterval:           pollInterval,
		JobTimeout:                  sliceTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keptFor,
		CancelledJobRetentionPeriod: keptFor,
		DiscardedJobRetentionPeriod: keptFor,
		Logger:                      q.log,
	}, away)
	if err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return q, nil
}

// abandoned is how long after its time a job is nobody's any more: a process
// that lives has long replaced it.
const abandoned = 10 * time.Minute

// Start begins to work, first for whoever is due. It goes on until Stop.
func (q *Queue) Start(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // only Stop ends a slice in the right order
	if err := q.river.tidy(ctx, time.Now().Add(-abandoned)); err != nil {
		q.Log.WarnContext(ctx, "old jobs are still in the queue", "error", err)
	}
	if err := q.river.start(ctx); err != nil {
		q.outage.end()
		return fmt.Errorf("start the queue: %w", err)
	}
	ctx, q.stopAsk = context.WithCancel(ctx)
	q.asking.Go(func() { q.ask(ctx) })
	return nil
}

// ask wakes whoever is due, again and again. Every process does so, which is
// how another takes over from one that died; who works is for Work to decide.
func (q *Queue) ask(ctx context.Context) {
	ticks := time.NewTicker(q.Every)
	defer ticks.Stop()
	for {
		if err := q.enqueueDue(ctx); err != nil && ctx.Err() == nil {
			q.log.WarnContext(ctx, "what is due could not be queued", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

func (q *Queue) enqueueDue(ctx context.Context) error {
	viewers, err := q.Due(ctx)
	for i, chore := range q.Chores {
		due, asked := chore.Due(ctx)
		if due {
			viewers = append(viewers, choreLine(i))
		}
		err = errors.Join(err, asked)
	}
	for _, viewer := range viewers {
		err = errors.Join(err, q.enqueue(ctx, viewer, false))
	}
	return err
}

// Wake makes Work be called for the viewer soon, and once more if it is being
// called now.
func (q *Queue) Wake(ctx context.Context, viewerID int64) error {
	return q.enqueue(ctx, viewerID, true)
}

func (q *Queue) enqueue(ctx context.Context, viewer int64, hurry bool) error {
	if q.ending.Load() {
		return nil // the next process, or another, finds it
	}
	turn := q.lines.want(viewer, time.Now(), hurry)
	if turn == "" {
		return nil
	}
	if err := q.insert(ctx, drain{Viewer: viewer, Turn: turn}); err != nil {
		q.lines.drop(viewer, turn)
		return err
	}
	return nil
}

func (q *Queue) insert(ctx context.Context, job drain) error {
	if err := q.river.insert(ctx, job, &river.InsertOpts{Queue: q.name}); err != nil {
		return fmt.Errorf("queue the viewer's work: %w", err)
	}
	return nil
}

// Stop ends the slices at work, each after what is on its way, and waits for
// them until the context ends. A second time it does nothing.
func (q *Queue) Stop(ctx context.Context) error {
	if q.ending.Swap(true) {
		return nil
	}
	q.stopAsk()
	q.asking.Wait()
	defer q.river.close()
	defer q.outage.end()
	if err := q.river.stop(ctx); err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	if err := q.river.forget(ctx, q.name); err != nil {
		return fmt.Errorf("empty the queue: %w", err)
	}
	return nil
}

// drain is the job: a viewer's work.
type drain struct {
	Viewer int64  `json:"viewer"`
	Turn   string `json:"turn"`
}

// Kind names the job in River's tables.
func (drain) Kind() string { return "drain" }

type worker struct {
	river.WorkerDefaults[drain]
	queue *Queue
}

// Work never fails as far as River is concerned: its pauses between tries are
// too long, and end in giving up.
func (w *worker) Work(ctx context.Context, job *river.Job[drain]) error {
	q, viewer := w.queue, job.Args.Viewer
	if !q.lines.enter(viewer, job.Args.Turn) {
		return nil
	}
	again, err := q.slice(ctx, viewer)
	if err != nil && !q.ending.Load() {
		q.Log.WarnContext(ctx, "what is due could not be worked on", "whose", q.whose(viewer), "error", err)
	}
	wait, more := q.lines.leave(viewer, time.Now(), again, err != nil)
	if !more || q.ending.Load() {
		return nil
	}
	if wait == 0 && q.insert(context.WithoutCancel(ctx), job.Args) == nil {
		return nil // a job that goes on at once; a pause of nothing would last until the next poll
	}
	return river.JobSnooze(wait)
}

// slice calls Work; a panic is an error, after which the viewer's line goes on.
func (q *Queue) slice(ctx context.Context, viewer int64) (again time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if chore, ok := q.chore(viewer); ok {
		return chore.Work(ctx)
	}
	return q.Options.Work(ctx, viewer)
}
