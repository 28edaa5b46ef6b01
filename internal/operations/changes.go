package operations

import (
	"context"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// tellTime is the least time between two notes about one package: each makes
// its listing be fetched again for everyone who looks at it.
const tellTime = 4 * time.Second

// changes tells of changed packages, but not of each of their versions.
type changes struct {
	tell func(context.Context, ghpkg.Ref)
	told map[ghpkg.Ref]time.Time
	owed map[ghpkg.Ref]bool
}

// note says that something of the package was deleted or restored.
func (c *changes) note(ctx context.Context, ref ghpkg.Ref) {
	if c.told == nil {
		c.told, c.owed = map[ghpkg.Ref]time.Time{}, map[ghpkg.Ref]bool{}
	}
	if time.Since(c.told[ref]) < tellTime {
		c.owed[ref] = true
		return
	}
	delete(c.owed, ref)
	c.told[ref] = time.Now()
	c.tell(context.WithoutCancel(ctx), ref)
}

// flush tells what was not told yet.
func (c *changes) flush(ctx context.Context) {
	for ref := range c.owed {
		c.told[ref] = time.Now()
		c.tell(context.WithoutCancel(ctx), ref)
	}
	clear(c.owed)
}
