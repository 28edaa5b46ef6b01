package views

import (
	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// rowAction is a row's button: the page of consequences, opened as a dialog.
func rowAction(a *Action, text, what string, danger bool) templ.Component {
	switch {
	case a == nil:
		return templ.NopComponent
	case a.Disabled != "":
		return ui.ButtonOff(text, what)
	}
	return ui.DialogButton(a.Href, text, what, danger)
}
