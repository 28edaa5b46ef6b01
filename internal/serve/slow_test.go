package serve

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections know no network, so that their
// deadlines run by the test's clock.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (pipes) Close() error   { return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestSlowClients: nobody holds a connection by being slow.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const whole = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, tt := range []struct {
		name, sends string
		reads       bool // what is answered
		want        time.Duration
	}{
		{"says nothing", "", true, readHeaderTimeout},
		{"does not end its headers", "GET / HTTP/1.1\r\nHost: x\r\n", true, readHeaderTimeout},
		{"does not send its body", "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", true, readTimeout},
		{"does not read the answer", whole, false, writeTimeout},
		{"stays after the answer", whole, true, idleTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				listener, ended, answered := make(pipes), make(chan error, 1), make(chan bool, 1)
				go func() { ended <- Run(ctx, listener, atLength(answered), slog.New(slog.DiscardHandler)) }()
				ours, theirs := net.Pipe()
				listener <- theirs
				began := time.Now()
				if _, err := io.WriteString(ours, tt.sends); err != nil {
					t.Fatal(err)
				}
				if tt.reads {
					_, _ = io.Copy(io.Discard, ours) // until they hang up
				} else {
					<-answered
				}
				if took := time.Since(began); took < tt.want || took > tt.want+time.Second {
					t.Errorf("it was put up with for %s, want %s", took, tt.want)
				}
				_ = ours.Close()
				stop()
				close(listener)
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// atLength reads what it is sent, answers at length, and tells when it is done.
func atLength(answered chan<- bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		for i := 0; i < 100 && err == nil; i++ {
			_, err = io.WriteString(w, strings.Repeat("x", 4096))
		}
		answered <- true
	}
}

// TestLargeHeaders are refused before anything of ours sees them.
func TestLargeHeaders(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{16 << 10: http.StatusOK, 64 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		url, stop, done := start(t, func(http.ResponseWriter, *http.Request) {})
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", size)+"\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != want {
			t.Errorf("%d bytes: %v, %v, want %d", size, res, err, want)
		}
		_ = conn.Close()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
