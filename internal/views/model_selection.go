package views

import "github.com/stockroom-dev/stockroom/internal/ghpkg"

// Selection is the form that takes rows of a table together. The rows' own
// checkboxes name it, for they stand outside of it: rows have forms of their own.
type Selection struct {
	Action string // where to post
	Do     ghpkg.Action
	From   string // the table's address, without its paging
	Total  int    // rows that match, on all pages
}

// selectionID is what the rows' checkboxes name.
const selectionID = "selection"
