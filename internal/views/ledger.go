package views

import (
	"context"
	"strconv"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// dayType returns the input's type: a date picker would silently empty a value
// that is more exact than a day.
func dayType(value string) string {
	if value == "" {
		return "date"
	}
	if _, err := time.Parse(time.DateOnly, value); err == nil {
		return "date"
	}
	return "text"
}

func actionIcon(a ghpkg.Action) ui.Icon {
	switch a {
	case ghpkg.ActionDelete:
		return ui.Trash
	case ghpkg.ActionRestore:
		return ui.Undo
	case ghpkg.ActionTrim:
		return ui.History
	case ghpkg.ActionAddDestination, ghpkg.ActionRemoveDestination, ghpkg.ActionPauseDestination, ghpkg.ActionResumeDestination,
		ghpkg.ActionTranslateDestination:
		return ui.External
	}
	return ui.Person
}

// keptFor says for how long entries are kept.
func (t LedgerTable) keptFor(ctx context.Context) string {
	if t.KeptDays == 0 {
		return i18n.T(ctx, "ledger.kept_for_ever")
	}
	return i18n.T(ctx, "ledger.kept", "Count", t.KeptDays)
}

// who says which account acted, by name and by id, and whom the proxy knew.
func (e LedgerEntry) who() string {
	who := e.Row.Actor
	if id := number(e.ActorID); id != "" {
		who += " · " + id
	}
	if e.Row.ProxyUser != "" {
		who += " · " + e.Row.ProxyUser
	}
	return who
}

// number writes an id; empty for one that is not known.
func number(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
