package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// atom is a piece of a query with its place.
type atom struct {
	pos, end int
	text     string // without quotes
	quoted   bool
}

// fault is the mistake that an atom is.
func (a atom) fault(r Reason, field string) *Error {
	return &Error{Pos: a.pos, Len: a.end - a.pos, Reason: r, Field: field, Value: a.text}
}

// token is a term as it is written.
type token struct {
	pos    int
	not    bool
	field  atom // zero for a word
	values []atom
}

// lexer cuts a query into tokens.
type lexer struct {
	s  string
	at int
	// plain reports whether what stands before a colon is no field, so that
	// digests can be pasted.
	plain func(prefix string) bool
}

// space moves to the next term; false at the end.
func (l *lexer) space() bool {
	for l.at < len(l.s) {
		r, n := utf8.DecodeRuneInString(l.s[l.at:])
		if !unicode.IsSpace(r) {
			return true
		}
		l.at += n
	}
	return false
}

// ends reports whether no term goes on at i.
func (l *lexer) ends(i int) bool {
	r, n := utf8.DecodeRuneInString(l.s[i:])
	return n == 0 || unicode.IsSpace(r)
}

// token reads the term that begins here.
func (l *lexer) token() (token, *Error) {
	t := token{pos: l.at}
	if l.s[l.at] == '-' && !l.ends(l.at+1) {
		t.not = true
		l.at++
	}
	name := l.name()
	if name == "" {
		word, err := l.atom("")
		if err == nil && word.text == "" {
			err = word.fault(EmptyValue, "")
		}
		t.values = []atom{word}
		return t, err
	}
	t.field = atom{pos: l.at, end: l.at + len(name), text: strings.ToLower(name)}
	for more := true; more; {
		l.at = max(l.at, t.field.end) + 1 // behind the colon or the comma
		v, err := l.atom(",")
		if err == nil && v.text == "" {
			if !v.quoted {
				v.pos-- // the colon or the comma behind which it is missing
			}
			err = v.fault(EmptyValue, "")
		}
		if err != nil {
			err.Field = t.field.text
			return t, err
		}
		t.values = append(t.values, v)
		more = l.at < len(l.s) && l.s[l.at] == ','
	}
	return t, nil
}

// name returns what stands before a colon, if the term that begins here is a field.
func (l *lexer) name() string {
	rest := l.s[l.at:]
	i := strings.IndexFunc(rest, func(r rune) bool { return r == ':' || r == '"' || unicode.IsSpace(r) })
	if i <= 0 || rest[i] != ':' || l.plain(rest[:i]) {
		return ""
	}
	return rest[:i]
}

// atom reads a word or a value, up to a space or to one of stops.
func (l *lexer) atom(stops string) (atom, *Error) {
	a := atom{pos: l.at}
	if strings.HasPrefix(l.s[l.at:], `"`) {
		return l.quotation(a, stops)
	}
	for l.at < len(l.s) {
		r, n := utf8.DecodeRuneInString(l.s[l.at:])
		if unicode.IsSpace(r) || strings.ContainsRune(stops, r) {
			break
		}
		if r == '"' {
			return a, atom{pos: l.at, end: l.at + 1, text: `"`}.fault(StrayQuote, "")
		}
		l.at += n
	}
	a.end, a.text = l.at, l.s[a.pos:l.at]
	return a, nil
}

// quotation reads what stands between two quotes.
func (l *lexer) quotation(a atom, stops string) (atom, *Error) {
	a.quoted = true
	var text strings.Builder
	for i := l.at + 1; i < len(l.s); i++ {
		c := l.s[i]
		if c == '\\' && i+1 < len(l.s) && (l.s[i+1] == '"' || l.s[i+1] == '\\') {
			i++
			text.WriteByte(l.s[i])
			continue
		}
		if c != '"' {
			text.WriteByte(c)
			continue
		}
		l.at = i + 1
		if !l.ends(l.at) && !strings.ContainsRune(stops, rune(l.s[l.at])) {
			return a, atom{pos: i, end: i + 1, text: `"`}.fault(StrayQuote, "")
		}
		a.end, a.text = l.at, text.String()
		return a, nil
	}
	return a, atom{pos: a.pos, end: len(l.s), text: l.s[a.pos+1:]}.fault(OpenQuote, "")
}

// quote writes text so that it is read back as that text.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
