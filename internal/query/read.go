package query

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// text reads a value in which every character is plain.
func text(a atom) (value, Reason) {
	folded := strings.ToLower(a.text)
	return value{text: a.text, folded: folded, part: []byte(folded)}, ""
}

// login reads the name of an owner.
func login(a atom) (value, Reason) {
	if _, err := ghpkg.NewOwner(ghpkg.User, a.text); err != nil {
		return value{}, BadValue
	}
	return text(a)
}

// orNone reads a value, or none without quotes.
func orNone(a atom) (value, Reason) {
	v, _ := text(a)
	v.none = !a.quoted && v.folded == none
	v.quoted = a.quoted && v.folded == none
	if v.none {
		v.text = none
	}
	return v, ""
}

// oneOf reads one of a few words.
func oneOf[S ~string](all ...S) func(atom) (value, Reason) {
	return func(a atom) (value, Reason) {
		folded := strings.ToLower(a.text)
		if !slices.Contains(all, S(folded)) {
			return value{}, BadValue
		}
		return value{text: folded, folded: folded}, ""
	}
}

// number reads a comparison with a number, or unknown.
func number(a atom) (value, Reason) {
	return span(a, BadNumber, func(s string) (lo, hi int64, ok bool) {
		n, err := strconv.ParseUint(s, 10, 31)
		return int64(n), int64(n) + 1, err == nil
	})
}

// date reads a comparison with a date, or unknown.
func date(a atom) (value, Reason) {
	return span(a, BadDate, func(s string) (lo, hi int64, ok bool) {
		for _, d := range []struct {
			layout              string
			years, months, days int
		}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {time.DateOnly, 0, 0, 1}} {
			if from, err := time.Parse(d.layout, s); err == nil {
				return from.UnixMicro(), from.AddDate(d.years, d.months, d.days).UnixMicro(), true
			}
		}
		at, err := time.Parse(time.RFC3339, strings.ToUpper(s))
		return at.UnixMicro(), at.Add(time.Second).UnixMicro(), err == nil
	})
}

// span reads a comparison, or unknown; unit reads one of its operands, which is
// itself a span: 2026-01 is all of January.
func span(a atom, bad Reason, unit func(string) (lo, hi int64, ok bool)) (value, Reason) {
	if strings.EqualFold(a.text, unknown) {
		return value{text: unknown, none: true}, ""
	}
	v := value{text: strings.ToLower(a.text), lo: math.MinInt64, hi: math.MaxInt64}
	if from, to, isRange := strings.Cut(v.text, ".."); isRange {
		lo, _, fromOK := unit(from)
		_, hi, toOK := unit(to)
		switch {
		case from == "" || to == "":
			return v, BadRange
		case !fromOK || !toOK:
			return v, bad
		case hi <= lo:
			return v, BadRange
		}
		v.lo, v.hi = lo, hi
		return v, ""
	}
	operand := strings.TrimLeft(v.text, "<>=")
	lo, hi, ok := unit(operand)
	if !ok {
		return v, bad
	}
	switch strings.TrimSuffix(v.text, operand) {
	case "":
		v.lo, v.hi = lo, hi
	case ">":
		v.lo = hi
	case ">=":
		v.lo = lo
	case "<":
		v.hi = lo
	case "<=":
		v.hi = hi
	default:
		return v, bad
	}
	return v, ""
}

// older reads an age: at least that long before now. Newer is what is not.
func older(now time.Time) func(atom) (value, Reason) {
	return func(a atom) (value, Reason) {
		v := value{text: strings.ToLower(a.text), lo: math.MinInt64}
		at, ok := ago(now.UTC(), v.text)
		if !ok {
			return v, BadDuration
		}
		v.hi = at.UnixMicro() + 1
		return v, ""
	}
}

func newer(now time.Time) func(atom) (value, Reason) {
	return func(a atom) (value, Reason) {
		v, reason := older(now)(a)
		v.lo, v.hi = v.hi, math.MaxInt64
		return v, reason
	}
}

// maxAge bounds the number in an age, so that no arithmetic overflows.
const maxAge = 99999

// ago returns the moment that is an age such as 90d before now.
func ago(now time.Time, age string) (time.Time, bool) {
	if age == "" {
		return now, false
	}
	number, unit := age[:len(age)-1], age[len(age)-1]
	parsed, err := strconv.ParseUint(number, 10, 32)
	if err != nil || parsed > maxAge {
		return now, false
	}
	n := int(parsed)
	switch unit {
	case 'h':
		return now.Add(-time.Duration(n) * time.Hour), true
	case 'd':
		return now.AddDate(0, 0, -n), true
	case 'w':
		return now.AddDate(0, 0, -7*n), true
	case 'm':
		return monthsAgo(now, n), true
	case 'y':
		return monthsAgo(now, 12*n), true
	}
	return now, false
}

// monthsAgo keeps the day of the month, or takes the month's last one where
// there is no such day: a month before March 31 is February 28.
func monthsAgo(now time.Time, months int) time.Time {
	at := now.AddDate(0, -months, 0)
	if at.Day() != now.Day() {
		at = at.AddDate(0, 0, -at.Day())
	}
	return at
}

// within reports whether t is in the span; a time that is not known is in none,
// but for unknown.
func (v *value) within(t time.Time) bool {
	if v.none || t.IsZero() {
		return v.none && t.IsZero()
	}
	at := t.UnixMicro()
	return v.lo <= at && at < v.hi
}
