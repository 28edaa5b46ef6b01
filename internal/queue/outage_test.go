package queue_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/queue"
)

// TestAnOutageIsToldOnce: a line when the database goes away, another when it is
// back, and work goes on.
func TestAnOutageIsToldOnce(t *testing.T) {
	t.Parallel()
	way, databaseURL := cable(t, pgtest.Schema(t))
	said, called := make(saying, 99), make(chan int64, 9)
	var away sync.Mutex // held while it is
	s := openStore(t, databaseURL)
	q, err := queue.Open(t.Context(), s, queue.Options{
		Due: func(context.Context) ([]int64, error) {
			if !away.TryLock() {
				return nil, errors.New("what is due cannot be asked for either")
			}
			away.Unlock()
			return nil, nil
		},
		Every: 50 * time.Millisecond, Process: "test", Log: slog.New(said),
		Work: func(_ context.Context, viewer int64) (time.Duration, error) {
			called <- viewer
			return -1, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	away.Lock()
	way.cut()
	lines := []string{next(t, said)}
	for range 20 { // in which River asks for jobs, for its settings, and who leads
		next(t, way.refused)
	}
	away.Unlock()
	way.mend()
	lines = append(lines, next(t, said))
	wake(t, q, 7)
	next(t, called)
	if err := q.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	close(said)
	for line := range said {
		lines = append(lines, line)
	}
	want := []string{
		"WARN the database does not answer the queue; this is said once until it does",
		"INFO the database answers the queue again",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// TestComplaints: what fails goes into the log once the database has answered,
// but for what an outage brings.
func TestComplaints(t *testing.T) {
	t.Parallel()
	const (
		panicked = "ERROR jobexecutor.JobExecutor: panic recovery; possible bug with Worker"
		away     = "WARN the database does not answer the queue; this is said once until it does"
		back     = "INFO the database answers the queue again"
	)
	failed := []string{"ERROR maintenance.JobScheduler: Error scheduling jobs", "WARN leadership.Elector: Current leader stepping down"}
	said := make(saying, 99)
	log, answered, end := queue.RiverLog(slog.New(said))
	ctx := t.Context()
	complain := func() {
		log.InfoContext(ctx, "producer: Run loop started")
		log.ErrorContext(ctx, "producer: Error fetching jobs", "err", "unexpected EOF")
		log.With("a", 1).WithGroup("g").ErrorContext(ctx, "maintenance.JobScheduler: Error scheduling jobs", "error", "no such host")
		log.WarnContext(ctx, "leadership.Elector: Current leader stepping down", "client_id", "x")
		log.ErrorContext(ctx, "jobexecutor.JobExecutor: panic recovery; possible bug with Worker", "panic_val", "x")
	}
	expect := func(when string, want ...string) {
		t.Helper()
		var got []string
		for len(said) > 0 {
			got = append(got, <-said)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	before := time.Now()
	complain()
	expect("nobody knows yet why", panicked)
	answered(ctx, before.Add(-time.Second), nil)
	expect("the answer is to an older question")
	answered(ctx, time.Now(), nil)
	expect("the database is there", failed...)
	complain()
	answered(ctx, time.Now(), errors.New("connection refused"))
	answered(ctx, time.Now(), errors.New("connection refused"))
	expect("it went away", panicked, away)
	complain()
	expect("it is away", panicked)
	answered(ctx, time.Now(), nil)
	answered(ctx, time.Now(), nil)
	expect("it is back", back)
	complain()
	end()
	expect("the end", append([]string{panicked}, failed...)...)
	complain()
	expect("after the end", append(append([]string{}, failed...), panicked)...)
}

// saying is a log of levels and messages.
type saying chan string

func (saying) Enabled(context.Context, slog.Level) bool { return true }

func (s saying) Handle(_ context.Context, r slog.Record) error {
	s <- r.Level.String() + " " + r.Message
	return nil
}

func (s saying) WithAttrs([]slog.Attr) slog.Handler { return s }
func (s saying) WithGroup(string) slog.Handler      { return s }

// wire is the way to a database, which can be cut.
type wire struct {
	refused chan struct{}
	mu      sync.Mutex
	broken  bool
	ends    []net.Conn
}

// cable returns a way to the database, and the URL at its other end.
func cable(t *testing.T, databaseURL string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w, there := &wire{refused: make(chan struct{}, 999)}, u.Host
	t.Cleanup(func() {
		listener.Close()
		w.cut()
	})
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			w.join(near, there)
		}
	}()
	u.Host = listener.Addr().String()
	return w, u.String()
}

// join leads a connection on, unless the way is cut.
func (w *wire) join(near net.Conn, there string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	far, err := net.Dial("tcp", there)
	if w.broken || err != nil {
		near.Close()
		w.refused <- struct{}{}
		return
	}
	w.ends = append(w.ends, near, far)
	go func() { _, _ = io.Copy(near, far) }() // until it is cut
	go func() { _, _ = io.Copy(far, near) }()
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = true
	for _, end := range w.ends {
		end.Close()
	}
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = false
}
