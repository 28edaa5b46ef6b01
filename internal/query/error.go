package query

import "fmt"

// Reason says what is wrong with a query; it names the sentence that people read.
type Reason string

// All that can be wrong.
const (
	UnknownField Reason = "unknown_field"  // foo:bar
	OfVersions   Reason = "of_versions"    // a field of the other table: tag: among packages
	OfPackages   Reason = "of_packages"    // the same: type: among versions
	EmptyValue   Reason = "empty_value"    // type: or type:npm,,maven or ""
	BadValue     Reason = "bad_value"      // type:pypi
	BadNumber    Reason = "bad_number"     // versions:many or versions:>
	BadDuration  Reason = "bad_duration"   // older:90
	BadDate      Reason = "bad_date"       // updated:2026-13
	BadRange     Reason = "bad_range"      // versions:10..5 or versions:5..
	Conflict     Reason = "conflict"       // state:active state:deleted
	OpenQuote    Reason = "open_quote"     // "a b
	StrayQuote   Reason = "stray_quote"    // a"b or "a"b
	BadText      Reason = "bad_text"       // not UTF-8
	TooLong      Reason = "too_long"       // above MaxLength
	TooManyTerms Reason = "too_many_terms" // above MaxTerms
)

// Reasons returns every reason.
func Reasons() []Reason {
	return []Reason{
		UnknownField, OfVersions, OfPackages, EmptyValue, BadValue, BadNumber, BadDuration, BadDate, BadRange, Conflict,
		OpenQuote, StrayQuote, BadText, TooLong, TooManyTerms,
	}
}

// Error is a mistake in a query, and where it stands: s[Pos:Pos+Len], which is
// never empty.
type Error struct {
	Pos, Len int // bytes
	Reason   Reason
	Field    string // lower case; empty if it is about no field
	Value    string // as it was written, without its quotes; may be empty
}

// Error says what is wrong and where, for logs, and nothing of what was typed:
// people search for what the log's readers may not see.
func (e *Error) Error() string {
	return fmt.Sprintf("query: %s at %d+%d", e.Reason, e.Pos, e.Len)
}
