// Package ui holds the pieces that pages are made of: icons, times, labels,
// empty states. It knows nothing of packages, and everything in it works with
// JavaScript off.
package ui

import "github.com/stockroom-dev/stockroom/static"

// Icon is the name of an octicon in the sprite.
type Icon string

// The icons in the sprite; vendor.lock lists the same ones.
const (
	Alert        Icon = "alert"
	ArrowRight   Icon = "arrow-right"
	Check        Icon = "check"
	CheckCircle  Icon = "check-circle"
	ChevronRight Icon = "chevron-right"
	Clock        Icon = "clock"
	Container    Icon = "container"
	Copied       Icon = "copy"
	History      Icon = "history"
	Info         Icon = "info"
	External     Icon = "link-external"
	Lock         Icon = "lock"
	Organization Icon = "organization"
	Package      Icon = "package"
	Person       Icon = "person"
	Question     Icon = "question"
	Repo         Icon = "repo"
	Search       Icon = "search"
	ShieldLock   Icon = "shield-lock"
	Sync         Icon = "sync"
	Tag          Icon = "tag"
	Trash        Icon = "trash"
	Undo         Icon = "undo"
	X            Icon = "x"
	XCircle      Icon = "x-circle"
)

// Icons returns every icon, so that a test can look for each in the sprite.
func Icons() []Icon {
	return []Icon{
		Alert, ArrowRight, Check, CheckCircle, ChevronRight, Clock, Container, Copied, History, Info, External, Lock,
		Organization, Package, Person, Question, Repo, Search, ShieldLock, Sync, Tag, Trash, Undo, X, XCircle,
	}
}

func (i Icon) href() string { return static.Path("octicons.svg") + "#" + string(i) }

// Tone is what a label or a message means; each has its own icon or text beside
// its colour.
type Tone string

// The tones.
const (
	Neutral   Tone = "neutral"
	Accent    Tone = "accent"
	Success   Tone = "success"
	Attention Tone = "attention"
	Danger    Tone = "danger"
)

// icon returns the icon that says the same as the colour.
func (t Tone) icon() Icon {
	switch t {
	case Success:
		return CheckCircle
	case Attention:
		return Alert
	case Danger:
		return XCircle
	}
	return Info
}
