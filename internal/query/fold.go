package query

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// The functions here ignore case as strings.ToLower does; what is looked for is
// in lower case already. Names are nearly always ASCII, and cost no memory then.

// short is the length of the names that are lowered on the stack.
const short = 128

// contains reports whether part is in s.
func contains(s string, part []byte) bool {
	var low [short]byte
	if len(s) <= len(low) {
		copy(low[:], s)
		if lower(low[:(len(s)+7)&^7]) {
			return bytes.Contains(low[:len(s)], part)
		}
	}
	return strings.Contains(strings.ToLower(s), string(part))
}

// lower changes the capitals of ASCII, eight bytes at a time, for this is what
// a search spends its time on; false if there is something else than ASCII.
func lower(s []byte) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	var seen uint64
	for ; len(s) >= 8; s = s[8:] {
		x := binary.LittleEndian.Uint64(s)
		seen |= x
		// The high bit of a byte is set from 'A' on, and not from behind 'Z' on;
		// moved to the place of 0x20 it is what sets capitals apart.
		capital := (x + each*(0x80-'A')) &^ (x + each*(0x80-'Z'-1)) & high
		binary.LittleEndian.PutUint64(s, x|capital>>2)
	}
	return seen&high == 0
}

// equal reports whether s is all.
func equal(s, all string) bool {
	prefix, ascii := begins(s, all)
	if !ascii {
		return strings.ToLower(s) == all
	}
	return prefix && len(s) == len(all)
}

// hasPrefix reports whether s begins with part.
func hasPrefix(s, part string) bool {
	prefix, ascii := begins(s, part)
	if !ascii {
		return strings.HasPrefix(strings.ToLower(s), part)
	}
	return prefix
}

// begins compares the bytes of s and part up to the first that differs. What
// is not ASCII may change its length in lower case, and says nothing.
func begins(s, part string) (prefix, ascii bool) {
	for i := range len(part) {
		if i == len(s) {
			return false, true
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			return false, false
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != part[i] {
			return false, true
		}
	}
	return true, true
}
