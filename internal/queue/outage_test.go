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
	way.cut()
	lines := []string{next(t, said)}
	away.Lock()
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

// TestRiversComplaints: what River says goes into the log, but for what an
// outage brings.
func TestRiversComplaints(t *testing.T) {
	t.Parallel()
	said := make(saying, 99)
	log, felt := queue.RiverLog(slog.New(said))
	ctx := t.Context()
	all := func() {
		log.InfoContext(ctx, "producer: Run loop started")
		log.ErrorContext(ctx, "producer: Error fetching jobs", "err", "unexpected EOF")
		log.With("a", 1).WithGroup("g").ErrorContext(ctx, "maintenance.JobScheduler: Error scheduling jobs", "error", "no such host")
		log.WarnContext(ctx, "leadership.Elector: Current leader stepping down", "client_id", "x")
		log.ErrorContext(ctx, "jobexecutor.JobExecutor: panic recovery; possible bug with Worker", "panic_val", "x")
	}
	all()
	felt(ctx, errors.New("connection refused"))
	felt(ctx, errors.New("connection refused"))
	all()
	felt(ctx, nil)
	felt(ctx, nil)
	all()
	close(said)
	var got []string
	for line := range said {
		got = append(got, line)
	}
	usual := []string{
		"ERROR maintenance.JobScheduler: Error scheduling jobs", "WARN leadership.Elector: Current leader stepping down",
		"ERROR jobexecutor.JobExecutor: panic recovery; possible bug with Worker",
	}
	want := append([]string{}, usual...)
	want = append(want, "WARN the database does not answer the queue; this is said once until it does", usual[2], "INFO the database answers the queue again")
	want = append(want, usual...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
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
