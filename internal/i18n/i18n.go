// Package i18n says things in the viewer's language: messages, plurals,
// numbers, dates and how long ago something was.
//
// The messages are in en.json and ko.json. What is said depends on the Locale
// in the context; without one, T returns the key, so that a forgotten
// WithLanguage is seen at once and never fails a page.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed en.json ko.json
var files embed.FS

// Catalogue holds every language that Stockroom speaks.
type Catalogue struct {
	languages []*Language
	matcher   language.Matcher
}

// Language is one of the languages, with its messages.
type Language struct {
	Code string // BCP 47: "en", "ko"
	Name string // in the language itself: "English", "한국어"

	layouts   layouts
	localizer *goi18n.Localizer
	printer   *message.Printer
	plain     map[string]string // messages without placeholders; most are
	counted   sync.Map          // counted → string: messages that depend on a small count alone
}

type counted struct {
	key   string
	count int
}

// layouts are the time layouts of a language.
type layouts struct{ date, dateTime, exact string }

// New reads the embedded catalogues. English comes first: it is the default.
func New() (*Catalogue, error) {
	bundle := goi18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	c := &Catalogue{languages: []*Language{
		{Code: "en", Name: "English", layouts: layouts{"Jan 2, 2006", "Jan 2, 2006, 15:04", "Monday, January 2, 2006, 15:04:05 MST"}},
		{Code: "ko", Name: "한국어", layouts: layouts{"2006년 1월 2일", "2006년 1월 2일 15:04", "2006년 1월 2일 15:04:05 MST"}},
	}}
	var tags []language.Tag
	for _, l := range c.languages {
		file, err := bundle.LoadMessageFileFS(files, l.Code+".json")
		if err != nil {
			return nil, fmt.Errorf("i18n: reading the catalogue %q: %w", l.Code, err)
		}
		l.localizer = goi18n.NewLocalizer(bundle, l.Code)
		l.printer = message.NewPrinter(file.Tag)
		l.plain = plainOf(file.Messages)
		tags = append(tags, file.Tag)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// plainOf returns the messages that are always the same text. They are the
// bulk of a page, and going through the plural rules and a template for each
// would cost more than the rest of the page.
func plainOf(messages []*goi18n.Message) map[string]string {
	plain := make(map[string]string, len(messages))
	for _, m := range messages {
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			plain[m.ID] = m.Other
		}
	}
	return plain
}

// Languages returns all languages, the default first.
func (c *Catalogue) Languages() []*Language { return c.languages }

// Match returns the language to speak to somebody: the one of their setting,
// else the best of their browser's Accept-Language, else English.
func (c *Catalogue) Match(setting, acceptLanguage string) *Language {
	for _, l := range c.languages {
		if l.Code == setting {
			return l
		}
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return c.languages[0]
	}
	_, i, _ := c.matcher.Match(wanted...)
	return c.languages[i]
}

// T says the message of key in the language of l. Arguments are pairs of a
// name and a value, or one map of them; "Count" also chooses the plural.
func (l *Language) T(loc Locale, key string, args ...any) string {
	if text, ok := l.plain[key]; ok {
		return text
	}
	if n, ok := onlyCount(args); ok {
		return l.remembered(loc, counted{key, n})
	}
	return l.localize(loc, key, args)
}

// rememberedCounts bounds what remembered keeps: counts from 0 up to this.
const rememberedCounts = 100

func onlyCount(args []any) (int, bool) {
	if len(args) != 2 || args[0] != "Count" {
		return 0, false
	}
	n, ok := args[1].(int)
	return n, ok && n >= 0 && n < rememberedCounts
}

func (l *Language) remembered(loc Locale, c counted) string {
	if text, ok := l.counted.Load(c); ok {
		return text.(string)
	}
	text := l.localize(loc, c.key, []any{"Count", c.count})
	if text != c.key { // an unknown key may come from anywhere: do not let it fill the memory
		l.counted.Store(c, text)
	}
	return text
}

func (l *Language) localize(loc Locale, key string, args []any) string {
	data := named(args)
	config := &goi18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if n, ok := data["Count"]; ok {
		config.PluralCount = n
	}
	for name, value := range data {
		data[name] = loc.format(value)
	}
	text, err := l.localizer.Localize(config)
	if err != nil {
		return key
	}
	return text
}

// named returns a copy of the arguments by name; T changes the copy.
func named(args []any) map[string]any {
	data := make(map[string]any, len(args)/2+1)
	if len(args) == 1 {
		if m, ok := args[0].(map[string]any); ok {
			for name, value := range m {
				data[name] = value
			}
		}
		return data
	}
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			data[name] = args[i+1]
		}
	}
	return data
}
