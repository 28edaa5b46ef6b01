package main

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much garbage may gather, in hundredths of what is in use,
// before it is collected. The inventory is large and hardly changes, so that
// Go's 100 would have as much memory again lie idle; half of that costs the
// pages nothing that could be measured.
const gcPercent = 50

// tameMemory sets gcPercent, unless the operator has said otherwise.
func tameMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
