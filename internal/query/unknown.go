package query

import "slices"

// answer is what a term says of a row.
type answer uint8

const (
	no      answer = iota
	unclear        // GitHub did not say what the term asks for
	yes
)

func said(holds bool) answer {
	if holds {
		return yes
	}
	return no
}

// Gap is something that may not be known of a row.
type Gap string

// The gaps.
const (
	GapVersions   Gap = "versions"
	GapRepository Gap = "repo"
	GapVisibility Gap = "visibility"
	GapUpdated    Gap = "updated"
	GapCreated    Gap = "created"
	GapTags       Gap = "tags"
	GapHadTags    Gap = "had_tags" // of deleted images
	GapDigest     Gap = "digest"
)

// Gaps returns every gap.
func Gaps() []Gap {
	return []Gap{GapVersions, GapRepository, GapVisibility, GapUpdated, GapCreated, GapTags, GapHadTags, GapDigest}
}

// Sieve is a query at work on the rows of one table. It counts those of which
// it is not known whether they are meant: no term rules them out, but what some
// term asks for is not known of them. It is for one goroutine.
type Sieve[T any] struct {
	query[T]
	missing map[Gap]int
}

// Sieve returns the query, ready to count.
func (q query[T]) Sieve() *Sieve[T] { return &Sieve[T]{q, map[Gap]int{}} }

// Match reports whether x is meant, and counts it if that is not known.
func (s *Sieve[T]) Match(x *T) bool {
	known := true
	for i := range s.terms {
		switch s.terms[i].holds(x) {
		case no:
			return false
		case unclear:
			known = false
		}
	}
	if !known {
		s.note(x)
	}
	return known
}

// note counts x for each thing that is missing of it.
func (s *Sieve[T]) note(x *T) {
	var noted [MaxTerms]Gap
	gaps := noted[:0]
	for i := range s.terms {
		t := &s.terms[i]
		if t.gap != "" && !slices.Contains(gaps, t.gap) && t.holds(x) == unclear {
			gaps = append(gaps, t.gap)
			s.missing[t.gap]++
		}
	}
}

// Missing returns of how many rows so far what was missing.
func (s *Sieve[T]) Missing(gap Gap) int { return s.missing[gap] }
