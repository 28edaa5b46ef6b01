package operations

import "slices"

// Mendable reports whether Retry tries again what was refused with the code of
// a fault.
func Mendable(code string) bool { return slices.Contains(mendable(), code) }
