package inventory

import (
	"maps"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// vanished remembers for a minute what the archive has, for every table asks.
type vanished struct {
	mu   sync.Mutex
	held map[int64]map[ghpkg.Owner]vanishedAt
}

type vanishedAt struct {
	all []ghpkg.Vanished
	at  time.Time
}

// vanishedFresh is how long another replica's finds may go unseen.
const vanishedFresh = time.Minute

// seenBy remembers which session's listing was the viewer's last: only while it
// is still the same session's can one that has not changed have nothing to add.
type seenBy struct {
	mu       sync.Mutex
	sessions map[ghpkg.ListingKey]string
}

func newSeenBy() *seenBy { return &seenBy{sessions: map[ghpkg.ListingKey]string{}} }

// by notes the session, and returns the one before it.
func (s *seenBy) by(key ghpkg.ListingKey, session string) (before string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.sessions[key]
	s.sessions[key] = session
	return before
}

func (s *seenBy) drop(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sessions, func(_ ghpkg.ListingKey, by string) bool { return by == session })
}

func newVanished() *vanished { return &vanished{held: map[int64]map[ghpkg.Owner]vanishedAt{}} }

func (v *vanished) get(viewerID int64, owner ghpkg.Owner, now time.Time) ([]ghpkg.Vanished, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	held, ok := v.held[viewerID][owner]
	return held.all, ok && now.Sub(held.at) < vanishedFresh
}

func (v *vanished) put(viewerID int64, owner ghpkg.Owner, all []ghpkg.Vanished, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.held[viewerID] == nil {
		v.held[viewerID] = map[ghpkg.Owner]vanishedAt{}
	}
	v.held[viewerID][owner] = vanishedAt{all, now}
}

func (v *vanished) drop(viewerID int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.held, viewerID)
}
