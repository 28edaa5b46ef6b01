package views

import (
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// colorMode returns the theme as Primer's stylesheet wants it.
func (f Frame) colorMode() string {
	switch f.Theme {
	case "light", "dark":
		return f.Theme
	}
	return "auto"
}

// documentTitle says the page first, and then the way to it, so that open tabs
// tell owners and packages apart.
func (f Frame) documentTitle() string {
	var parts []string
	if f.Title != "" {
		parts = append(parts, f.Title)
	}
	for _, c := range slices.Backward(f.Crumbs) {
		if c.Href != "" && c.Text != f.Title {
			parts = append(parts, c.Text)
		}
	}
	return strings.Join(append(parts, "Stockroom"), " · ")
}

// title says who the viewer is beyond their login.
func (p Person) title() string {
	switch {
	case p.Name != "" && p.ProxyUser != "":
		return p.Name + " · " + p.ProxyUser
	case p.ProxyUser != "":
		return p.ProxyUser
	}
	return p.Name
}

func (f Flash) tone() ui.Tone {
	switch {
	case f.Good:
		return ui.Success
	case f.Outcome == ghpkg.OutcomeUnknown:
		return ui.Attention
	}
	return ui.Danger
}

func (n Notice) tone() ui.Tone {
	switch n.Kind {
	case ghpkg.NoticeLoading, ghpkg.NoticeNoList, ghpkg.NoticeStale, ghpkg.NoticeBudget:
		return ui.Accent
	}
	return ui.Attention
}

// outcomeTone is how an outcome looks in the ledger.
func outcomeTone(o ghpkg.Outcome) ui.Tone {
	switch o {
	case ghpkg.OutcomeDone:
		return ui.Success
	case ghpkg.OutcomePending:
		return ui.Accent
	case ghpkg.OutcomeUnknown:
		return ui.Attention
	}
	return ui.Danger
}

func visibilityTone(v ghpkg.Visibility) ui.Tone {
	if v == ghpkg.Public {
		return ui.Attention
	}
	return ui.Neutral
}

func ownerIcon(k ghpkg.OwnerKind) ui.Icon {
	if k == ghpkg.Organization {
		return ui.Organization
	}
	return ui.Person
}

func typeIcon(t ghpkg.Type) ui.Icon {
	if t.Images() {
		return ui.Container
	}
	return ui.Package
}
