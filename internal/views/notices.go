package views

import (
	"context"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// events are the events that a destination is told of, in words.
func (r DestinationRow) events(ctx context.Context) string {
	var all []string
	for _, e := range r.Events {
		all = append(all, i18n.T(ctx, "notices.event."+string(e)))
	}
	return strings.Join(all, " · ")
}

// language is the one that a chat is told in; the JSON of a webhook has none.
func (r DestinationRow) language() string {
	if r.Kind != ghpkg.DestinationSlack {
		return ""
	}
	return r.Language.Name
}

// owners are those whose packages it is told of.
func (r DestinationRow) owners(ctx context.Context) string {
	if len(r.Owners) == 0 {
		return i18n.T(ctx, "notices.all_owners")
	}
	return strings.Join(r.Owners, ", ")
}
