package query

import (
	"strings"
	"unicode/utf8"
)

// The functions here ignore case as strings.ToLower does; part is in lower case
// already. Names are nearly always ASCII, and cost no memory then.

// contains reports whether part is in s.
func contains(s, part string) bool {
	ascii, upper := shape(s)
	switch {
	case !ascii:
		return strings.Contains(strings.ToLower(s), part)
	case !upper:
		return strings.Contains(s, part)
	}
	for i := 0; i+len(part) <= len(s); i++ {
		if same(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// equal reports whether s is all.
func equal(s, all string) bool {
	if len(s) == len(all) && same(s, all) {
		return true
	}
	ascii, _ := shape(s)
	return !ascii && strings.ToLower(s) == all
}

// hasPrefix reports whether s begins with part.
func hasPrefix(s, part string) bool {
	if len(s) >= len(part) && same(s[:len(part)], part) {
		return true
	}
	ascii, _ := shape(s)
	return !ascii && strings.HasPrefix(strings.ToLower(s), part)
}

// shape reports whether s is ASCII, and whether it then has capitals.
func shape(s string) (ascii, upper bool) {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false, false
		}
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	return true, upper
}

// same compares strings of one length, of which the capitals of s are lowered.
func same(s, lower string) bool {
	for i := range len(lower) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
