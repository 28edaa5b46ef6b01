package handlers

import (
	"context"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// What the tables share: paging, headings, filters, notices.

func domID(kind string, id int64) string { return kind + "-" + strconv.FormatInt(id, 10) }

// pagesOf returns the paging of a table at path.
func pagesOf(path string, q ghpkg.Query, total int) views.Pages {
	return pages(q, total, func(page, perPage int) string {
		q := q
		q.Page, q.PerPage = page, perPage
		return link.WithQuery(path, q)
	})
}

// pages returns the paging of a table whose pages are at the addresses that at gives.
func pages(q ghpkg.Query, total int, at func(page, perPage int) string) views.Pages {
	p := views.Pages{Page: q.Page, Last: max(1, (total+q.PerPage-1)/q.PerPage), Total: total, PerPage: q.PerPage}
	if from := (q.Page - 1) * q.PerPage; from < total {
		p.First, p.To = from+1, min(from+q.PerPage, total)
	}
	if q.Page > 1 {
		p.Prev = at(min(q.Page-1, p.Last), q.PerPage)
	}
	if q.Page < p.Last {
		p.Next = at(q.Page+1, q.PerPage)
	}
	for _, n := range []int{25, ghpkg.DefaultPerPage, ghpkg.MaxPerPage} {
		p.PerPageOpts = append(p.PerPageOpts, views.Option{
			Value: strconv.Itoa(n), Text: strconv.Itoa(n), Href: at(1, n), Selected: n == p.PerPage, Count: -1,
		})
	}
	return p
}

// heading returns a sortable column's heading: its first click sorts in the
// given direction, the next one the other way.
func heading(path string, q ghpkg.Query, field ghpkg.Sort, downFirst bool, standard ghpkg.Sort) views.Sort {
	current := q.Sort
	if current == "" {
		current = standard
	}
	now, down := current.Descending()
	to, sorted := downFirst, views.Sort{}
	if now == field {
		to = !down
		sorted.Direction = "ascending"
		if down {
			sorted.Direction = "descending"
		}
	}
	q.Page, q.Sort = 1, field
	if to {
		q.Sort = "-" + field
	}
	sorted.Href = link.WithQuery(path, q)
	return sorted
}

func packageSorts(path string, q ghpkg.Query) views.PackageSorts {
	standard := "-" + ghpkg.SortUpdated
	if q.State == ghpkg.Deleted {
		standard = ghpkg.SortDaysLeft
	}
	return views.PackageSorts{
		Name:     heading(path, q, ghpkg.SortName, false, standard),
		Updated:  heading(path, q, ghpkg.SortUpdated, true, standard),
		Versions: heading(path, q, ghpkg.SortVersions, true, standard),
		DaysLeft: heading(path, q, ghpkg.SortDaysLeft, false, standard),
	}
}

// stateOptions are the tabs Active and Deleted.
func stateOptions(path string, q ghpkg.Query) []views.Option {
	var options []views.Option
	for _, state := range []ghpkg.State{ghpkg.Active, ghpkg.Deleted} {
		to := q
		to.State, to.Page, to.Sort = state, 1, ""
		options = append(options, views.Option{
			Value: string(state), Href: link.WithQuery(path, to), Selected: q.State == state, Count: -1,
		})
	}
	return options
}

func visibilityOptions(q ghpkg.Query) []views.Option {
	options := []views.Option{{Value: "", Selected: q.Visibility == "", Count: -1}}
	for _, v := range []ghpkg.Visibility{ghpkg.Public, ghpkg.Private, ghpkg.Internal} {
		options = append(options, views.Option{Value: string(v), Selected: q.Visibility == v, Count: -1})
	}
	return options
}

func exportsOf(path string, q ghpkg.Query) views.Exports {
	return views.Exports{JSON: link.WithFormat(path, q, formatJSON), CSV: link.WithFormat(path, q, formatCSV)}
}

// notices returns what a listing could not see, in the viewer's language.
func (h *edge) notices(c echo.Context, all []ghpkg.Notice) []views.Notice {
	ctx := c.Request().Context()
	var shown []views.Notice
	for _, n := range all {
		v := views.Notice{Kind: n.Kind, Text: noticeText(ctx, n)}
		switch n.Kind {
		case ghpkg.NoticeTypeFailed, ghpkg.NoticeStale:
			v.Said = n.Detail
		case ghpkg.NoticeRepoScope:
			v.Fix = &views.Fix{
				Label: i18n.T(ctx, "fix.grant_scope"),
				Href:  link.SignIn(comeBackTo(c.Request()), ghpkg.Scopes{ghpkg.ScopeRepo}),
			}
		case ghpkg.NoticeNamesake:
			v.Fix = &views.Fix{Label: i18n.T(ctx, "package.ledger_before"), Href: link.LedgerOfID(n.Detail)}
		case ghpkg.NoticeSSO: // where GitHub lists what each app may see
			at := h.GitHubURL.JoinPath("settings", "applications").String()
			v.Fix = &views.Fix{Label: i18n.T(ctx, "fix.open_github"), Href: at, External: true}
		}
		if n.URL != "" {
			v.Fix = &views.Fix{Label: i18n.T(ctx, "fix.open_github"), Href: n.URL, External: true}
		}
		shown = append(shown, v)
	}
	return shown
}

func noticeText(ctx context.Context, n ghpkg.Notice) string {
	typ := string(n.Type)
	if typ != "" {
		typ = i18n.T(ctx, "type."+typ)
	}
	if n.Owner != "" {
		return i18n.T(ctx, "notice.owner_failed", "Owner", n.Owner)
	}
	count, _ := strconv.Atoi(n.Detail) // where we wrote it
	switch n.Kind {
	case ghpkg.NoticeVanished:
		return i18n.T(ctx, "notice.vanished", "Count", count)
	case ghpkg.NoticeUnsorted:
		return i18n.T(ctx, "notice.unsorted", "Count", count)
	case ghpkg.NoticeBudget:
		if count > 0 {
			return i18n.T(ctx, "notice.budget") + " " + i18n.T(ctx, "notice.budget_room", "Count", count)
		}
	case ghpkg.NoticeUnknown:
		return i18n.T(ctx, "notice.unknown."+n.Field, "Count", count)
	}
	return i18n.T(ctx, "notice."+string(n.Kind), "Type", typ, "Value", n.Detail)
}

// noticeMessage is a notice for programs: our sentence, and GitHub's after it.
func noticeMessage(ctx context.Context, n ghpkg.Notice) string {
	text := noticeText(ctx, n)
	if n.Kind == ghpkg.NoticeTypeFailed && n.Detail != "" {
		text = strings.TrimSuffix(text, ".") + ": " + n.Detail
	}
	return text
}

func loading(all []ghpkg.Notice) bool {
	for _, n := range all {
		if n.Kind == ghpkg.NoticeLoading {
			return true
		}
	}
	return false
}
