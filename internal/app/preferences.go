package app

import (
	"context"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// How long a viewer's preferences are used unasked, in case they are changed
// through another replica, and for how many viewers at most.
const (
	preferencesFresh = 15 * time.Second
	preferencesMost  = 10_000
)

// preferences keeps what every page asks for from going to the database each time.
type preferences struct {
	store *store.Store
	now   func() time.Time

	mu   sync.Mutex
	held map[int64]heldPreferences
}

type heldPreferences struct {
	ghpkg.Preferences
	at time.Time
}

func newPreferences(db *store.Store, now func() time.Time) *preferences {
	return &preferences{store: db, now: now, held: map[int64]heldPreferences{}}
}

// Preferences returns what the viewer chose.
func (p *preferences) Preferences(ctx context.Context, viewerID int64) (ghpkg.Preferences, error) {
	p.mu.Lock()
	held, ok := p.held[viewerID]
	p.mu.Unlock()
	if ok && p.now().Sub(held.at) < preferencesFresh {
		return held.Preferences, nil
	}
	chosen, err := p.store.Preferences(ctx, viewerID)
	if err == nil {
		p.keep(viewerID, chosen)
	}
	return chosen, err
}

// SavePreferences keeps what the viewer chose.
func (p *preferences) SavePreferences(ctx context.Context, viewerID int64, chosen ghpkg.Preferences) error {
	if err := p.store.SavePreferences(ctx, viewerID, chosen); err != nil {
		return err
	}
	p.keep(viewerID, chosen)
	return nil
}

func (p *preferences) keep(viewerID int64, chosen ghpkg.Preferences) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.held) >= preferencesMost {
		clear(p.held)
	}
	p.held[viewerID] = heldPreferences{chosen, p.now()}
}
