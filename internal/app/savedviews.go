package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// savedViews keeps what every table asks for from going to the database each
// time. What somebody shares is seen by others when theirs is that old.
type savedViews struct {
	store *store.Store
	now   func() time.Time

	mu   sync.Mutex
	held map[int64]heldViews
}

type heldViews struct {
	all []ghpkg.SavedView
	at  time.Time
}

func newSavedViews(db *store.Store, now func() time.Time) *savedViews {
	return &savedViews{store: db, now: now, held: map[int64]heldViews{}}
}

// Views returns the viewer's own views and the shared ones.
func (v *savedViews) Views(ctx context.Context, viewerID int64) ([]ghpkg.SavedView, error) {
	v.mu.Lock()
	held, ok := v.held[viewerID]
	v.mu.Unlock()
	if ok && v.now().Sub(held.at) < preferencesFresh {
		return held.all, nil
	}
	all, err := v.store.Views(ctx, viewerID)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.held) >= preferencesMost {
		clear(v.held)
	}
	v.held[viewerID] = heldViews{all, v.now()}
	return all, nil
}

// SaveView keeps a view.
func (v *savedViews) SaveView(ctx context.Context, view ghpkg.SavedView) error {
	err := v.store.SaveView(ctx, view)
	if errors.Is(err, store.ErrTooManyViews) {
		return &fault.Error{Kind: fault.Invalid, Code: fault.CodeTooMany, Op: "app.SaveView", Err: err}
	}
	v.changed(view.Shared, view.ViewerID)
	return err
}

// ForgetView drops one of the viewer's own; false: there was none.
func (v *savedViews) ForgetView(ctx context.Context, viewerID int64, id string) (bool, error) {
	found, err := v.store.ForgetView(ctx, viewerID, id)
	v.changed(true, viewerID)
	return found, err
}

// changed makes the next look go to the database: the viewer's, or everybody's.
func (v *savedViews) changed(everybody bool, viewerID int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if everybody {
		clear(v.held)
		return
	}
	delete(v.held, viewerID)
}
