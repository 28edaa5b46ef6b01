package views

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// label returns the option's text; one without a text is named by the message
// group + value, or "any" where the value is empty.
func (o Option) label(ctx context.Context, group string) string {
	if o.Text != "" {
		return o.Text
	}
	if o.Value == "" {
		return i18n.T(ctx, group+"any")
	}
	return i18n.T(ctx, group+o.Value)
}

// stateField returns the state as the form carries it; empty for the default,
// so that addresses stay short.
func stateField(s ghpkg.State) string {
	if s == ghpkg.Active {
		return ""
	}
	return string(s)
}

// perPage returns the number as the form carries it; empty for the default.
func perPage(n int) string {
	if n == 0 || n == ghpkg.DefaultPerPage {
		return ""
	}
	return strconv.Itoa(n)
}

// chosen returns how many of the filters beside the search box are in use.
func (f PackageFilter) chosen() int {
	return inUse(slices.Concat(f.Types, f.Visibilities), f.Repo)
}

// chosen is the same for the ledger. What its form does not show, the form says
// in words.
func (f LedgerFilter) chosen() int {
	return inUse(slices.Concat(f.Actions, f.Outcomes), f.Actor, f.Owner, f.Package, f.Since, f.Until)
}

// inUse counts what is selected of options and what is filled in of fields.
func inUse(options []Option, fields ...string) int {
	n := 0
	for _, o := range options {
		if o.Selected && o.Value != "" {
			n++
		}
	}
	for _, value := range fields {
		if value != "" {
			n++
		}
	}
	return n
}

// deleted reports whether the rows tell of deleted things.
func (t PackageTable) deleted() bool { return t.Filter.State == "deleted" }

// deleted reports whether the rows tell of deleted versions.
func (p PackagePage) deleted() bool { return p.Filter.State == "deleted" }

// count returns how many conflicts there are beyond the rows of this page.
func (t ConflictTable) count() int { return max(t.Pages.Total, len(t.Rows)) }

// any reports whether there is something to open or to keep.
func (v SavedViews) any() bool { return len(v.Rows) > 0 || v.Path != "" }

// gone reports whether the row tells of something deleted. What was deleted just
// now tells of itself, with its way back.
func (r PackageRow) gone() bool { return r.Gone != nil && r.Done == nil }

// gone is the same for a version.
func (r VersionRow) gone() bool { return r.Gone != nil && r.Done == nil }

// pick is the checkbox that selects the row. What was just changed is not
// selected any more.
func (r PackageRow) pick(ctx context.Context) templ.Component {
	name := r.Name
	switch {
	case r.Pick == "" || r.Done != nil:
		return templ.NopComponent
	case r.Owner != nil:
		name = r.Owner.Text + "/" + name
	}
	return picking(ctx, r.Pick, name)
}

// pick is the same for a version, whose tags tell it from others; of is its
// package where the rows are of several.
func (r VersionRow) pick(ctx context.Context, of *Anchor) templ.Component {
	if r.Pick == "" || r.Done != nil {
		return templ.NopComponent
	}
	name := r.Short
	if of != nil {
		name = of.Text + " " + name
	}
	if len(r.Tags) > 0 {
		name += " " + strings.Join(r.Tags, " ")
	}
	return picking(ctx, r.Pick, name)
}

// picking is the checkbox of what is called so.
func picking(ctx context.Context, value, name string) templ.Component {
	return &ui.Pick{Form: selectionID, Value: value, Says: i18n.T(ctx, "select.row"), Name: name}
}
