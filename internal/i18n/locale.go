package i18n

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/number"
)

// Locale is how to speak to one viewer.
type Locale struct {
	Language *Language
	Zone     *time.Location // nil: UTC
	Now      time.Time      // zero: the clock's now; what "3 days ago" counts from
}

type localeKey struct{}

// From returns the Locale in the context; its Language is nil if none was set.
func From(ctx context.Context) Locale {
	loc, _ := ctx.Value(localeKey{}).(Locale)
	return loc
}

// With returns a context that speaks as loc says.
func With(ctx context.Context, loc Locale) context.Context {
	return context.WithValue(ctx, localeKey{}, loc)
}

// WithLanguage returns a context that speaks l, and is otherwise as before.
func WithLanguage(ctx context.Context, l *Language) context.Context {
	loc := From(ctx)
	loc.Language = l
	return With(ctx, loc)
}

// WithZone returns a context that shows times in zone, and is otherwise as before.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	loc := From(ctx)
	loc.Zone = zone
	return With(ctx, loc)
}

// T says the message of key. Arguments are pairs of a name and a value, or one
// map of them; "Count" also chooses the plural. Numbers, times and lists of
// strings are written as the language writes them.
func T(ctx context.Context, key string, args ...any) string {
	loc := From(ctx)
	if loc.Language == nil {
		return key
	}
	return loc.Language.T(loc, key, args...)
}

// Code returns the language's BCP 47 code, for the lang attribute.
func Code(ctx context.Context) string {
	if l := From(ctx).Language; l != nil {
		return l.Code
	}
	return "en"
}

// Number writes n with the language's grouping: 1,234.
func Number(ctx context.Context, n int) string { return From(ctx).number(n) }

// Date writes the day of t in the viewer's zone: "Nov 26, 2026", "2026년 11월 26일".
func Date(ctx context.Context, t time.Time) string {
	loc := From(ctx)
	return loc.in(t).Format(loc.layouts().date)
}

// DateTime writes t to the minute in the viewer's zone: "Nov 26, 2026, 09:16", "2026년 11월 26일 09:16".
func DateTime(ctx context.Context, t time.Time) string { return From(ctx).dateTime(t) }

// Exact writes t to the second, with the zone: what a tooltip shows.
func Exact(ctx context.Context, t time.Time) string {
	loc := From(ctx)
	return loc.in(t).Format(loc.layouts().exact)
}

// Ago writes how far t is from now: "3 days ago", "in 3 days"; beyond a month it is the date.
func Ago(ctx context.Context, t time.Time) string {
	loc := From(ctx)
	now := loc.Now
	if now.IsZero() {
		now = time.Now()
	}
	past := now.Sub(t)
	switch distance := past.Abs(); {
	case distance < time.Minute:
		return T(ctx, "time.now")
	case distance < time.Hour:
		return T(ctx, tense("time.minutes", past), "Count", int(distance/time.Minute))
	case distance < 24*time.Hour:
		return T(ctx, tense("time.hours", past), "Count", int(distance/time.Hour))
	case distance < 30*24*time.Hour:
		return T(ctx, tense("time.days", past), "Count", int(distance/(24*time.Hour)))
	}
	return Date(ctx, t)
}

func tense(unit string, past time.Duration) string {
	if past < 0 {
		return unit + "_ahead"
	}
	return unit + "_ago"
}

func (loc Locale) in(t time.Time) time.Time {
	if loc.Zone == nil {
		return t.UTC()
	}
	return t.In(loc.Zone)
}

func (loc Locale) layouts() layouts {
	if loc.Language == nil {
		return layouts{time.DateOnly, time.DateTime, time.RFC3339}
	}
	return loc.Language.layouts
}

// dateTime names the zone where it is UTC: without JavaScript nobody knows the
// viewer's, and they would take the time for their own.
func (loc Locale) dateTime(t time.Time) string {
	text := loc.in(t).Format(loc.layouts().dateTime)
	if loc.Zone == time.UTC {
		text += " UTC"
	}
	return text
}

func (loc Locale) number(n int) string {
	if loc.Language == nil || -1000 < n && n < 1000 {
		return strconv.Itoa(n)
	}
	return loc.Language.printer.Sprint(number.Decimal(n))
}

// format writes an argument of a message. A zero time is empty, so that a
// message can leave it out with {{with}}.
func (loc Locale) format(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		return loc.number(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return loc.dateTime(v)
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(value)
}
