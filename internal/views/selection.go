package views

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// picks names what is selected in a table, for app.js to keep it while the table
// is filtered, sorted and paged.
func picks(table string, do ghpkg.Action) string {
	path, _, _ := strings.Cut(table, "?")
	return string(do) + " " + path
}

// counting lets app.js say how many rows a table has after one of them was
// deleted or restored in place; key is the message with the number.
func counting(ctx context.Context, key string, total int) templ.Attributes {
	return templ.Attributes{
		"data-total": strconv.Itoa(total), "data-one": i18n.T(ctx, key, "Count", 1),
		"data-other": strings.Replace(i18n.T(ctx, key, "Count", 0), "0", "{n}", 1),
	}
}

// counting is the same for the range of rows that are shown.
func (p Pages) counting(ctx context.Context) templ.Attributes {
	return templ.Attributes{
		"data-total": strconv.Itoa(p.Total), "data-to": strconv.Itoa(p.To),
		"data-other": i18n.T(ctx, "table.range", "First", p.First, "To", "{to}", "Total", "{n}"),
	}
}
