package handlers

import (
	"context"
	"net/url"
	"strconv"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// ledgerAt returns the ledger's address with the filters of v, changed by set.
func ledgerAt(v url.Values, set map[string]string) string {
	to := url.Values{}
	for name, all := range v {
		if all[0] != "" && name != "format" {
			to[name] = all
		}
	}
	for name, value := range set {
		to.Del(name)
		if value != "" {
			to.Set(name, value)
		}
	}
	return link.LedgerQuery(to)
}

func ledgerFormat(v url.Values, format string) string {
	return ledgerAt(v, map[string]string{"format": format})
}

func ledgerForm(ctx context.Context, v url.Values, f ghpkg.LedgerFilter) views.LedgerFilter {
	form := views.LedgerFilter{
		Action: link.Ledger, Text: f.Query, Actor: f.Actor, Owner: f.Owner, Package: f.Package, Type: string(f.Type), PackageID: id(f.PackageID), Operation: f.Operation,
		Since: v.Get("since"), Until: v.Get("until"), Clear: link.Ledger,
		Actions: []views.Option{
			{Selected: len(f.Actions) == 0, Count: -1},
			{Value: changes, Text: i18n.T(ctx, "ledger.changes"), Selected: v.Get("action") == changes, Count: -1},
		},
		Outcomes: []views.Option{{Selected: f.Outcome == "", Count: -1}},
	}
	for _, a := range ghpkg.Actions() {
		form.Actions = append(form.Actions, views.Option{Value: string(a), Selected: v.Get("action") == string(a), Count: -1})
	}
	for _, o := range ghpkg.Outcomes() {
		form.Outcomes = append(form.Outcomes, views.Option{Value: string(o), Selected: o == f.Outcome, Count: -1})
	}
	form.Active = f.Actor+f.Owner+f.Package+f.Operation+f.Query+v.Get("action")+string(f.Outcome)+form.Type+form.PackageID != "" ||
		!f.Since.IsZero() || !f.Until.IsZero()
	return form
}

// ledgerTabs are what most people want to see of the ledger, one click away.
func ledgerTabs(ctx context.Context, v url.Values) []views.Option {
	var tabs []views.Option
	for _, tab := range []struct{ key, action string }{{"ledger.everything", ""}, {"ledger.changes", changes}} {
		tabs = append(tabs, views.Option{
			Text: i18n.T(ctx, tab.key), Selected: v.Get("action") == tab.action, Count: -1,
			Href: ledgerAt(v, map[string]string{"action": tab.action, "page": ""}),
		})
	}
	return tabs
}

// ledgerPages is the ledger's paging.
func ledgerPages(v url.Values, q ghpkg.Query, total int) views.Pages {
	return pages(q, total, func(page, perPage int) string {
		set := map[string]string{"page": "", "per_page": ""}
		if page > 1 {
			set["page"] = strconv.Itoa(page)
		}
		if perPage != ghpkg.DefaultPerPage {
			set["per_page"] = strconv.Itoa(perPage)
		}
		return ledgerAt(v, set)
	})
}
