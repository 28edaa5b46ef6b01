package ghpkg

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// How long the ledger's entries are kept at least, where they are not kept for
// ever, and at most. The least is long past all that refers to young entries:
// the bin, what is told of it, an operation that goes on.
const (
	LeastRetention = 3 * RestoreWindow
	MostRetention  = 36500 * 24 * time.Hour
)

// Trim is what was removed from the beginning of the ledger. The ledger's own
// entry about it has it as its message, which is what the chain then begins with.
type Trim struct {
	Entries int
	Before  time.Time // all of them, and what became of them, is older; whole seconds
	Link    int64     // the last one of the chain that was removed; 0: nothing was
	Hash    string    // its hash, in hexadecimal
}

// Message returns the trim as the ledger holds it. It can never change:
// ReadTrim has to read those of all years.
func (t Trim) Message() string {
	return fmt.Sprintf("%d entries of before %s were removed, up to link %d with the hash %s",
		t.Entries, t.Before.UTC().Format(time.RFC3339), t.Link, t.Hash)
}

var trimMessage = regexp.MustCompile(`^(\d+) entries of before (\S+) were removed, up to link (\d+) with the hash ([0-9a-f]{64})$`)

// ReadTrim reads a Message; false if it is none.
func ReadTrim(message string) (Trim, bool) {
	part := trimMessage.FindStringSubmatch(message)
	if part == nil {
		return Trim{}, false
	}
	entries, err := strconv.Atoi(part[1])
	if err != nil {
		return Trim{}, false
	}
	before, err := time.Parse(time.RFC3339, part[2])
	if err != nil {
		return Trim{}, false
	}
	link, err := strconv.ParseInt(part[3], 10, 64)
	return Trim{Entries: entries, Before: before, Link: link, Hash: part[4]}, err == nil
}
