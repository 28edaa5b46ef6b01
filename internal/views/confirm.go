package views

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// ConfirmKinds returns every kind, for the tests of tables over them.
func ConfirmKinds() []ConfirmKind {
	return []ConfirmKind{ConfirmDeletePackage, ConfirmDeleteVersion, ConfirmRestorePackage, ConfirmRestoreVersion}
}

func (c Confirm) title(ctx context.Context) string {
	return i18n.T(ctx, "confirm."+string(c.Kind)+".title")
}

// destructive reports whether the change takes something away.
func (c Confirm) destructive() bool {
	return c.Kind == ConfirmDeletePackage || c.Kind == ConfirmDeleteVersion
}

func (c Consequence) tone() ui.Tone {
	switch c.Level {
	case "danger":
		return ui.Danger
	case "warning":
		return ui.Attention
	}
	return ui.Accent
}

func (c Consequence) icon() ui.Icon {
	if c.tone() == ui.Accent {
		return ui.Info
	}
	return ui.Alert
}
