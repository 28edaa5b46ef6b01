package views

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// csv names the file of a table's rows: nobody takes one page for all of them.
func (e Exports) csv(ctx context.Context, p Pages) string {
	if p.Last > 1 && !e.Whole {
		return i18n.T(ctx, "table.csv_page")
	}
	return "CSV"
}
