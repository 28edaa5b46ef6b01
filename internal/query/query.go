package query

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The bounds of a query.
const (
	MaxLength = 2048 // bytes
	MaxTerms  = 50
)

// query is what the queries of both tables have in common.
type query[T any] struct {
	terms []term[T]
	now   time.Time
}

// Match reports whether x is meant; not, if that is not known. Terms with state:
// choose the list and not its rows, and hold of each.
func (q query[T]) Match(x *T) bool {
	for i := range q.terms {
		if q.terms[i].holds(x) != yes {
			return false
		}
	}
	return true
}

// Empty reports whether the query has no terms, so that everything matches.
func (q query[T]) Empty() bool { return len(q.terms) == 0 }

// State returns the list that the query asks for, or "" if it does not say.
func (q query[T]) State() ghpkg.State {
	for _, t := range q.terms {
		if t.name == stateField {
			return ghpkg.State(t.values[0].folded)
		}
	}
	return ""
}

// String returns the query in its canonical form, which reads as the same query.
func (q query[T]) String() string {
	all := make([]string, len(q.terms))
	for i := range q.terms {
		all[i] = q.terms[i].String()
	}
	return strings.Join(all, " ")
}

// Has reports whether the query has this very term, in its canonical form.
func (q query[T]) Has(canonical string) bool {
	return slices.ContainsFunc(q.terms, func(t term[T]) bool { return t.String() == canonical })
}

// Asks reports whether the query has a term of a field.
func (q query[T]) Asks(name string) bool {
	return slices.ContainsFunc(q.terms, func(t term[T]) bool { return t.name == name })
}

// drop leaves out this very term, in its canonical form.
func (q query[T]) drop(canonical string) query[T] {
	q.terms = slices.DeleteFunc(slices.Clone(q.terms), func(t term[T]) bool { return t.String() == canonical })
	return q
}

// without drops the terms of a field.
func (q query[T]) without(name string) query[T] {
	q.terms = slices.DeleteFunc(slices.Clone(q.terms), func(t term[T]) bool { return t.name == name })
	return q
}

// with adds more's terms: a field's terms take the place of those that are
// there, words are added.
func (q query[T]) with(more query[T]) query[T] {
	for _, t := range more.terms {
		if t.name != "" {
			q = q.without(t.name)
		}
	}
	q.terms = slices.Clip(q.terms)
	for _, t := range more.terms {
		if !q.Has(t.String()) {
			q.terms = append(q.terms, t)
		}
	}
	return q
}

// single returns the value of the field's only term, if that is a positive
// term with one value.
func (q query[T]) single(name string) (value, bool) {
	var found value
	n := 0
	for _, t := range q.terms {
		if t.name == name {
			n += len(t.values)
			found = t.values[0]
			if t.not {
				return value{}, false
			}
		}
	}
	return found, n == 1
}

// language is what the words and the fields of one table are.
type language[T any] struct {
	fields    []field[T]
	others    []string // names of fields that the other table has
	elsewhere Reason   // says which table that is
	plain     func(prefix string) bool
	rewrite   func(*token) *Error // other ways to write a term
}

// parse reads a query.
func parse[T any](s string, now time.Time, lang language[T]) (query[T], error) {
	if len(s) > MaxLength {
		end := MaxLength
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		return query[T]{}, &Error{Pos: end, Len: len(s) - end, Reason: TooLong}
	}
	if i := invalid(s); i >= 0 {
		return query[T]{}, &Error{Pos: i, Len: 1, Reason: BadText}
	}
	q := query[T]{now: now}
	l := lexer{s: s, plain: lang.plain}
	for l.space() {
		if len(q.terms) == MaxTerms {
			return query[T]{}, &Error{Pos: l.at, Len: len(s) - l.at, Reason: TooManyTerms}
		}
		tok, err := l.token()
		if err == nil {
			err = lang.rewrite(&tok)
		}
		if err == nil {
			err = lang.add(&q, tok)
		}
		if err != nil {
			return query[T]{}, err
		}
	}
	return q, nil
}

// invalid returns where s stops being UTF-8, or -1.
func invalid(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

// add reads a token's values and adds the term to q.
func (lang language[T]) add(q *query[T], tok token) *Error {
	i := slices.IndexFunc(lang.fields, func(f field[T]) bool { return f.name == tok.field.text })
	if i < 0 {
		err := tok.field.fault(UnknownField, tok.field.text)
		if slices.Contains(lang.others, tok.field.text) {
			err.Reason = lang.elsewhere
		}
		err.Value = tok.values[0].text
		return err
	}
	t := term[T]{field: lang.fields[i], not: tok.not}
	for _, a := range tok.values {
		v, reason := t.read(a)
		if reason != "" {
			return a.fault(reason, t.name)
		}
		t.values = append(t.values, v)
	}
	if t.name == stateField {
		return q.choose(t, tok.values)
	}
	q.terms = append(q.terms, t)
	return nil
}
