package ghclient

import (
	"context"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Accounts keeps what all replicas share about each account at GitHub, which
// is found by its login in lower case.
type Accounts interface {
	// Account returns what is known; the zero value if nothing is.
	Account(ctx context.Context, name string) (ghpkg.Account, error)
	// SwapAccount makes an account what is says if it still is what was says,
	// in one step; false if somebody else was faster.
	SwapAccount(ctx context.Context, name string, was, is ghpkg.Account) (bool, error)
}

// inMemory keeps accounts for one process.
type inMemory struct {
	mu     sync.Mutex
	byName map[string]ghpkg.Account
}

func newInMemory() *inMemory { return &inMemory{byName: make(map[string]ghpkg.Account)} }

// Account returns what is known.
func (m *inMemory) Account(_ context.Context, name string) (ghpkg.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byName[name], nil
}

// SwapAccount makes it what is says if it is what was says.
func (m *inMemory) SwapAccount(_ context.Context, name string, was, is ghpkg.Account) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byName[name] != was {
		return false, nil
	}
	m.byName[name] = is
	return true, nil
}

// accounts holds what this process knows about the accounts in use.
type accounts struct {
	opts   *Options
	local  *inMemory // for tokens whose login is not known
	mu     sync.Mutex
	byName map[string]*account
	swept  time.Time
}

func newAccounts(o *Options) *accounts {
	return &accounts{opts: o, local: newInMemory(), byName: make(map[string]*account)}
}

// of returns the account that login is. GitHub limits people, not tokens: all
// tokens of one share it. A token whose login is not known is alone.
func (s *accounts) of(login string, key sessionKey) *account {
	name, kept, durable := strings.ToLower(login), s.opts.Accounts, true
	if kept == nil {
		kept, durable = s.local, false
	}
	if login == "" {
		// No login has a tilde, and the key does not tell the token.
		name, kept, durable = "~"+hex.EncodeToString(key[:]), s.local, false
	}
	now := s.opts.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.swept) > sessionIdle {
		s.sweep(now)
	}
	one, ok := s.byName[name]
	if !ok {
		one = &account{opts: s.opts, name: name, kept: kept, durable: durable, gate: make(chan struct{}, 1)}
		s.byName[name] = one
	}
	one.used.Store(now.Unix())
	return one
}

// sweep drops idle accounts, of which the durable ones are not lost. The
// caller holds mu.
func (s *accounts) sweep(now time.Time) {
	for name, one := range s.byName {
		if now.Unix()-one.used.Load() > int64(sessionIdle.Seconds()) && one.guard.check(now) == nil {
			delete(s.byName, name)
		}
	}
	s.swept = now
}
