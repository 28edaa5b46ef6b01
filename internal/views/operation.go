package views

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/link"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// The ids of the fragments of operations.
const (
	OperationsID = "operations"
	OperationID  = "operation"
	ItemsID      = "items"
	BadgeID      = "badge"

	discardID = "discard"
	removeID  = "remove"
	stopID    = "stop"
)

// following asks for a part of a page again every so many seconds, as polling does.
func following(here, section string, seconds int) templ.Attributes {
	attributes := polling(here, section)
	attributes["hx-trigger"] = "every " + strconv.Itoa(seconds) + "s"
	return attributes
}

// follow keeps the items up to date: those near the work right after the
// numbers, so that one does not say what the other denies.
func (t OperationItems) follow() templ.Attributes {
	attributes := following(t.Here, ItemsID, t.Every)
	if t.Near {
		attributes["hx-trigger"] = "every " + strconv.Itoa(t.Every) + "s, htmx:after:swap from:#" + OperationID
	}
	return attributes
}

// steering makes a button of an operation answer in place. A poll that is on
// its way gives way: its answer would be that of before.
func steering(action string) templ.Attributes {
	return templ.Attributes{
		"hx-post":    action,
		"hx-target":  "#" + OperationID,
		"hx-swap":    "outerMorph",
		"hx-sync":    "#" + OperationID + ":replace",
		"hx-disable": "find button",
	}
}

func operationTone(s ghpkg.OperationState) ui.Tone {
	switch s {
	case ghpkg.OperationRunning:
		return ui.Accent
	case ghpkg.OperationWaiting, ghpkg.OperationPaused:
		return ui.Attention
	case ghpkg.OperationDone:
		return ui.Success
	}
	return ui.Neutral
}

func itemTone(s ghpkg.ItemState) ui.Tone {
	switch s {
	case ghpkg.ItemDone:
		return ui.Success
	case ghpkg.ItemRunning:
		return ui.Accent
	case ghpkg.ItemRefused, ghpkg.ItemFailed:
		return ui.Danger
	case ghpkg.ItemUnknown, ghpkg.ItemSkipped:
		return ui.Attention
	}
	return ui.Neutral
}

// checkTone is how what is expected of an item looks.
func checkTone(c ghpkg.ItemCheck) ui.Tone {
	switch c {
	case ghpkg.CheckOK:
		return ui.Neutral
	case ghpkg.CheckDownloads, ghpkg.CheckUntagged, ghpkg.CheckUnknown:
		return ui.Accent
	}
	return ui.Attention
}

func (o Operation) documentTitle() string { return o.framed().documentTitle() }

// every is how many seconds pass until the page looks again; 0: it will not change.
func (o Operation) every() int {
	switch o.State {
	case ghpkg.OperationRunning:
		return 2
	case ghpkg.OperationWaiting, ghpkg.OperationPaused:
		return 10
	}
	return 0
}

func (o OperationOutcome) tone() ui.Tone {
	if o.Good {
		return ui.Success
	}
	return ui.Attention
}

// name is the whole name of an item, for those who do not see the row.
func (i OperationItem) name() string {
	if i.Version == "" {
		return i.Name
	}
	return i.Name + " " + i.Version
}

// pick is the checkbox that selects an item of a draft.
func (i OperationItem) pick(ctx context.Context) templ.Component {
	return &ui.Pick{Form: removeID, Value: strconv.Itoa(i.Seq), Says: i18n.T(ctx, "select.row"), Name: i.name()}
}

func (i OperationItem) icon() ui.Icon {
	if i.Version == "" {
		return ui.Package
	}
	return ui.Tag
}

// following keeps the badge up to date while something is unfinished.
func (b Badge) following() templ.Attributes {
	if b.Text == "" {
		return nil
	}
	seconds := 5
	if b.State == ghpkg.OperationPaused {
		seconds = 30 // somebody has to do something first
	}
	attributes := following(link.Badge, BadgeID, seconds)
	attributes["hx-swap"] = "outerHTML"
	delete(attributes, "hx-sync")
	return attributes
}

// framed is the frame with the progress before everything else in the title,
// where a browser's tab still shows it.
func (o Operation) framed() Frame {
	f := o.Frame
	if o.Progress != nil && o.Progress.Outcome == nil {
		f.Title = strconv.Itoa(o.Progress.Percent) + "% · " + o.Title
	}
	return f
}

// starts reports whether the form that starts it is shown: the way to discard
// it stands beside that button, then.
func (d OperationDraft) starts() bool { return d.Grant == nil && d.Start != "" && d.Total > 0 }

// heading names the column of what is expected, or of what became of it.
func (t OperationItems) heading() string {
	if t.Draft {
		return "column.check"
	}
	return "column.outcome"
}
