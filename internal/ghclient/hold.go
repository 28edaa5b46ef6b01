package ghclient

import "time"

// HoldTime is how long before the end of its turn a turn that is held was taken.
const HoldTime time.Duration = holdTime
