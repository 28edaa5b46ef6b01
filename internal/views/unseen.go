package views

import (
	"cmp"
	"context"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// weight orders notices: first what is missing and will not come by itself, or
// of what was asked for; last what is always so, or soon over.
func (n Notice) weight() int {
	switch n.Kind {
	case ghpkg.NoticeTypeFailed, ghpkg.NoticeSSO, ghpkg.NoticeUnknown, ghpkg.NoticeUnsorted:
		return 0
	case ghpkg.NoticeVanished, ghpkg.NoticeStale:
		return 2
	case ghpkg.NoticeBudget, ghpkg.NoticeNoList, ghpkg.NoticeNoState:
		return 3
	case ghpkg.NoticeLoading:
		return 4
	}
	return 1
}

// weightiest returns the notice to show, and those to fold.
func weightiest(all []Notice) (first Notice, others []Notice) {
	if len(all) == 0 {
		return first, nil
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Notice) int { return cmp.Compare(a.weight(), b.weight()) })
	return sorted[0], sorted[1:]
}

// othersKey is the message that stands for folded notices. It does not hide that
// the table is not whole.
func othersKey(others []Notice) string {
	if slices.ContainsFunc(others, func(n Notice) bool { return ghpkg.Notice{Kind: n.Kind}.Incomplete() }) {
		return "notice.others_incomplete"
	}
	return "notice.others"
}

// told is everything that the table has to tell above its rows.
func (t PackageTable) told(ctx context.Context) []Notice {
	if t.Drift == nil {
		return t.Notices
	}
	drifted := Notice{
		Kind: ghpkg.NoticeVanished, Text: i18n.T(ctx, "drift.text", "Count", t.Drift.Count, "Since", t.Drift.Since),
		Fix: &Fix{Label: i18n.T(ctx, "drift.look"), Href: t.Drift.Href},
	}
	return append(slices.Clone(t.Notices), drifted)
}
