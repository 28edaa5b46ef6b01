package views

import "github.com/a-h/templ"

// How pages and htmx meet. Each fragment is one whole element with an id, made
// by one method that the handlers render alone:
//
//	#packages, #versions, #bin, #owners, #conflicts, #ledger   {Model}.Table()
//	#package-42, #version-7                                    {Row}.Item()
//	inside #dialog-body                                        Confirm.Dialog(), Problem.Box()
//
// A row's button is a link to the page of consequences; htmx puts that page's
// dialog into #dialog-body, and app.js opens the <dialog> around it. The form
// in it posts with the row as its target, and the answer is the row again,
// whatever happened: deleted with an Undo, or as it was with GitHub's refusal.
// Where the form itself was filled in wrongly, the answer is the dialog again
// and the handler retargets it to DialogTarget. Without JavaScript the link is
// a page, the form a plain POST, and the answer a redirect.

// The ids of the fragments that are not rows.
const (
	OwnersID    = "owners"
	PackagesID  = "packages"
	VersionsID  = "versions"
	ConflictsID = "conflicts"
	LedgerID    = "ledger"
	BinID       = "bin"
)

// ProblemsID is the place at the head of every page for a problem that is about
// no row: an htmx answer of that kind is retargeted there, by innerHTML.
const ProblemsID = "problems"

// DialogTarget is the selector of what the answer of a wrongly filled form goes into, by innerHTML.
const DialogTarget = "#dialog-body"

// htmxConfig is the content of the htmx-config meta tag: no history of its own
// (pages are pages), no stylesheet of its own, a timeout above the handlers' 15
// seconds, and what somebody has unfolded stays so when its section is morphed.
const htmxConfig = `{"history":false,"includeIndicatorCSS":false,"defaultTimeout":20000,"morphIgnore":["data-htmx-powered","open"]}`

// filtering makes a filter form answer in place: the section is morphed, so
// that what is being typed and the focus stay, and the address follows. A poll
// of the same section gives way.
func filtering(action, section string) templ.Attributes {
	return templ.Attributes{
		"hx-get":     action,
		"hx-target":  "#" + section,
		"hx-swap":    "outerMorph",
		"hx-trigger": "submit, change, input delay:400ms",
		"hx-sync":    "#" + section + ":replace",
		"data-tidy":  true, // app.js: leave empty fields out, and let the address follow,
	}
}

// polling asks for a section again while it is still being fetched, and morphs
// it as filtering does. While a filter is on its way it stands back: its answer
// would be that of the filter before.
func polling(here, section string) templ.Attributes {
	return templ.Attributes{
		"hx-get":     here,
		"hx-target":  "#" + section,
		"hx-swap":    "outerMorph",
		"hx-trigger": "every 1500ms",
		"hx-sync":    "#" + section + ":drop",
	}
}

// replacing makes the form of a dialog, or of an undo, answer in the row that it
// is about. Without a row there is nothing to put the answer into: a plain POST, then.
func replacing(action, target string) templ.Attributes {
	if target == "" {
		return nil
	}
	return templ.Attributes{
		"hx-post":    action,
		"hx-target":  target,
		"hx-swap":    "outerHTML",
		"hx-disable": "find button",
	}
}
