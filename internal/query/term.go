package query

import (
	"strings"
	"unicode"
)

// field is a field of the language of one table. The word is one without a name.
type field[T any] struct {
	name  string
	read  func(atom) (value, Reason) // the reason is empty if it could be read
	match func(*T, *value) bool
	known func(*T, *value) bool // whether a value that does not match is known not to; nil: always
	gap   Gap                   // what is missing where it is not
}

// value is one of the values of a term, ready to be compared.
type value struct {
	text   string // as it is shown
	quoted bool   // to be shown in quotes, for without them it would mean something else
	folded string // in lower case
	part   []byte // the same, to be looked for
	none   bool   // none, unknown
	prefix bool   // folded is only the beginning
	lo, hi int64  // from lo to below hi: numbers, or times in microseconds
}

// term is one condition: any of its values must match, or none if it is negated.
type term[T any] struct {
	field[T]
	not    bool
	values []value
}

// holds says of a row whether the term does. Negation turns what is known
// around, and leaves what is not known as it is.
func (t *term[T]) holds(x *T) answer {
	for i := range t.values {
		if t.match(x, &t.values[i]) {
			return said(!t.not)
		}
	}
	if t.known == nil {
		return said(t.not)
	}
	for i := range t.values {
		if !t.known(x, &t.values[i]) {
			return unclear
		}
	}
	return said(t.not)
}

// String writes the term in its canonical form.
func (t *term[T]) String() string {
	var b strings.Builder
	if t.not {
		b.WriteByte('-')
	}
	if t.name == "" {
		b.WriteString(wordText(t.values[0].text))
		return b.String()
	}
	for i, v := range t.values {
		if i == 0 {
			b.WriteString(t.name + ":")
		} else {
			b.WriteByte(',')
		}
		if v.quoted || strings.ContainsAny(v.text, `",`) || strings.ContainsFunc(v.text, unicode.IsSpace) {
			b.WriteString(quote(v.text))
		} else {
			b.WriteString(v.text)
		}
	}
	return b.String()
}

func wordText(s string) string {
	if strings.ContainsAny(s, `":`) || strings.HasPrefix(s, "-") || strings.EqualFold(s, untagged) ||
		strings.ContainsFunc(s, unicode.IsSpace) {
		return quote(s)
	}
	return s
}
