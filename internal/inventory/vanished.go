package inventory

import (
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
