package inventory

import (
	"strings"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// counts are how many versions packages have, as far as a session has had them
// listed: GitHub's lists of packages leave it out.
type counts struct {
	mu   sync.Mutex
	held map[countKey]*ownerCounts
}

type countKey struct {
	session string
	kind    ghpkg.OwnerKind
	login   string // in lower case: addresses may spell it as they like
}

func countsOf(session string, owner ghpkg.Owner) countKey {
	return countKey{session, owner.Kind(), strings.ToLower(owner.Login())}
}

// ownerCounts are those of one owner's packages.
type ownerCounts struct {
	revision int // changes with them
	of       map[typeAndName]counted
}

type typeAndName struct {
	typ  ghpkg.Type
	name string
}

// counted is a number, and when GitHub said so.
type counted struct {
	n  int
	at time.Time
}

func newCounts() *counts { return &counts{held: map[countKey]*ownerCounts{}} }

// note remembers what a complete listing of active versions has shown.
func (c *counts) note(session string, ref ghpkg.Ref, l *Versions) {
	if !l.Complete() {
		return
	}
	key, its := countsOf(session, ref.Owner()), typeAndName{ref.Type(), ref.Name()}
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.held[key]
	if held == nil {
		held = &ownerCounts{of: map[typeAndName]counted{}}
		c.held[key] = held
	}
	if now := (counted{len(l.Items), l.AsOf}); held.of[its] != now {
		held.of[its] = now
		held.revision++
	}
}

// outdate forgets the number of a package that was changed, whoever knew it.
func (c *counts) outdate(ref ghpkg.Ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	its := typeAndName{ref.Type(), ref.Name()}
	for key, held := range c.held {
		if _, known := held.of[its]; known && ref.Owner().Is(key.login) {
			delete(held.of, its)
			held.revision++
		}
	}
}

func (c *counts) drop(session string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.held {
		if key.session == session {
			delete(c.held, key)
		}
	}
}

// revision changes whenever fill would tell something else.
func (c *counts) revision(session string, owner ghpkg.Owner) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if held := c.held[countsOf(session, owner)]; held != nil {
		return held.revision
	}
	return 0
}

// fill gives packages the numbers that are known and younger than the package's
// own last change, and than since.
func (c *counts) fill(session string, owner ghpkg.Owner, packages []ghpkg.Package, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.held[countsOf(session, owner)]
	if held == nil || len(held.of) == 0 {
		return
	}
	for n := range packages {
		p := &packages[n]
		if p.VersionCount != nil {
			continue
		}
		if known, ok := held.of[typeAndName{p.Type, p.Name}]; ok && known.at.After(since) && !known.at.Before(p.UpdatedAt) {
			p.VersionCount = new(known.n)
		}
	}
}
