package ghclient

import (
	"context"
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"
)

// sessionKey identifies a token without holding it.
type sessionKey [sha256.Size]byte

// session is what is known about one token, by all who act with it.
type session struct {
	key   sessionKey
	auth  string        // the Authorization header
	slots chan struct{} // one for each read in flight
	used  atomic.Int64  // when it was used last, in Unix seconds
}

// readsInFlight bounds the parallel reads of one token; GitHub allows 100
// requests at a time for all that a person runs.
const readsInFlight = 32

// slot waits until one more read may be sent.
func (s *session) slot(ctx context.Context) (release func(), err error) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sessions holds the sessions of all tokens in use.
type sessions struct {
	mu    sync.Mutex
	byKey map[sessionKey]*session
	swept time.Time
}

func newSessions() *sessions { return &sessions{byKey: make(map[sessionKey]*session)} }

// sessionIdle is after how long an unused session is dropped. Tokens that
// expire are never forgotten explicitly.
const sessionIdle = 2 * time.Hour

// get returns the session of an Authorization header.
func (s *sessions) get(auth string, now time.Time) *session {
	key := sessionKey(sha256.Sum256([]byte(auth)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.swept) > sessionIdle {
		s.sweep(now)
	}
	one, ok := s.byKey[key]
	if !ok {
		one = &session{key: key, auth: auth, slots: make(chan struct{}, readsInFlight)}
		s.byKey[key] = one
	}
	one.used.Store(now.Unix())
	return one
}

// sweep drops idle sessions. The caller holds mu.
func (s *sessions) sweep(now time.Time) {
	for key, one := range s.byKey {
		if now.Unix()-one.used.Load() > int64(sessionIdle.Seconds()) {
			delete(s.byKey, key)
		}
	}
	s.swept = now
}

// drop forgets the session of an Authorization header.
func (s *sessions) drop(auth string) sessionKey {
	key := sessionKey(sha256.Sum256([]byte(auth)))
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, key)
	return key
}
