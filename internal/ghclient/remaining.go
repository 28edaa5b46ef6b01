package ghclient

import "time"

// LeastRemaining returns the least that is left of the hourly budgets of the
// accounts in use, as GitHub last told them; false if it told none that still
// stands. It asks nobody.
func (g *GitHub) LeastRemaining() (least int, known bool) {
	now := g.opts.Now()
	g.accounts.mu.Lock()
	defer g.accounts.mu.Unlock()
	for _, one := range g.accounts.byName {
		left, stands := one.budget.left(now)
		if stands && (!known || left < least) {
			least, known = left, true
		}
	}
	return least, known
}

// left returns what was left when GitHub last said so; false once the hour is over.
func (b *budget) left(now time.Time) (int, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.remaining, b.limit > 0 && now.Before(b.reset)
}
