package handlers

import (
	"context"
	"net/url"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// sourceOf names the table that an operation's items were selected from, and its
// filters as one would type them.
func sourceOf(ctx context.Context, op ghpkg.Operation) views.Source {
	from, err := url.Parse(op.Source)
	if err != nil || !strings.HasPrefix(from.Path, "/") || from.Host != "" {
		return views.Source{}
	}
	return views.Source{Href: op.Source, Text: tableName(ctx, from.Path), Filter: typed(from.Query())}
}

// tableName names the table at a path.
func tableName(ctx context.Context, path string) string {
	if p, err := link.Parse(path); err == nil {
		return p.Ref.Owner().Login() + "/" + p.Ref.Name()
	}
	owner, page, err := link.ParseOwner(path)
	switch {
	case err != nil:
		return i18n.T(ctx, "all.title")
	case page == "bin":
		return owner.Login() + " · " + i18n.T(ctx, "bin.title")
	}
	return owner.Login()
}

// typed is a table's query in one line: what else is chosen follows what was typed.
func typed(v url.Values) string {
	words := []string{v.Get("q")}
	for _, field := range []string{"type", "visibility", "repo", "state"} {
		if values := strings.Join(v[field], ","); values != "" {
			words = append(words, field+":"+values)
		}
	}
	return strings.TrimSpace(strings.Join(words, " "))
}
