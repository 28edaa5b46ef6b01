package ui

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// The leaves: the smallest pieces, of which a table of 100 rows holds a
// thousand. A templ component costs more to set up than these have to say, and
// made half of a page's time; so they are plain Go that writes its text.

// leaf is finished HTML.
type leaf string

// Render writes the leaf.
func (l leaf) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(l))
	return err
}

// escape is templ's, which takes its time also where there is nothing to escape.
func escape(s string) string {
	if strings.ContainsAny(s, `&<>"'`) {
		return templ.EscapeString(s)
	}
	return s
}

// Glyph draws an icon that says nothing which the text beside it does not.
func Glyph(i Icon) templ.Component {
	return glyphs()[i]
}

// glyphs are the icons as HTML; the address of the sprite never changes.
var glyphs = sync.OnceValue(func() map[Icon]leaf {
	all := make(map[Icon]leaf)
	for _, i := range Icons() {
		all[i] = leaf(`<svg class="icon" width="16" height="16" aria-hidden="true"><use href="` + i.href() + `"></use></svg>`)
	}
	return all
})

// Label is a short word in a pill.
func Label(tone Tone, text string) templ.Component {
	return leaf(`<span class="label label-` + string(tone) + `">` + escape(text) + `</span>`)
}

// Time says how long ago t was; the exact moment is in its title. A zero time
// was not given.
func Time(t time.Time) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if t.IsZero() {
			return NotGiven().Render(ctx, w)
		}
		_, err := io.WriteString(w, `<time datetime="`+t.UTC().Format(time.RFC3339)+`" title="`+
			escape(i18n.Exact(ctx, t))+`">`+escape(i18n.Ago(ctx, t))+`</time>`)
		return err
	})
}

// Dash stands in a cell for a number that GitHub did not give.
func Dash() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		said := escape(i18n.T(ctx, "common.not_given"))
		_, err := io.WriteString(w, `<span class="muted" title="`+said+`">—<span class="visually-hidden">`+said+`</span></span>`)
		return err
	})
}

// Named says what the value after it is, to those who do not see the heading of
// its column.
func Named(column string) templ.Component {
	return leaf(`<span class="visually-hidden">` + escape(column) + `: </span>`)
}

// Copy is a button that copies text; what says which of the many on a page it
// is. It is shown where JavaScript runs.
func Copy(text, what string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		before, after, _ := strings.Cut(i18n.T(ctx, "common.copy"), "{name}")
		says := escape(before + what + after)
		if _, err := io.WriteString(w, `<button type="button" class="icon-button js-only" data-copy="`+escape(text)+
			`" data-done="`+escape(i18n.T(ctx, "common.copied"))+`" aria-label="`+says+`" title="`+says+`">`); err != nil {
			return err
		}
		if err := Glyph(Copied).Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, `</button>`)
		return err
	})
}

// DialogButton is a small button that opens a page as a dialog, or the page
// itself without JavaScript. what is said only to those who do not see the row.
func DialogButton(href, text, what string, careful bool) templ.Component {
	mark := ""
	if careful {
		mark = " data-careful"
	}
	href = escape(href)
	return leaf(`<a class="button button-small"` + mark + ` href="` + href + `" hx-get="` + href +
		`" hx-target="#dialog-body" hx-swap="innerHTML">` + label(text, what) + `</a>`)
}

// Pick is a checkbox that selects a row for the form outside of it.
type Pick struct {
	Form, Value string
	Says        string // what those hear who do not see the row; "{name}" stands for Name
	Name        string
}

// Render writes the checkbox piece by piece: there is one in every row.
func (p *Pick) Render(_ context.Context, w io.Writer) error {
	before, after, _ := strings.Cut(p.Says, "{name}")
	for _, part := range [...]string{
		`<label class="pick"><input type="checkbox" name="item" value="`, escape(p.Value), `" form="`, p.Form,
		`" aria-label="`, escape(before), escape(p.Name), escape(after), `"></label>`,
	} {
		if _, err := io.WriteString(w, part); err != nil {
			return err
		}
	}
	return nil
}

// ButtonOff is a small button that cannot be pressed.
func ButtonOff(text, what string) templ.Component {
	return leaf(`<span class="button button-small button-off">` + label(text, what) + `</span>`)
}

func label(text, what string) string {
	return escape(text) + ` <span class="visually-hidden">` + escape(what) + `</span>`
}
