package ghpkg

import "time"

// Account is what all replicas share about one account at GitHub, so that its
// changes go one after another, at a pace that GitHub likes, and nobody asks
// while GitHub wants to be left alone. Its moments are whole milliseconds in
// UTC, so that it is equal to itself after it was stored.
type Account struct {
	Holder       string        // whose turn it is to change something; empty: nobody's
	HeldUntil    time.Time     // when a holder that died loses the turn; without one, when the last turn ended
	NextAt       time.Time     // when the next turn may begin
	Pace         time.Duration // from a turn's end to the next one; 0: as configured
	Good         int           // confirmed changes at this pace
	LimitedUntil time.Time     // when the wait that GitHub asked for is over
	Limited      string        // what GitHub said with it, as ghclient writes it down
}
