package serve

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// client is one connection to a server.
type client struct {
	net.Conn
	answers *bufio.Reader
}

// ask sends a request, and returns the status of its answer; 0: there was none.
func (c *client) ask() int {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0
	}
	res, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// TestOneMoreTakesThePlaceOfTheLongestIdle: however many are open and idle, who
// comes anew is answered, and of the others only one is gone.
func TestOneMoreTakesThePlaceOfTheLongestIdle(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, bounded := make(chan error, 1), newCrowd(listener, 3)
	go func() {
		ended <- run(ctx, bounded, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), slog.New(slog.DiscardHandler))
	}()
	var clients []*client
	for n := range 9 {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		clients = append(clients, &client{conn, bufio.NewReader(conn)})
		if status := clients[n].ask(); status != http.StatusOK {
			t.Fatalf("connection %d is told %d", n, status)
		}
		bounded.mu.Lock()
		for len(bounded.idle) < min(n+1, 3) { // which comes a moment after the answer
			bounded.changed.Wait()
		}
		if bounded.open > 3 {
			t.Errorf("%d are open", bounded.open)
		}
		bounded.mu.Unlock()
	}
	for n, c := range clients {
		if want := n >= 6; (c.ask() == http.StatusOK) != want {
			t.Errorf("connection %d of 9 is open: %v, want %v", n, !want, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestOneMoreWaitsForRoom where nobody is idle: until an answer is given, or
// somebody who asks nothing is given up.
func TestOneMoreWaitsForRoom(t *testing.T) {
	t.Parallel()
	const answerTime = 3 * time.Second
	for name, tt := range map[string]struct {
		sends string
		want  time.Duration
	}{
		"at work": {"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", answerTime},
		"silent":  {"", readHeaderTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				listener, done := cramped(t, func(_ http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/slow" {
						time.Sleep(answerTime)
					}
				})
				first := listener.dial()
				if _, err := io.WriteString(first, tt.sends); err != nil {
					t.Fatal(err)
				}
				go func() { _, _ = io.Copy(io.Discard, first) }()
				began := time.Now()
				if status := listener.dial().ask(); status != http.StatusOK {
					t.Errorf("told %d", status)
				}
				if took := time.Since(began); took != tt.want {
					t.Errorf("after %v, want %v", took, tt.want)
				}
				done()
			})
		})
	}
}

// TestNobodyWaitsForRoomAtTheEnd: whoever does is left when the server stops.
func TestNobodyWaitsForRoomAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener, done := cramped(t, func(http.ResponseWriter, *http.Request) {})
		silent, left := listener.dial(), listener.dial()
		told := make(chan int)
		go func() { told <- left.ask() }()
		synctest.Wait()
		ended := make(chan bool)
		go func() { done(); close(ended) }()
		began := time.Now()
		if status := <-told; status != 0 || time.Since(began) > time.Second {
			t.Errorf("told %d after %v", status, time.Since(began))
		}
		_ = silent.Close()
		<-ended
	})
}

// dial returns a connection to who accepts from the pipes.
func (p pipes) dial() *client {
	ours, theirs := net.Pipe()
	p <- theirs
	return &client{ours, bufio.NewReader(ours)}
}

// cramped serves with room for one connection, until done.
func cramped(t *testing.T, h http.HandlerFunc) (listener pipes, done func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	listener, ended := make(pipes), make(chan error, 1)
	go func() { ended <- run(ctx, newCrowd(listener, 1), h, slog.New(slog.DiscardHandler)) }()
	return listener, func() {
		stop()
		close(listener)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
