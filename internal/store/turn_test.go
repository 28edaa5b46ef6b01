package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestWritersTakeTurns: on SQLite the writers wait for one connection, not each
// for the lock; who can wait no longer goes, and keeps nobody from writing.
func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	before, err := s.ByHand().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const writers, impatient = 20, 7
	wrote := make(chan int, writers)
	leave := make(chan struct{})
	for n := range writers {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			err := s.SavePreferences(ctx, int64(n), ghpkg.Preferences{Language: "ko"})
			switch {
			case n == impatient && errors.Is(err, context.Canceled):
				close(leave)
			case n == impatient || err != nil:
				t.Errorf("%d: %v", n, err)
			default:
				wrote <- n
			}
		}()
		waits(t, s, int64(n+1))
		if n == impatient {
			cancel()
			<-leave
		}
	}
	if _, err := s.Preferences(t.Context(), 1); err != nil {
		t.Errorf("who reads waits, too: %v", err)
	}
	if err := before.Rollback(); err != nil {
		t.Fatal(err)
	}
	got := map[int]bool{}
	for range writers - 1 {
		got[<-wrote] = true
	}
	if len(got) != writers-1 {
		t.Errorf("%d wrote, want %d", len(got), writers-1)
	}
}

// waits returns when so many have had to wait for the writer.
func waits(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); s.ByHand().Stats().WaitCount < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d wait, want %d", s.ByHand().Stats().WaitCount, n)
		}
	}
}

// TestReadersDoNotWrite: nothing gets past the writer.
func TestReadersDoNotWrite(t *testing.T) {
	t.Parallel()
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	if _, err := s.Reader().ExecContext(t.Context(), `DELETE FROM sessions`); err == nil {
		t.Error("a reader wrote")
	}
}

// TestTheLedgerDoesNotWaitForListings: however many listings are to be kept, one
// at a time is written, so that an attempt waits behind one, if any.
func TestTheLedgerDoesNotWaitForListings(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		release := s.Keep()
		ctx, cancel := context.WithCancel(t.Context())
		const listings = 20 // more than there are connections
		saved := make(chan error, listings)
		for n := range listings {
			key := packagesKey(t, fmt.Sprint("viewer-", n))
			go func() { saved <- s.SavePackages(ctx, key, ghpkg.Listing[ghpkg.Package]{AsOf: epoch}) }()
		}
		if err := s.Begin(t.Context(), attempt(t, 1, func(*ghpkg.Entry) {})); err != nil {
			t.Error(err)
		}
		select {
		case err := <-saved:
			t.Fatalf("a listing was written beside another: %v", err)
		default:
		}
		cancel()
		for range listings {
			if err := <-saved; !errors.Is(err, context.Canceled) {
				t.Errorf("who can wait no longer: %v", err)
			}
		}
		release()
		if err := s.SavePackages(t.Context(), packagesKey(t, "octavia"), ghpkg.Listing[ghpkg.Package]{AsOf: epoch}); err != nil {
			t.Error(err)
		}
	})
}
