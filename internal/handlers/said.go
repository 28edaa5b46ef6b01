package handlers

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// withArgs copies a fault's arguments: sentences may leave any of them out.
func withArgs(args map[string]any) map[string]any {
	all := map[string]any{"Owner": "", "Name": "", "Value": "", "Scopes": "", "At": time.Time{}}
	for name, value := range args {
		all[name] = value
	}
	return all
}

// faultText explains a failure.
func faultText(ctx context.Context, e *fault.Error) string {
	args := withArgs(e.Args)
	switch e.Code {
	case fault.CodeInvalidFilter:
		hint := filterHint(ctx, e)
		if e.Args["Hint"] == hintNames {
			return hint // it is the name that is wrong, not the value
		}
		args["Hint"] = hint
	case fault.CodeUndecided:
		args["Value"] = unknownText(ctx, e)
	}
	return i18n.T(ctx, "fault."+string(e.Code), args)
}

// filterHint says what a filter would have taken.
func filterHint(ctx context.Context, e *fault.Error) string {
	if mistake, ok := errors.AsType[*query.Error](e.Err); ok {
		return mistakeText(ctx, mistake)
	}
	hint, _ := e.Args["Hint"].(string)
	return i18n.T(ctx, "filter.hint."+cmp.Or(hint, hintChange), "Name", e.Args["Name"], "Takes", e.Args["Takes"])
}

// unknownText says of which rows it is not known whether a query means them.
func unknownText(ctx context.Context, e *fault.Error) string {
	notices, _ := e.Args["Notices"].([]ghpkg.Notice)
	var all []string
	for _, n := range notices {
		if n.Kind == ghpkg.NoticeUnknown {
			all = append(all, noticeText(ctx, n))
		}
	}
	return strings.Join(all, " ")
}
